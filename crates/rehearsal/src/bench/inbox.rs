//! Requests, one after another, in the bytes of one connection.

use std::io;
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::seen::BenchPath;

/// What has arrived on a connection and was not yet taken. The buffer grows to the largest request and
/// stays.
#[derive(Default)]
pub(super) struct Inbox {
    bytes: Vec<u8>,
    /// How many of them belong to the request that was taken last.
    taken: usize,
}

/// One request, in the buffer that it arrived in.
pub(super) struct Asked<'a> {
    /// When the head had arrived.
    pub(super) began: Instant,
    /// Whether the client wants the connection closed after the answer.
    pub(super) is_last: bool,
    target: &'a str,
    body: &'a [u8],
}

/// The largest head; what is larger comes from no client that is measured.
const LARGEST_HEAD: usize = 64 << 10;

impl Inbox {
    /// The next request, whole; none if the client left between two.
    pub(super) async fn next(&mut self, stream: &mut TcpStream) -> io::Result<Option<Asked<'_>>> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        let head = loop {
            if let Some(end) = memmem::find(&self.bytes, b"\r\n\r\n") {
                break end + 4;
            }
            if self.bytes.len() > LARGEST_HEAD {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if self.read(stream).await? == 0 {
                return if self.bytes.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        };
        let began = Instant::now();
        let (length, is_last) = framing(&self.bytes[..head])?;
        let whole = head + length;
        while self.bytes.len() < whole {
            if self.read(stream).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.taken = whole;
        let target = target(&self.bytes[..head]).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Some(Asked { began, is_last, target, body: &self.bytes[head..whole] }))
    }

    async fn read(&mut self, stream: &mut TcpStream) -> io::Result<usize> {
        self.bytes.reserve(8 << 10);
        stream.read_buf(&mut self.bytes).await
    }
}

impl Asked<'_> {
    /// What it is for; none if there is no such thing.
    pub(super) fn path(&self) -> Option<BenchPath> {
        if self.target == "/v1/chat/completions" {
            return Some(BenchPath::Model);
        }
        Some(BenchPath::Get(self.id()?.parse().unwrap_or(0)))
    }

    /// The id in the path.
    pub(super) fn id(&self) -> Option<&str> {
        let rest = self.target.strip_prefix("/bench/")?;
        Some(rest.split_once('?').map_or(rest, |(id, _)| id))
    }

    /// The wait that the query asks for.
    pub(super) fn wait(&self) -> Option<Duration> {
        let (_, query) = self.target.split_once('?')?;
        let ms = query.split('&').find_map(|pair| pair.strip_prefix("ms="))?;
        ms.parse().ok().map(Duration::from_millis)
    }

    /// Whether the model is to stream its answer. Inside a JSON string the quotes would be escaped, so
    /// that only a member can be found.
    pub(super) fn wants_stream(&self) -> bool {
        has(self.body, b"\"stream\":true") || has(self.body, b"\"stream\": true")
    }

    /// Whether the last message is a tool's result.
    pub(super) fn has_results(&self) -> bool {
        let last = memmem::rfind_iter(self.body, b"\"role\":").find_map(|at| {
            let value = self.body[at..].splitn(2, |byte| *byte == b':').nth(1)?.trim_ascii_start();
            // A member of that name in a tool's schema is an object.
            value.starts_with(b"\"").then_some(value)
        });
        last.is_some_and(|role| role.starts_with(b"\"tool\""))
    }
}

fn has(body: &[u8], wanted: &[u8]) -> bool {
    memmem::find(body, wanted).is_some()
}

/// The target of a request line.
fn target(head: &[u8]) -> Option<&str> {
    std::str::from_utf8(head.split(|byte| *byte == b' ').nth(1)?).ok()
}

/// What the head says of the body's length, 0 if it says nothing, and of the connection's end.
fn framing(head: &[u8]) -> io::Result<(usize, bool)> {
    let (mut length, mut is_last) = (0, false);
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let text = std::str::from_utf8(value).map_err(io::Error::other)?;
            length = text.parse().map_err(io::Error::other)?;
        } else if name.eq_ignore_ascii_case(b"connection") {
            is_last = value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok((length, is_last))
}
