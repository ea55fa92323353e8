//! The shapes of what comes back. Every field may be missing or null; what we don't use (safety ratings, grounding, code
//! that the provider ran) is not read.

use domain::model::Usage;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::value::RawValue;

use crate::count::count;
use crate::text::Text;

/// A chunk of a stream, or a whole answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow, default)]
    pub(super) prompt_feedback: Option<Feedback<'a>>,
    #[serde(default)]
    pub(super) usage_metadata: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) content: Option<Content<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_message: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow, default)]
    pub(super) parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) thought: Option<bool>,
    #[serde(borrow, default)]
    pub(super) thought_signature: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) function_call: Option<Call<'a>>,
}

/// A call, or a piece of one: Vertex can write arguments while the model does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) args: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) partial_args: Option<Vec<PartialArg<'a>>>,
    #[serde(default)]
    pub(super) will_continue: Option<bool>,
}

/// A value, or more of a text, at one place of a call's arguments.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartialArg<'a> {
    #[serde(borrow, default)]
    pub(super) json_path: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) string_value: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) number_value: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) bool_value: Option<bool>,
    /// Whether the field is there: its value is `null` or `"NULL_VALUE"`.
    #[serde(default, deserialize_with = "is_there")]
    pub(super) null_value: bool,
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback<'a> {
    #[serde(borrow, default)]
    pub(super) block_reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) block_reason_message: Option<Text<'a>>,
}

/// Tokens. Thoughts are counted beside what is said.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    prompt_token_count: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    candidates_token_count: Option<u64>,
    /// The name in the protocol's live variant.
    #[serde(default, deserialize_with = "count")]
    response_token_count: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    thoughts_token_count: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cached_content_token_count: Option<u64>,
}

impl WireUsage {
    /// These counts, and where they say nothing those `before`.
    pub(super) fn after(self, before: Self) -> Self {
        Self {
            prompt_token_count: self.prompt_token_count.or(before.prompt_token_count),
            candidates_token_count: self.candidates_token_count.or(before.candidates_token_count),
            response_token_count: self.response_token_count.or(before.response_token_count),
            thoughts_token_count: self.thoughts_token_count.or(before.thoughts_token_count),
            cached_content_token_count: self.cached_content_token_count.or(before.cached_content_token_count),
        }
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        let said = tokens(wire.candidates_token_count.or(wire.response_token_count));
        let thought = tokens(wire.thoughts_token_count);
        Self {
            input: tokens(wire.prompt_token_count),
            output: said.saturating_add(thought),
            cached: tokens(wire.cached_content_token_count),
            reasoning: thought,
        }
    }
}
