//! OpenAI Chat Completions, and everything that imitates it.

mod assembly;
mod decode;
mod encode;
mod thoughts;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
