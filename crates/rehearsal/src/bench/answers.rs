//! Answers as they go over the wire, made before anybody asks.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::inbox::Asked;
use super::plan::BenchPlan;
use crate::model::{Completion, ScriptedMessage, StreamEnd};
use crate::plan::Pace;

/// What the service answers.
pub(super) struct Answers {
    wait: Duration,
    waits: BTreeMap<String, Duration>,
    pub(super) body: Bytes,
    pub(super) nothing: Bytes,
}

/// What the model says.
pub(super) struct Speech {
    pub(super) calls: Said,
    pub(super) text: Said,
}

/// One message in both of its forms, head and chunks included.
pub(super) struct Said {
    pub(super) whole: Bytes,
    /// When the whole message has been written.
    pub(super) takes: Duration,
    pub(super) stream: Vec<(Duration, Bytes)>,
    pub(super) end: StreamEnd,
}

impl Answers {
    pub(super) fn of(plan: BenchPlan) -> Self {
        const FRAME: usize = r#"{"data":""}"#.len();
        let body = json!({ "data": "x".repeat(plan.body_bytes.saturating_sub(FRAME)) });
        Self {
            wait: plan.wait,
            waits: plan.waits,
            body: answer("200 OK", &body.to_string()),
            nothing: answer("404 Not Found", "{}"),
        }
    }

    /// How long a request takes.
    pub(super) fn wait(&self, asked: &Asked<'_>) -> Duration {
        let by_id = || self.waits.get(asked.id()?).copied();
        asked.wait().or_else(by_id).unwrap_or(self.wait)
    }
}

impl Said {
    pub(super) fn of(message: &ScriptedMessage) -> Self {
        let completion = Completion::of(message, Pace::Instant, 0);
        let (events, end) = completion.events(true);
        let mut stream: Vec<(Duration, Vec<u8>)> =
            events.into_iter().map(|(due, bytes)| (due, chunk(&bytes))).collect();
        let head =
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.insert(0, (Duration::ZERO, head.to_vec()));
        if matches!(end, StreamEnd::Whole | StreamEnd::Error) {
            let last = stream.last().map_or(Duration::ZERO, |(due, _)| *due);
            stream.push((last, b"0\r\n\r\n".to_vec()));
        }
        // What is due at one time leaves in one write.
        stream.dedup_by(|later, earlier| {
            let together = later.0 == earlier.0;
            if together {
                earlier.1.append(&mut later.1);
            }
            together
        });
        Self {
            whole: answer("200 OK", &completion.whole().to_string()),
            takes: completion.takes(),
            stream: stream.into_iter().map(|(due, bytes)| (due, bytes.into())).collect(),
            end,
        }
    }
}

fn answer(status: &str, body: &str) -> Bytes {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head + body).into()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}
