//! Answers that no HTTP library would write, and those of servers in trouble.
//!
//! What writes past hyper returns an error in the end, for only an error makes hyper let go of the
//! connection without an answer of its own.

use std::io;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::json;
use tokio::net::TcpStream;

use super::wire::write_all;
use crate::exchange::Reply;

/// Makes the coming close a reset: with a linger of zero the kernel sends RST in place of FIN.
pub(super) fn reset(stream: &TcpStream) -> io::Error {
    match stream.set_zero_linger() {
        Ok(()) => io::ErrorKind::ConnectionReset.into(),
        Err(error) => error,
    }
}

/// The head as it should be, half of the body, and the end.
pub(super) async fn truncated(stream: &TcpStream, reply: &Reply) -> io::Error {
    let body = reply.bytes();
    let half = &body[..body.len() / 2];
    raw(stream, reply, body.len(), half).await
}

/// A head that declares half of what follows.
pub(super) async fn wrong_length(stream: &TcpStream, reply: &Reply) -> io::Error {
    let body = reply.bytes();
    raw(stream, reply, body.len() / 2, &body).await
}

pub(super) fn status(status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Problem"),
        "status": status.as_u16(),
        "detail": "this fault was set by the rehearsal",
    });
    Reply::of(status, "application/problem+json", body.to_string().into())
}

pub(super) fn rate_limited(retry_after: u32) -> Reply {
    status(429).with("retry-after", retry_after.to_string())
}

pub(super) fn html() -> Reply {
    let page = "<!doctype html><html><head><title>Sign in</title></head>\
                <body><h1>Sign in to continue</h1><script>alert('rehearsal')</script></body></html>";
    Reply::of(StatusCode::OK, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes()))
}

async fn raw(stream: &TcpStream, reply: &Reply, declared: usize, body: &[u8]) -> io::Error {
    let mut head = format!("HTTP/1.1 {}\r\ncontent-length: {declared}\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let written = async {
        write_all(stream, head.as_bytes()).await?;
        write_all(stream, body).await
    };
    match written.await {
        Ok(()) => io::ErrorKind::ConnectionAborted.into(),
        Err(error) => error,
    }
}
