//! The shapes of what comes back, in a stream and as a single document alike.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::count::count;
use crate::few::Few;
use crate::text::Text;

/// One line of a stream, or a whole answer.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) message: Option<Said<'a>>,
    #[serde(default)]
    pub(super) done: Option<bool>,
    /// Missing in old versions.
    #[serde(borrow, default)]
    pub(super) done_reason: Option<Text<'a>>,
    /// Missing where the whole prompt was kept from before.
    #[serde(default, deserialize_with = "count")]
    prompt_eval_count: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    eval_count: Option<u64>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow, default)]
    pub(super) content: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Few<WireCall<'a>>>,
}

/// A whole call.
#[derive(Deserialize)]
pub(super) struct WireCall<'a> {
    /// Versions of 2025 and later make one.
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) function: Option<Function<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow, default)]
    pub(super) name: Option<Text<'a>>,
    /// An object; imitations write its text.
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
}

impl Chunk<'_> {
    /// What was used, where it says so.
    pub(super) fn usage(&self) -> Option<Usage> {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        self.prompt_eval_count.or(self.eval_count)?;
        Some(Usage {
            input: tokens(self.prompt_eval_count),
            output: tokens(self.eval_count),
            ..Usage::default()
        })
    }
}
