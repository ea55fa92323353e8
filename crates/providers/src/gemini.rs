//! Gemini `generateContent`, at Google's own address and on Vertex.

mod calls;
mod decode;
mod encode;
mod kept;
mod pieces;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
