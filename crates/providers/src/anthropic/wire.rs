//! The shapes of what comes back. Every field may be missing or null; what we don't use (citations, containers, what a
//! provider's own tools found) is not read, and a text is only looked into once it is known whose it is.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::count::count;
use crate::text::{self, Text};

/// An event of a stream, or a whole answer.
#[derive(Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) r#type: Option<Text<'a>>,
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    pub(super) content_block: Option<Block<'a>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    /// What a stream begins with.
    #[serde(borrow, default)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    /// Of a whole answer.
    #[serde(borrow, default)]
    pub(super) content: Option<&'a RawValue>,
    /// Of a whole answer.
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Text<'a>>,
}

/// The message as far as it was written when the stream began: usually nothing but what was read.
#[derive(Deserialize)]
pub(super) struct Begun<'a> {
    #[serde(borrow, default)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
}

/// A block, whole in an answer and mostly empty where one begins in a stream.
#[derive(Deserialize)]
pub(super) struct Block<'a> {
    #[serde(borrow, default)]
    pub(super) r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) signature: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) data: Option<&'a RawValue>,
}

/// More of a block, or of the message itself.
#[derive(Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) partial_json: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) signature: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Text<'a>>,
}

/// Tokens. What was read is told in three parts: new, read from the provider's cache, and written to it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<u64>,
    #[serde(default)]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct OutputDetails {
    #[serde(default, deserialize_with = "count")]
    thinking_tokens: Option<u64>,
}

impl WireUsage {
    /// These counts, and where they say nothing those `before`: counts grow, and each event repeats only some. Who
    /// writes 0 for what it doesn't count takes nothing back.
    pub(super) fn after(self, before: Self) -> Self {
        let later = |later: Option<u64>, before: Option<u64>| later.filter(|count| *count > 0).or(before);
        Self {
            input_tokens: later(self.input_tokens, before.input_tokens),
            cache_read_input_tokens: later(self.cache_read_input_tokens, before.cache_read_input_tokens),
            cache_creation_input_tokens: later(
                self.cache_creation_input_tokens,
                before.cache_creation_input_tokens,
            ),
            output_tokens: later(self.output_tokens, before.output_tokens),
            output_tokens_details: self.output_tokens_details.or(before.output_tokens_details),
        }
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |counts: &[Option<u64>]| {
            let sum = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(count.unwrap_or(0)));
            u32::try_from(sum).unwrap_or(u32::MAX)
        };
        let thought = wire.output_tokens_details.and_then(|details| details.thinking_tokens);
        Self {
            input: tokens(&[
                wire.input_tokens,
                wire.cache_read_input_tokens,
                wire.cache_creation_input_tokens,
            ]),
            output: tokens(&[wire.output_tokens]),
            cached: tokens(&[wire.cache_read_input_tokens]),
            reasoning: tokens(&[thought]),
        }
    }
}

/// The words of a field, or none.
pub(super) fn words(field: Option<&RawValue>) -> Result<String, serde_json::Error> {
    let mut words = String::new();
    field.map_or(Ok(()), |json| text::append(json, &mut words))?;
    Ok(words)
}
