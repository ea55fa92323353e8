//! The way of one request: log it, let it in, let a fault strike, hear it out, answer it.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::{Frame, Incoming};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::house::{House, Tenant};
use super::mishap;
use super::visit::Visit;
use crate::exchange::{Body, Ending, Reply, Request};
use crate::faults::Fault;
use crate::gate::Gate;

type Outgoing = UnsyncBoxBody<Bytes, io::Error>;

/// An error closes the connection without an answer: it is how a mishap ends.
pub(super) async fn received(
    request: hyper::Request<Incoming>,
    house: &House,
    tenant: &Tenant,
    stream: &TcpStream,
) -> io::Result<Response<Outgoing>> {
    let (head, incoming) = request.into_parts();
    // First of all: whatever happens next, this request was here.
    let place = house.log.arrived(tenant.name, &head)?;
    let mut word = tenant.turnstile.enter();
    let stay = word.stay.take();
    let let_in = stay.is_some();
    let visit = Visit::new(house.log.clone(), place, stay);
    // Who is turned away uses no fault up.
    let fault = if let_in { house.faults.strike(tenant.name, head.uri.path()) } else { None };
    match fault {
        Some(Fault::Reset) => return Err(mishap::reset(stream)),
        Some(Fault::Hang) => return std::future::pending().await,
        _ => {}
    }

    let body = incoming.collect().await.map_err(io::Error::other)?.to_bytes();
    house.log.body_arrived(place, &body);
    let request = Request {
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        method: head.method,
        headers: head.headers,
        body,
    };
    let reply = if !let_in {
        tenant.turnstile.refusal(&word)
    } else if let Some(instead) = fault.as_ref().and_then(mishap::instead) {
        instead
    } else {
        tenant.turnstile.marked(done(tenant, &request).await, &word)
    };
    if !reply.wait.is_zero() {
        tokio::time::sleep(reply.wait).await;
    }
    if let Some(Fault::LostAnswer) = fault {
        return Err(mishap::reset(stream));
    }
    house.log.answered(visit.place, reply.status.as_u16(), reply.length());
    match fault {
        Some(Fault::Truncate) => mishap::truncated(stream, &reply, visit).await,
        Some(Fault::ResetInBody) => mishap::reset_in_body(stream, &reply, visit).await,
        Some(Fault::WrongLength) => mishap::wrong_length(stream, &reply, visit).await,
        Some(Fault::SlowDrip { every, bytes }) => answer(dripped(reply, every, bytes), visit),
        _ => answer(reply, visit),
    }
}

/// The service's own reply, after the time that it takes.
async fn done(tenant: &Tenant, request: &Request) -> Reply {
    let takes = tenant.behind.takes(request);
    if !takes.is_zero() {
        tokio::time::sleep(takes).await;
    }
    match &tenant.remembered {
        Some(remembered) => remembered.reply(request, || tenant.behind.reply(request)),
        None => tenant.behind.reply(request),
    }
}

fn answer(reply: Reply, visit: Visit) -> io::Result<Response<Outgoing>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(&*name, value);
    }
    let body = match reply.body {
        Body::Whole(bytes) => {
            drop(visit);
            Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
        }
        Body::Paced { pieces, ending, gate } => paced(pieces, ending, gate, visit),
    };
    response.body(body).map_err(io::Error::other)
}

fn paced(pieces: Vec<(Duration, Bytes)>, ending: Ending, gate: Option<Gate>, visit: Visit) -> Outgoing {
    let start = Instant::now();
    let last = pieces.len().saturating_sub(1);
    // The visit goes along until the last piece, or for as long as the stream hangs after it.
    let (mut visit, hanging) = match ending {
        Ending::Hang => (None, Some(visit)),
        Ending::Whole | Ending::Cut => (Some(visit), None),
    };
    let pieces = stream::iter(pieces).enumerate().map(move |(number, (due, piece))| {
        let over = if number == last { visit.take() } else { None };
        (due, piece, over)
    });
    let pieces = pieces.then(move |(due, piece, over)| async move {
        if !due.is_zero() {
            tokio::time::sleep_until(start + due).await;
        }
        drop(over);
        Ok(Frame::data(piece))
    });
    let end = stream::once(async move {
        if let Some(gate) = gate {
            gate.opened().await;
        }
        match ending {
            Ending::Whole => None,
            Ending::Hang => {
                let _visit = hanging;
                std::future::pending().await
            }
            Ending::Cut => {
                // Hyper drops what it has not yet written when a body fails; a moment lets it write.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted)))
            }
        }
    });
    let end = end.filter_map(std::future::ready);
    StreamBody::new(pieces.chain(end)).boxed_unsync()
}

/// The same reply in small pieces, its length still declared.
fn dripped(reply: Reply, every: Duration, size: usize) -> Reply {
    let bytes = reply.bytes();
    let mut due = Duration::ZERO;
    let pieces = bytes
        .chunks(size.max(1))
        .map(|piece| {
            due += every;
            (due, Bytes::copy_from_slice(piece))
        })
        .collect();
    let declared = (reply.status != hyper::StatusCode::NOT_MODIFIED).then(|| bytes.len().to_string());
    let mut dripping = Reply { body: Body::Paced { pieces, ending: Ending::Whole, gate: None }, ..reply };
    if let Some(length) = declared {
        dripping = dripping.with("content-length", length);
    }
    dripping
}
