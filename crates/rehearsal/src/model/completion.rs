//! A message on its way: as server-sent events at the model's pace, or whole.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::chat::{ChatRequest, error_body};
use super::script::{ScriptedMessage, ScriptedReply, StreamEnd};
use crate::exchange::{Body, Ending, Reply};
use crate::noise::digest;
use crate::plan::Pace;

/// The model's name on the wire.
pub(crate) const ID: &str = "rehearsal-1";

/// Midnight of the day on which the company stands still: a clock would make replies differ.
pub(super) const CREATED: u64 = 1_782_777_600;

/// The reply that carries a message.
pub(super) fn written(
    message: &ScriptedMessage,
    chat: &ChatRequest,
    pace: Pace,
    asked_bytes: usize,
) -> Reply {
    let completion = Completion::of(message, pace, asked_bytes);
    if chat.wants_stream() {
        let (pieces, end) = completion.events(chat.wants_usage());
        return event_stream(pieces, ending(end));
    }
    Reply::json(StatusCode::OK, &completion.whole()).after(completion.takes())
}

/// The reply that a script wants.
pub(super) fn scripted(reply: ScriptedReply, chat: &ChatRequest, pace: Pace, asked_bytes: usize) -> Reply {
    match reply {
        ScriptedReply::Message(message) => written(&message, chat, pace, asked_bytes),
        ScriptedReply::Raw { pieces, end } => {
            // A millisecond between them keeps the pieces apart on the wire.
            let pieces = pieces
                .into_iter()
                .zip(0_u32..)
                .map(|(piece, number)| (Duration::from_millis(1) * number, Bytes::from(piece)))
                .collect();
            event_stream(pieces, ending(end))
        }
        ScriptedReply::Held { bytes, end, gate } => {
            let reply = event_stream(vec![(Duration::ZERO, Bytes::from(bytes))], ending(end));
            reply.held_by(gate)
        }
        ScriptedReply::Status { status, retry_after, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reply = Reply::json(status, &body);
            match retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
    }
}

/// A message in the protocol's forms.
pub(crate) struct Completion<'a> {
    message: &'a ScriptedMessage,
    /// The `delta` of each event but the last, one a token.
    deltas: Vec<Value>,
    id: String,
    usage: Value,
    pace: Pace,
}

impl<'a> Completion<'a> {
    /// `asked_bytes` is the length of the request, from which its tokens are guessed.
    pub(crate) fn of(message: &'a ScriptedMessage, pace: Pace, asked_bytes: usize) -> Self {
        let deltas = deltas(message);
        // About four bytes a token, which is what the protocol's own counters come to for English.
        let (prompt, written) = (asked_bytes / 4, deltas.len());
        Self {
            message,
            id: format!("chatcmpl-{:016x}", digest(message.whole().to_string().as_bytes())),
            usage: json!({
                "prompt_tokens": prompt,
                "completion_tokens": written,
                "total_tokens": prompt + written,
            }),
            deltas,
            pace: message.pace.unwrap_or(pace),
        }
    }

    /// How long it takes to write.
    pub(crate) fn takes(&self) -> Duration {
        self.pace.due(count(self.deltas.len()))
    }

