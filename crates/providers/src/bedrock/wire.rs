//! The shapes of what comes back.

use domain::model::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::count::count;
use crate::text::Text;

/// What comes as JSON without frames: a whole answer, or an event of a stream under its name, as gateways and
/// recordings write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(borrow, default)]
    pub(super) output: Option<Output<'a>>,
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Text<'a>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(default)]
    pub(super) message_start: Option<IgnoredAny>,
    #[serde(borrow, default)]
    pub(super) content_block_start: Option<BlockStart<'a>>,
    #[serde(borrow, default)]
    pub(super) content_block_delta: Option<BlockDelta<'a>>,
    #[serde(default)]
    pub(super) content_block_stop: Option<BlockStop>,
    #[serde(borrow, default)]
    pub(super) message_stop: Option<MessageStop<'a>>,
    #[serde(default)]
    pub(super) metadata: Option<Metadata>,
    #[serde(borrow, default)]
    internal_server_exception: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model_stream_error_exception: Option<&'a RawValue>,
    #[serde(borrow, default)]
    service_unavailable_exception: Option<&'a RawValue>,
    #[serde(borrow, default)]
    throttling_exception: Option<&'a RawValue>,
    #[serde(borrow, default)]
    validation_exception: Option<&'a RawValue>,
    /// An error's words.
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
}

impl<'a> Document<'a> {
    /// The exception that it is, and its name.
    pub(super) fn exception(&self) -> Option<(&'static str, &'a RawValue)> {
        [
            ("internalServerException", self.internal_server_exception),
            ("modelStreamErrorException", self.model_stream_error_exception),
            ("serviceUnavailableException", self.service_unavailable_exception),
            ("throttlingException", self.throttling_exception),
            ("validationException", self.validation_exception),
            ("", self.message),
        ]
        .into_iter()
        .find_map(|(name, exception)| Some((name, exception?)))
    }
}

#[derive(Deserialize)]
pub(super) struct Output<'a> {
    #[serde(borrow, default)]
    pub(super) message: Option<Said<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow, default)]
    pub(super) content: Vec<Block<'a>>,
}

/// A whole block of the content; one field of it is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Block<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_use: Option<ToolUse<'a>>,
    #[serde(borrow, default)]
    pub(super) reasoning_content: Option<ReasoningBlock<'a>>,
    /// Words with their sources.
    #[serde(borrow, default)]
    pub(super) citations_content: Option<Cited<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Cited<'a> {
    #[serde(borrow, default)]
    pub(super) content: Vec<CitedText<'a>>,
}

#[derive(Deserialize)]
pub(super) struct CitedText<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReasoningBlock<'a> {
    #[serde(borrow, default)]
    pub(super) reasoning_text: Option<Reasoned<'a>>,
    #[serde(borrow, default)]
    pub(super) redacted_content: Option<Text<'a>>,
}

/// A piece of thought: within a whole block, or as a stream's delta.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reasoned<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) signature: Option<Text<'a>>,
    /// Encrypted thought, in base64.
    #[serde(borrow, default)]
    pub(super) redacted_content: Option<Text<'a>>,
}

/// A call: whole, its beginning, or more of its arguments.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolUse<'a> {
    #[serde(borrow, default)]
    tool_use_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    /// `server_tool_use` for a tool that the provider runs itself.
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    /// An object in a whole call, a piece of its text in a stream.
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
}

impl ToolUse<'_> {
    pub(super) fn id(&self) -> &str {
        self.tool_use_id.as_ref().map_or("", Text::as_str)
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_ref().map_or("", Text::as_str)
    }

    /// Whether it is for us to run.
    pub(super) fn is_ours(&self) -> bool {
        self.r#type.as_ref().is_none_or(|kind| kind.as_str() != "server_tool_use")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStart<'a> {
    #[serde(default)]
    pub(super) content_block_index: Option<u64>,
    #[serde(borrow, default)]
    pub(super) start: Option<Start<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start<'a> {
    #[serde(borrow, default)]
    pub(super) tool_use: Option<ToolUse<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockDelta<'a> {
    #[serde(default)]
    pub(super) content_block_index: Option<u64>,
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_use: Option<ToolUse<'a>>,
    #[serde(borrow, default)]
    pub(super) reasoning_content: Option<Reasoned<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStop {
    #[serde(default)]
    pub(super) content_block_index: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageStop<'a> {
    #[serde(borrow, default)]
    pub(super) stop_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    cache_write_input_tokens: Option<u64>,
}

impl From<WireUsage> for Usage {
    /// The provider counts what it kept, and what it keeps from now on, beside what it read.
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        let cached = tokens(wire.cache_read_input_tokens);
        let kept = cached.saturating_add(tokens(wire.cache_write_input_tokens));
        Self {
            input: tokens(wire.input_tokens).saturating_add(kept),
            output: tokens(wire.output_tokens),
            cached,
            ..Self::default()
        }
    }
}
