//! What a test has the model say.

use serde_json::{Value, json};

use super::chat::error_body;
use crate::gate::Gate;
use crate::plan::Pace;

/// The model's next replies, one a request.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// In their order.
    pub replies: Vec<ScriptedReply>,
}

/// One reply.
#[derive(Debug, Clone)]
pub enum ScriptedReply {
    /// A message in the protocol's own form, streamed or whole as the request asks.
    Message(ScriptedMessage),
    /// `200 text/event-stream` with these bytes, each piece written by itself.
    Raw {
        /// The bytes, cut wherever the test likes.
        pieces: Vec<Vec<u8>>,
        /// What comes after the last piece.
        end: StreamEnd,
    },
    /// `200 text/event-stream` with these bytes, of which the end comes only when the gate is open: what a client
    /// does meanwhile it has time for, however slow its disk.
    Held {
        /// The bytes, in one piece.
        bytes: Vec<u8>,
        /// What comes once the gate is open.
        end: StreamEnd,
        /// What it waits for.
        gate: Gate,
    },
    /// A status with a body.
    Status {
        /// The status.
        status: u16,
        /// `Retry-After` in seconds.
        retry_after: Option<u32>,
        /// The body.
        body: Value,
    },
}

/// A message of the model's. The default is empty text, ended by `stop`.
#[derive(Debug, Clone, Default)]
pub struct ScriptedMessage {
    /// Pieces of text, each an event of its own.
    pub text: Vec<String>,
    /// Tool calls, in the order of their indexes.
    pub calls: Vec<ScriptedCall>,
    /// The finish reason; left out, `tool_calls` if there are calls and `stop` if not.
    pub finish: Option<String>,
    /// How fast it is written; left out, as the plan says.
    pub pace: Option<Pace>,
    /// After how many events the stream ends early, and how. Text pieces, beginnings of calls and
    /// fragments of arguments are one event each.
    pub ends_after: Option<(usize, StreamEnd)>,
    /// After how many bytes of the stream's body it ends early, and how; wherever that falls. With
    /// `ends_after` as well, the earlier of the two ends it, in the way that this one says.
    pub cut_at: Option<(usize, StreamEnd)>,
    /// More arguments for calls that a client may have taken for complete. In a message that isn't
    /// streamed they are part of the arguments.
    pub revisions: Vec<Revision>,
}

/// A fragment of arguments that comes late, as one vendor sends them: for an earlier call, after a later
/// one has begun.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The index of the call that it belongs to.
    pub of: usize,
    /// The index of the call after whose last fragment it comes.
    pub after: usize,
    /// What it adds to the arguments.
    pub arguments: String,
}

/// A tool call, right or wrong in every part.
#[derive(Debug, Clone)]
pub struct ScriptedCall {
    /// Its id; a script may repeat one.
    pub id: String,
    /// The tool's name on the wire, such as `crm__get_customer`.
    pub name: String,
    /// The fragments of its arguments, each an event of its own.
    pub arguments: Vec<String>,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEnd {
    /// As HTTP wants it: the body is complete.
    Whole,
    /// The connection closes in mid-stream.
    Cut,
    /// Nothing more comes, and the connection stays open.
    Hang,
    /// The protocol's error event comes, and then the body is complete.
    Error,
}

impl Script {
    /// A script of these replies.
    pub fn new(replies: impl IntoIterator<Item = ScriptedReply>) -> Self {
        Self { replies: replies.into_iter().collect() }
    }
}

impl ScriptedReply {
    /// A message of this text, in one event.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Message(ScriptedMessage { text: vec![text.into()], ..ScriptedMessage::default() })
    }

    /// A message of these calls.
    pub fn calls(calls: impl IntoIterator<Item = ScriptedCall>) -> Self {
        Self::Message(ScriptedMessage { calls: calls.into_iter().collect(), ..ScriptedMessage::default() })
    }

    /// These bytes as an event stream that ends as HTTP wants it.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Raw { pieces: vec![bytes.into()], end: StreamEnd::Whole }
    }

    /// `401`: the key is refused.
    pub fn refused_key() -> Self {
        Self::error(401, None, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
    }

    /// `429` with `Retry-After`.
    pub fn rate_limited(retry_after: u32) -> Self {
        Self::error(429, Some(retry_after), "requests", "rate_limit_exceeded", "Rate limit reached.")
    }

    /// `503`, or another status such as `529` that says the same.
    pub fn overloaded(status: u16) -> Self {
        Self::error(status, None, "server_error", "overloaded", "The model is overloaded.")
    }

    /// `400 context_length_exceeded`.
    pub fn context_too_long() -> Self {
        let message = "This model's maximum context length is 8192 tokens.";
        Self::error(400, None, "invalid_request_error", "context_length_exceeded", message)
    }

    fn error(status: u16, retry_after: Option<u32>, kind: &str, code: &str, message: &str) -> Self {
        Self::Status { status, retry_after, body: error_body(kind, code, message) }
    }
}

impl ScriptedCall {
    /// A call whose arguments come in one event.
    pub fn new(id: impl Into<String>, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), arguments: vec![arguments.into()] }
    }

    /// The same call with its arguments in exactly this many fragments, as equal as they can be. A JSON
    /// object that has fewer characters is filled up with spaces before its closing brace.
    #[must_use]
    pub fn in_tokens(mut self, tokens: usize) -> Self {
        let mut characters: Vec<char> = self.arguments.concat().chars().collect();
        let missing = tokens.saturating_sub(characters.len());
        let end = characters.iter().rposition(|character| *character == '}').unwrap_or(characters.len());
        characters.splice(end..end, std::iter::repeat_n(' ', missing));
        let bound = |token: usize| characters.len() * token / tokens.max(1);
        self.arguments =
            (0..tokens).map(|token| characters[bound(token)..bound(token + 1)].iter().collect()).collect();
        self
    }
}

impl ScriptedMessage {
    /// The finish reason as it goes over the wire.
    pub(super) fn finish_reason(&self) -> &str {
        match &self.finish {
            Some(reason) => reason,
            None if self.calls.is_empty() => "stop",
            None => "tool_calls",
        }
    }

    /// The whole arguments of the call with this index.
    pub(super) fn arguments(&self, index: usize) -> String {
        let written = self.calls.get(index).map(|call| call.arguments.concat()).unwrap_or_default();
        let late = self.revisions.iter().filter(|revision| revision.of == index);
        late.fold(written, |written, revision| written + &revision.arguments)
    }

    /// The message as a reply that isn't streamed carries it.
    pub(super) fn whole(&self) -> Value {
        let text = self.text.concat();
        let mut message = json!({ "role": "assistant", "content": text, "refusal": null });
        if !self.calls.is_empty() {
            let calls: Vec<Value> = self
                .calls
                .iter()
                .enumerate()
                .map(|(index, call)| {
                    json!({
                        "id": call.id,
                        "type": "function",
                        "function": { "name": call.name, "arguments": self.arguments(index) },
                    })
                })
                .collect();
            message["tool_calls"] = json!(calls);
            if text.is_empty() {
                message["content"] = Value::Null;
            }
        }
        message
    }
}
