//! The way of one request: log it, let a fault strike, hear it out, answer it.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Response, StatusCode};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::house::{Behind, House};
use super::mishap;
use crate::exchange::{Body, Ending, Reply, Request};
use crate::faults::Fault;

type Outgoing = UnsyncBoxBody<Bytes, io::Error>;

/// An error closes the connection without an answer: it is how a mishap ends.
pub(super) async fn received(
    service: &'static str,
    request: hyper::Request<Incoming>,
    house: &House,
    behind: &Behind,
    stream: &TcpStream,
) -> io::Result<Response<Outgoing>> {
    let (head, incoming) = request.into_parts();
    // First of all: whatever happens next, this request was here.
    let place = house.log.arrived(service, &head)?;
    let fault = house.faults.strike(service, head.uri.path());
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
    let reply = match &fault {
        Some(Fault::Status(status)) => mishap::status(*status),
        Some(Fault::RateLimited { retry_after }) => mishap::rate_limited(*retry_after),
        Some(Fault::Html) => mishap::html(),
        _ => behind(&request),
    };
    if !reply.wait.is_zero() {
        tokio::time::sleep(reply.wait).await;
    }
    house.log.answered(place, reply.status.as_u16(), reply.length());
    match fault {
        Some(Fault::Truncate) => Err(mishap::truncated(stream, &reply).await),
        Some(Fault::WrongLength) => Err(mishap::wrong_length(stream, &reply).await),
        Some(Fault::SlowDrip { every, bytes }) => answer(dripped(reply, every, bytes)),
        _ => answer(reply),
    }
}

fn answer(reply: Reply) -> io::Result<Response<Outgoing>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = match reply.body {
        Body::Whole(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        Body::Paced { pieces, ending } => paced(pieces, ending),
    };
    response.body(body).map_err(io::Error::other)
}

fn paced(pieces: Vec<(Duration, Bytes)>, ending: Ending) -> Outgoing {
    let start = Instant::now();
    let pieces = stream::iter(pieces).then(move |(due, piece)| async move {
        if !due.is_zero() {
            tokio::time::sleep_until(start + due).await;
        }
        Ok(Frame::data(piece))
    });
    let end = stream::once(async move {
        match ending {
            Ending::Whole => None,
            Ending::Hang => std::future::pending().await,
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
    let declared = (reply.status != StatusCode::NOT_MODIFIED).then(|| bytes.len().to_string());
    let mut dripping = Reply { body: Body::Paced { pieces, ending: Ending::Whole }, ..reply };
    if let Some(length) = declared {
        dripping = dripping.with("content-length", length);
    }
    dripping
}
