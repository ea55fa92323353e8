//! One request and the reply to it, as everything behind a door sees them.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::gate::Gate;

/// The header that carries an idempotency key.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A request that has arrived whole.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Without the question mark; empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The pairs of the query, decoded, in their order.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        self.query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name), decoded(value))
            })
            .collect()
    }

    /// A header's text, or nothing if it is missing or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What is answered and when. A reply is settled as a whole before its first byte leaves, which is
/// what makes it repeatable and lets a fault be laid over any of them.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    /// How long the service takes before it answers.
    pub(crate) wait: Duration,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Whole(Bytes),
    /// A stream: each piece leaves when its time after the head has come.
    Paced {
        pieces: Vec<(Duration, Bytes)>,
        ending: Ending,
        /// What its end waits for after the last piece.
        gate: Option<Gate>,
    },
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As HTTP wants it.
    Whole,
    /// The connection closes in mid-stream.
    Cut,
    /// Nothing more comes, and the connection stays open.
    Hang,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::of(status, "application/json", body.to_string().into())
    }

    /// A problem document (RFC 9457).
    pub(crate) fn problem(status: StatusCode, detail: &str) -> Self {
        let problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("Problem"),
            "status": status.as_u16(),
            "detail": detail,
        });
        Self::of(status, "application/problem+json", problem.to_string().into())
    }

    pub(crate) fn of(status: StatusCode, media_type: &str, body: Bytes) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), media_type.to_owned())],
            wait: Duration::ZERO,
            body: Body::Whole(body),
        }
    }

    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same, its stream ended only when the gate is open.
    pub(crate) fn held_by(mut self, held: Gate) -> Self {
        if let Body::Paced { gate, .. } = &mut self.body {
            *gate = Some(held);
        }
        self
    }

    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The body's bytes without their pace.
    pub(crate) fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Whole(bytes) => bytes.clone(),
            Body::Paced { pieces, .. } => {
                pieces.iter().flat_map(|(_, piece)| piece.iter().copied()).collect()
            }
        }
    }

    /// How long the body is.
    pub(crate) fn length(&self) -> usize {
        match &self.body {
            Body::Whole(bytes) => bytes.len(),
            Body::Paced { pieces, .. } => pieces.iter().map(|(_, piece)| piece.len()).sum(),
        }
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
