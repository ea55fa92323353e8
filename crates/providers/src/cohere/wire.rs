//! The shapes of what comes back. A stream's events have within `delta` what a whole answer has at its root.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::count::count;
use crate::few::Few;
use crate::text::Text;
use crate::text::append;

/// An event of a stream, or a whole answer, which has no type.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) r#type: Option<Text<'a>>,
    /// Which call.
    #[serde(default)]
    pub(super) index: Option<u64>,
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
    /// A whole answer's message, or an error's words.
    #[serde(borrow, default)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(super) message: Option<Said<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    /// Beside the reason `ERROR`.
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Said<'a> {
    /// In a stream one block, in a whole answer a list of them.
    #[serde(borrow, default)]
    pub(super) content: Option<Few<Content<'a>>>,
    #[serde(borrow, default)]
    pub(super) tool_plan: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Few<WireCall<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) thinking: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WireCall<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct WireUsage {
    /// What the model read and wrote.
    #[serde(default)]
    tokens: Option<Tokens>,
    /// What is charged for, which leaves out what Cohere itself wrote into the prompt.
    #[serde(default)]
    billed_units: Option<Tokens>,
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
struct Tokens {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
}

impl WireCall<'_> {
    pub(super) fn id(&self) -> &str {
        self.id.as_ref().map_or("", Text::as_str)
    }

    pub(super) fn name(&self) -> &str {
        let name = self.function.as_ref().and_then(|function| function.name.as_ref());
        name.map_or("", Text::as_str)
    }

    /// Adds what there is of the arguments' text.
    pub(super) fn append_arguments(&self, to: &mut String) -> Result<(), serde_json::Error> {
        let arguments = self.function.as_ref().and_then(|function| function.arguments);
        arguments.map_or(Ok(()), |arguments| append(arguments, to))
    }
}

impl WireUsage {
    /// What was used, where it says so.
    pub(super) fn counted(self) -> Option<Usage> {
        let Tokens { input_tokens, output_tokens, reasoning_tokens } = self.tokens.or(self.billed_units)?;
        let count = |tokens: Option<u64>| u32::try_from(tokens.unwrap_or(0)).unwrap_or(u32::MAX);
        Some(Usage {
            input: count(input_tokens),
            output: count(output_tokens),
            cached: count(self.cached_tokens),
            reasoning: count(reasoning_tokens),
        })
    }
}
