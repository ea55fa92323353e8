//! Answers that no HTTP library would write, and those of servers in trouble.
//!
//! What writes past hyper returns an error in the end, for only an error makes hyper let go of the
//! connection without an answer of its own.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use tokio::net::TcpStream;

use super::visit::Visit;
use super::wire::write_all;
use crate::exchange::Reply;
use crate::faults::Fault;

/// Makes the coming close a reset: with a linger of zero the kernel sends RST in place of FIN.
pub(super) fn reset(stream: &TcpStream) -> io::Error {
    match stream.set_zero_linger() {
        Ok(()) => io::ErrorKind::ConnectionReset.into(),
        Err(error) => error,
    }
}

/// The answer that stands in the true one's place; none if the fault does not replace it.
pub(super) fn instead(fault: &Fault) -> Option<Reply> {
    match fault {
        Fault::Status(code) => Some(status(*code)),
        Fault::RateLimited { retry_after } => Some(status(429).with("retry-after", retry_after.to_string())),
        Fault::Html => Some(html()),
        Fault::BadJson => {
            let half = br#"{"data": [{"id": 1, "name": "#;
            Some(Reply::of(StatusCode::OK, "application/json", Bytes::from_static(half)))
        }
        Fault::Large { bytes } => Some(large(*bytes)),
        Fault::Redirect { to } => {
            Some(Reply::of(StatusCode::FOUND, "text/plain", Bytes::new()).with("location", to.as_str()))
        }
        Fault::Answer { status, headers, body } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reply = Reply { headers: Vec::new(), ..Reply::of(status, "", body.clone().into()) };
            Some(headers.iter().fold(reply, |reply, (name, value)| reply.with(name.clone(), value.as_str())))
        }
        Fault::Sound
        | Fault::Reset
        | Fault::LostAnswer
        | Fault::ResetInBody
        | Fault::Truncate
        | Fault::SlowDrip { .. }
        | Fault::WrongLength
        | Fault::Hang => None,
    }
}

/// The head as it should be, half of the body, and the end.
pub(super) async fn truncated<T>(stream: &TcpStream, reply: &Reply, visit: Visit) -> io::Result<T> {
    let body = reply.bytes();
    raw(stream, reply, body.len(), &body[..body.len() / 2], visit).await?;
    Err(io::ErrorKind::ConnectionAborted.into())
}

/// The head as it should be, half of the body, and a reset.
pub(super) async fn reset_in_body<T>(stream: &TcpStream, reply: &Reply, visit: Visit) -> io::Result<T> {
    let body = reply.bytes();
    raw(stream, reply, body.len(), &body[..body.len() / 2], visit).await?;
    // A client that finds the reset first may never read what came before it.
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(reset(stream))
}

/// A head that declares half of what follows.
pub(super) async fn wrong_length<T>(stream: &TcpStream, reply: &Reply, visit: Visit) -> io::Result<T> {
    let body = reply.bytes();
    raw(stream, reply, body.len() / 2, &body, visit).await?;
    Err(io::ErrorKind::ConnectionAborted.into())
}

pub(super) fn status(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply::problem(status, "this status was set by the rehearsal")
}

fn html() -> Reply {
    let page = "<!doctype html><html><head><title>Sign in</title></head>\
                <body><h1>Sign in to continue</h1><script>alert('rehearsal')</script></body></html>";
    Reply::of(StatusCode::OK, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes()))
}

/// JSON of exactly this length, or of the least that it can have.
fn large(bytes: usize) -> Reply {
    const FRAME: &str = r#"{"data":""}"#;
    let filling = "x".repeat(bytes.saturating_sub(FRAME.len()));
    Reply::of(StatusCode::OK, "application/json", FRAME.replace("\"\"", &format!("\"{filling}\"")).into())
}

async fn raw(
    stream: &TcpStream,
    reply: &Reply,
    declared: usize,
    body: &[u8],
    visit: Visit,
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\ncontent-length: {declared}\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    write_all(stream, head.as_bytes()).await?;
    drop(visit);
    write_all(stream, body).await
}
