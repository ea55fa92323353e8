//! Model wire protocols: prompt in, event stream out; never a loop. This crate keeps the dialects of providers out of
//! everything else: what a message looks like on the wire, when a call in it is complete, how a provider says no.
//!
//! - [`encode`] turns a prompt into the exact bytes of a request, always the same for the same prompt; an [`Encoder`] does
//!   so message by message, for a conversation that grows. Tools whose names the protocol forbids go under other
//!   [`Names`].
//! - [`Decoder`] turns the bytes of an answer, cut anywhere, into [`ModelEvent`](domain::model::ModelEvent)s.
//! - [`call`] sends the one through the door out and feeds the other. It asks once: whether to ask again, and what to
//!   do with the calls that the model asks for, is for others to decide.
//!
//! Encoding and decoding know nothing of transport, clocks or tasks. A protocol is one module that has both
//! (`dialect.rs` says what that is); a new one adds its module and an arm in `encode.rs` and `decoder.rs`.

mod body;
mod call;
mod complaint;
mod decoder;
mod dialect;
mod encode;
mod failure;
mod fault;
mod names;
mod openai_chat;
mod preset;
mod retry_after;
mod sse;

pub use call::{Received, call};
pub use decoder::Decoder;
pub use encode::{Encoded, Encoder, encode};
pub use failure::{Failure, Speaker};
pub use fault::DecodeError;
pub use names::Names;
pub use preset::ends_in_order;
pub use retry_after::retry_after;
