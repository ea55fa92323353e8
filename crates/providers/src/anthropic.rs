//! Anthropic Messages.

mod calls;
mod decode;
mod encode;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
