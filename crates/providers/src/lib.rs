//! Model wire protocols: prompt in, event stream out; never a loop. This crate keeps the dialects of providers out of
//! everything else: what a message looks like on the wire, when a call in it is complete, how a provider says no.
//!
//! - [`encode`] turns a prompt into the exact bytes of a request, always the same for the same prompt; an [`Encoder`] does
//!   so message by message, for a conversation that grows. Tools whose names the protocol forbids go under other
//!   [`Names`].
//! - [`Decoder`] turns the bytes of an answer, cut anywhere, into [`ModelEvent`](domain::model::ModelEvent)s.
//! - [`presets`] says who serves models where and what is peculiar about them, [`known`] what well-known models can do and
//!   cost. Both are data, in `data/`.
//! - [`call`] sends the one through the door out and feeds the other. It asks once: whether to ask again, and what to
//!   do with the calls that the model asks for, is for others to decide.
//!
//! Encoding and decoding know nothing of transport, clocks or tasks. A protocol is one module that has both
//! (`dialect.rs` says what that is); a new one adds its module and an arm in `encode.rs` and `decoder.rs`.

mod anthropic;
mod arguments;
mod bedrock;
mod body;
mod broken;
mod call;
mod cohere;
mod complaint;
mod count;
mod decoder;
mod dialect;
mod encode;
mod failure;
mod fault;
mod few;
mod gemini;
mod ids;
mod inquiry;
mod kind;
mod known;
mod limits;
mod marked;
mod names;
mod objects;
mod ollama;
mod openai_chat;
mod openai_responses;
mod overrun;
mod piecewise;
mod preset;
mod retry_after;
mod schema;
mod silence;
mod sse;
mod text;
mod unreadable;
mod values;
mod write;

pub use call::{Received, call};
pub use decoder::Decoder;
pub use encode::{Encoded, Encoder, encode};
pub use failure::Failure;
pub use fault::DecodeError;
pub use inquiry::{Inquiry, Listed, about, list, listed, told};
pub use known::{known, known_at};
pub use limits::{context_named, refuses_tools};
pub use names::Names;
pub use overrun::Overrun;
pub use preset::{Endpoint, LimitField, ModelKey, ModelKeyPlace, Preset, Quirks};
pub use preset::{ends_in_order, marks_ends, placed, preset, preset_of, presets};
pub use retry_after::retry_after;
pub use silence::Limits;
