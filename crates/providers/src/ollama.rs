//! Ollama's own chat protocol.

mod decode;
mod encode;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
