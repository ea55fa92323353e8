//! The wire protocols that the model speaks. Each is written from what its provider publishes, apart from our own
//! clients, and refuses what its provider refuses, so that a client which passes here was read right.

mod anthropic;
mod bedrock;
mod chat;
mod cohere;
mod gemini;
mod ollama;
mod responses;
mod sse;

use hyper::StatusCode;
use serde_json::Value;

use super::chat::ChatRequest;
use super::said::Said;
use crate::exchange::Request;
use crate::keys::Lock;

/// A wire protocol.
pub(super) trait Dialect: Sync {
    /// Whether a request to this path is one to talk.
    fn is_for(&self, path: &str) -> bool;
    /// Where its clients put the key; none are asked for one if there is no such place.
    fn lock(&self) -> Option<Lock>;
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
        sse::MEDIA
    }
}

/// Every protocol.
pub(super) static ALL: [&dyn Dialect; 7] = [
    &chat::Chat,
    &responses::Responses,
    &anthropic::Anthropic,
    &gemini::Gemini,
    &ollama::Ollama,
    &cohere::Cohere,
    &bedrock::Bedrock,
];

/// A request, in the form in which the model thinks: that of Chat Completions.
pub(super) struct Asked {
    pub(super) chat: ChatRequest,
    pub(super) streams: bool,
    /// Whether a stream ends with what was used, where that has to be asked for.
    pub(super) with_usage: bool,
}

/// The bytes of a stream.
pub(super) struct Events {
    /// One for each token of the message, in order; what opens the stream stands before the first. A protocol that knows
    /// only whole calls has nothing for some tokens.
    pub(super) tokens: Vec<Vec<u8>>,
    /// What ends the stream.
    pub(super) closing: Vec<u8>,
    /// What the provider writes in mid-stream when something is wrong with it.
    pub(super) fault: Vec<u8>,
}

impl Asked {
    /// From a request in the form of Chat Completions.
    fn new(chat: Value, streams: bool) -> Result<Self, String> {
        let chat =
            serde_json::from_value(chat).map_err(|error| format!("The body cannot be read: {error}."))?;
        Ok(Self { chat, streams, with_usage: true })
    }
}

/// The body as JSON.
fn body(request: &Request) -> Result<Value, String> {
    serde_json::from_slice(&request.body).map_err(|error| format!("The body cannot be read: {error}."))
}

/// The list in a field; empty if there is none.
fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

/// The text in a field; empty if there is none.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// A name that a provider takes: letters, digits and `_`, and these others.
fn is_name(name: &str, others: &str, longest: usize) -> bool {
    let may = |char: char| char.is_ascii_alphanumeric() || char == '_' || others.contains(char);
    (1..=longest).contains(&name.len()) && name.chars().all(may)
}

/// What a stream says when its provider fails in the middle of it.
const FAULT: &str = "The model stopped in mid-sentence.";
