//! A message on its way: as server-sent events at the model's pace, or whole.

use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::chat::ChatRequest;
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
    let pace = message.pace.unwrap_or(pace);
    let deltas = deltas(message);
    // About four bytes a token, which is what the protocol's own counters come to for English.
    let (prompt, written) = (asked_bytes / 4, deltas.len());
    let usage = json!({
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
    });
    let id = format!("chatcmpl-{:016x}", digest(message.whole().to_string().as_bytes()));
    if chat.wants_stream() {
        return streamed(message, &deltas, &id, chat.wants_usage().then_some(usage), pace);
    }
    let tokens = u32::try_from(written).unwrap_or(u32::MAX);
    let body = json!({
        "id": id,
        "object": "chat.completion",
        "created": CREATED,
        "model": ID,
        "choices": [{ "index": 0, "message": message.whole(), "logprobs": null, "finish_reason": message.finish_reason() }],
        "usage": usage,
    });
    Reply::json(StatusCode::OK, &body).after(pace.due(tokens))
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

/// The `delta` of each event but the last, one a token.
fn deltas(message: &ScriptedMessage) -> Vec<Value> {
    let mut deltas: Vec<Value> = message.text.iter().map(|text| json!({ "content": text })).collect();
    for (index, call) in message.calls.iter().enumerate() {
        deltas.push(json!({ "tool_calls": [{
            "index": index,
            "id": call.id,
            "type": "function",
            "function": { "name": call.name, "arguments": "" },
        }] }));
        deltas.extend(call.arguments.iter().map(
            |fragment| json!({ "tool_calls": [{ "index": index, "function": { "arguments": fragment } }] }),
        ));
    }
    if let Some(first) = deltas.first_mut() {
        first["role"] = json!("assistant");
    }
    deltas
}

fn streamed(
    message: &ScriptedMessage,
    deltas: &[Value],
    id: &str,
    usage: Option<Value>,
    pace: Pace,
) -> Reply {
    let chunk = |choices: Value| {
        let mut chunk = json!({
            "id": id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": ID,
            "choices": choices,
        });
        if usage.is_some() {
            chunk["usage"] = Value::Null;
        }
        chunk
    };
    let choice = |delta: &Value, finish: Option<&str>| {
        chunk(json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]))
    };

    let mut pieces = Pieces::default();
    let sent = message.ends_after.map_or(deltas.len(), |(events, _)| events.min(deltas.len()));
    for (delta, token) in deltas[..sent].iter().zip(0_u32..) {
        pieces.push(pace.due(token), &choice(delta, None).to_string());
    }
    if let Some((_, end)) = message.ends_after {
        return event_stream(pieces.written(), ending(end));
    }
    let last = pace.due(u32::try_from(deltas.len()).unwrap_or(u32::MAX));
    pieces.push(last, &choice(&json!({}), Some(message.finish_reason())).to_string());
    if let Some(usage) = &usage {
        let mut closing = chunk(json!([]));
        closing["usage"] = usage.clone();
        pieces.push(last, &closing.to_string());
    }
    pieces.push(last, "[DONE]");
    event_stream(pieces.written(), Ending::Whole)
}

/// Events with the time at which each is due; those due together are written together.
#[derive(Default)]
struct Pieces(Vec<(Duration, Vec<u8>)>);

impl Pieces {
    fn push(&mut self, due: Duration, data: &str) {
        let event = format!("data: {data}\n\n");
        match self.0.last_mut() {
            Some((last, bytes)) if *last == due => bytes.extend_from_slice(event.as_bytes()),
            _ => self.0.push((due, event.into_bytes())),
        }
    }

    fn written(self) -> Vec<(Duration, Bytes)> {
        self.0.into_iter().map(|(due, bytes)| (due, bytes.into())).collect()
    }
}

fn event_stream(pieces: Vec<(Duration, Bytes)>, ending: Ending) -> Reply {
    Reply {
        status: StatusCode::OK,
        headers: vec![
            ("content-type", "text/event-stream".to_owned()),
            ("cache-control", "no-cache".to_owned()),
        ],
        wait: Duration::ZERO,
        body: Body::Paced { pieces, ending },
    }
}

fn ending(end: StreamEnd) -> Ending {
    match end {
        StreamEnd::Whole => Ending::Whole,
        StreamEnd::Cut => Ending::Cut,
        StreamEnd::Hang => Ending::Hang,
    }
}
