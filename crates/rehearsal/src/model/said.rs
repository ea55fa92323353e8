//! A message that the model says, in the pieces in which it comes to its mind.

use serde_json::Value;

use super::script::{ScriptedCall, ScriptedMessage};
use crate::noise::digest;

/// One piece: what one event of a stream carries.
pub(super) enum Token<'a> {
    /// Some of the text.
    Text(&'a str),
    /// A call begins, the one with this index.
    Call(usize, &'a ScriptedCall),
    /// Some of the arguments of the call with this index, which need not be the last that began.
    Arguments(usize, &'a str),
}

/// A message with what a protocol says of it.
pub(super) struct Said<'a> {
    pub(super) message: &'a ScriptedMessage,
    pub(super) tokens: Vec<Token<'a>>,
    /// Tells it from other messages; the same for the same words.
    pub(super) number: u64,
    /// Tokens read. About four bytes are one, which is what providers' own counters come to for English.
    pub(super) read: usize,
}

impl<'a> Said<'a> {
    /// `asked_bytes` is the length of the request.
    pub(super) fn new(message: &'a ScriptedMessage, asked_bytes: usize) -> Self {
        let number = digest(message.whole().to_string().as_bytes());
        Self { message, tokens: tokens(message), number, read: asked_bytes / 4 }
    }

    /// Tokens written.
    pub(super) fn written(&self) -> usize {
        self.tokens.len()
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        self.message.text.concat()
    }

    /// Each call with its whole arguments.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&'a ScriptedCall, String)> {
        let message = self.message;
        message.calls.iter().enumerate().map(|(index, call)| (call, message.arguments(index)))
    }

    /// One of these, by the finish reason that a script names in the words of Chat Completions; another that a script
    /// makes up goes out as it is.
    pub(super) fn finish<'b>(&'b self, [stop, calls, length, filter]: [&'b str; 4]) -> &'b str {
        match self.message.finish_reason() {
            "stop" => stop,
            "tool_calls" => calls,
            "length" => length,
            "content_filter" => filter,
            other => other,
        }
    }
}

/// Arguments as protocols carry them that know only objects.
pub(super) fn object(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or_else(|_| Value::String(arguments.to_owned()))
}

fn tokens(message: &ScriptedMessage) -> Vec<Token<'_>> {
    let mut tokens: Vec<_> = message.text.iter().map(|text| Token::Text(text)).collect();
    for (index, call) in message.calls.iter().enumerate() {
        tokens.push(Token::Call(index, call));
        tokens.extend(call.arguments.iter().map(|arguments| Token::Arguments(index, arguments)));
        let revisions = message.revisions.iter().filter(|revision| revision.after == index);
        tokens.extend(revisions.map(|revision| Token::Arguments(revision.of, &revision.arguments)));
    }
    tokens
}