    /// The body of a reply that isn't streamed.
    pub(crate) fn whole(&self) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": CREATED,
            "model": ID,
            "choices": [{
                "index": 0,
                "message": self.message.whole(),
                "logprobs": null,
                "finish_reason": self.message.finish_reason(),
            }],
            "usage": self.usage,
        })
    }

    /// The events of a stream with the time at which each is due, those due together in one piece, and
    /// how the stream ends.
    pub(crate) fn events(&self, with_usage: bool) -> (Vec<(Duration, Bytes)>, StreamEnd) {
        let (mut pieces, end) = self.pieces(with_usage);
        match self.message.cut_at {
            Some((bytes, end)) => {
                pieces.cut(bytes);
                (pieces.written(end), end)
            }
            None => (pieces.written(end), end),
        }
    }

    fn pieces(&self, with_usage: bool) -> (Pieces, StreamEnd) {
        let mut pieces = Pieces::default();
        let sent = self.message.ends_after.map_or(self.deltas.len(), |(events, _)| events);
        for (delta, token) in self.deltas.iter().take(sent).zip(0_u32..) {
            pieces.push(self.pace.due(token), &self.choice(delta, None, with_usage));
        }
        if let Some((_, end)) = self.message.ends_after {
            return (pieces, end);
        }
        let last = self.takes();
        pieces.push(last, &self.choice(&json!({}), Some(self.message.finish_reason()), with_usage));
        if with_usage {
            let mut closing = self.chunk(json!([]));
            closing["usage"] = self.usage.clone();
            pieces.push(last, &closing);
        }
        pieces.done(last);
        (pieces, StreamEnd::Whole)
    }

    fn chunk(&self, choices: Value) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": ID,
            "choices": choices,
        })
    }

    fn choice(&self, delta: &Value, finish: Option<&str>, with_usage: bool) -> Value {
        let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish });
        let mut chunk = self.chunk(json!([choice]));
        if with_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}

fn deltas(message: &ScriptedMessage) -> Vec<Value> {
    let mut deltas: Vec<Value> = message.text.iter().map(|text| json!({ "content": text })).collect();
    let fragment = |index: usize, arguments: &str| json!({ "tool_calls": [{ "index": index, "function": { "arguments": arguments } }] });
    for (index, call) in message.calls.iter().enumerate() {
        deltas.push(json!({ "tool_calls": [{
            "index": index,
            "id": call.id,
            "type": "function",
            "function": { "name": call.name, "arguments": "" },
        }] }));
        deltas.extend(call.arguments.iter().map(|arguments| fragment(index, arguments)));
        let revisions = message.revisions.iter().filter(|revision| revision.after == index);
        deltas.extend(revisions.map(|revision| fragment(revision.of, &revision.arguments)));
    }
    if let Some(first) = deltas.first_mut() {
        first["role"] = json!("assistant");
    }
    deltas
}

/// Events with the time at which each is due; those due together are written together.
#[derive(Default)]
struct Pieces(Vec<(Duration, Vec<u8>)>);

impl Pieces {
    fn push(&mut self, due: Duration, data: &Value) {
        self.line(due, &data.to_string());
    }

    fn done(&mut self, due: Duration) {
        self.line(due, "[DONE]");
    }

    fn line(&mut self, due: Duration, data: &str) {
        let event = format!("data: {data}\n\n");
        match self.0.last_mut() {
            Some((last, bytes)) if *last == due => bytes.extend_from_slice(event.as_bytes()),
            _ => self.0.push((due, event.into_bytes())),
        }
    }

    /// Leaves only so many bytes of the stream.
    fn cut(&mut self, mut left: usize) {
        for (_, bytes) in &mut self.0 {
            bytes.truncate(left);
            left -= bytes.len();
        }
        self.0.retain(|(_, bytes)| !bytes.is_empty());
    }

    fn written(mut self, end: StreamEnd) -> Vec<(Duration, Bytes)> {
        if end == StreamEnd::Error {
            let due = self.0.last().map_or(Duration::ZERO, |(due, _)| *due);
            self.push(due, &error_body("server_error", "server_error", "The model stopped in mid-sentence."));
        }
        self.0.into_iter().map(|(due, bytes)| (due, bytes.into())).collect()
    }
}

fn event_stream(pieces: Vec<(Duration, Bytes)>, ending: Ending) -> Reply {
    Reply {
        status: StatusCode::OK,
        headers: vec![
            ("content-type".into(), "text/event-stream".to_owned()),
            ("cache-control".into(), "no-cache".to_owned()),
        ],
        wait: Duration::ZERO,
        body: Body::Paced { pieces, ending, gate: None },
    }
}

fn ending(end: StreamEnd) -> Ending {
    match end {
        StreamEnd::Whole | StreamEnd::Error => Ending::Whole,
        StreamEnd::Cut => Ending::Cut,
        StreamEnd::Hang => Ending::Hang,
    }
}

fn count(tokens: usize) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}
