//! Amazon Bedrock's Converse.

mod decode;
mod encode;
mod frames;
mod wire;

pub(crate) use decode::Decoding;
pub(crate) use encode::Encoding;
