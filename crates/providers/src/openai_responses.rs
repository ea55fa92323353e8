//! OpenAI Responses.

mod calls;
mod decode;
mod encode;
mod heard;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
