//! OpenAI Chat Completions, and everything that imitates it.

mod assembly;
mod decode;
mod encode;
mod few;
mod ids;
mod unescape;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
pub(crate) use encode::{arguments, write};
pub(crate) use few::Few;
pub(crate) use ids::Ids;
pub(crate) use unescape::append;
pub(crate) use wire::Text;
