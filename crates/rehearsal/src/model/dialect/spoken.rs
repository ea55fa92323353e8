//! What every protocol's module provides, and what they read requests with.

use hyper::StatusCode;
use serde_json::Value;

use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::chat::ChatRequest;
use crate::model::said::Said;

/// A wire protocol.
pub(crate) trait Dialect: Sync {
    /// Whether a request to this path is one to talk.
    fn is_for(&self, path: &str) -> bool;
    /// Where its clients may put the key; none are asked for one if there is no such place.
    fn locks(&self) -> &'static [Lock];
    /// What is asked, or in its provider's words what is wrong with it.
    fn asked(&self, request: &Request) -> Result<Asked, String>;
    /// The message as a stream.
    fn events(&self, said: &Said<'_>, asked: &Asked) -> Events;
    /// The message as one document.
    fn whole(&self, said: &Said<'_>) -> Value;
    /// A refusal.
    fn error(&self, status: StatusCode, code: &str, message: &str) -> Value;
    /// The media type of a stream.
    fn media(&self) -> &'static str {
        "text/event-stream"
    }
}

/// A request, in the form in which the model thinks: that of Chat Completions.
pub(crate) struct Asked {
    pub(crate) chat: ChatRequest,
    pub(crate) streams: bool,
    /// Whether a stream ends with what was used, where that has to be asked for.
    pub(crate) with_usage: bool,
}

/// The bytes of a stream.
pub(crate) struct Events {
    /// One for each token of the message, in order; what opens the stream stands before the first. A protocol that knows
    /// only whole calls has nothing for some tokens.
    pub(crate) tokens: Vec<Vec<u8>>,
    /// What ends the stream.
    pub(crate) closing: Vec<u8>,
    /// What the provider writes in mid-stream when something is wrong with it.
    pub(crate) fault: Vec<u8>,
}

impl Asked {
    /// From a request in the form of Chat Completions.
    pub(super) fn new(chat: Value, streams: bool) -> Result<Self, String> {
        let chat =
            serde_json::from_value(chat).map_err(|error| format!("The body cannot be read: {error}."))?;
        Ok(Self { chat, streams, with_usage: true })
    }
}

/// The body as JSON.
pub(super) fn body(request: &Request) -> Result<Value, String> {
    serde_json::from_slice(&request.body).map_err(|error| format!("The body cannot be read: {error}."))
}

/// The list in a field; empty if there is none.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

/// The text in a field; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// A name that a provider takes: letters, digits and `_`, and these others.
pub(super) fn is_name(name: &str, others: &str, longest: usize) -> bool {
    let may = |char: char| char.is_ascii_alphanumeric() || char == '_' || others.contains(char);
    (1..=longest).contains(&name.len()) && name.chars().all(may)
}

/// What a stream says when its provider fails in the middle of it.
pub(super) const FAULT: &str = "The model stopped in mid-sentence.";
