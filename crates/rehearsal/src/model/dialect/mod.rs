//! The wire protocols that the model speaks. Each is written from what its provider publishes, apart from our own
//! clients, and refuses what its provider refuses, so that a client which passes here was read right.

mod anthropic;
mod bedrock;
mod chat;
mod cohere;
mod gemini;
mod ollama;
mod responses;
mod spoken;
mod sse;

pub(super) use spoken::{Asked, Dialect, Events};

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
