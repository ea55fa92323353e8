//! Cohere's chat, version 2.

mod decode;
mod encode;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
