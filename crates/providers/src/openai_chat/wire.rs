//! The shapes of what comes back. Every field may be missing or null, as each is in some imitation; what we don't use
//! (log probabilities, reasoning, fingerprints) is not read.

use std::borrow::Cow;

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::openai_chat::few::Few;
use crate::openai_chat::unescape;

/// A chunk of a stream, or a whole answer.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) choices: Option<Few<Choice<'a>>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(default)]
    pub(super) index: Option<i64>,
    /// In a stream.
    #[serde(borrow, default)]
    pub(super) delta: Option<Said<'a>>,
    /// In a whole answer.
    #[serde(borrow, default)]
    pub(super) message: Option<Said<'a>>,
    #[serde(borrow, default)]
    pub(super) finish_reason: Option<Text<'a>>,
    /// Moonshot writes it here.
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    /// OpenRouter writes it here when a provider behind it fails.
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
    #[serde(borrow, default)]
    tool_calls: Option<Few<CallDelta<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct CallDelta<'a> {
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    function: Option<FunctionDelta<'a>>,
}

#[derive(Deserialize)]
struct FunctionDelta<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

/// A text that is borrowed where it has no escapes: serde borrows none that may be null without a type of its own.
#[derive(Clone, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part of a content that is a list: Mistral's reasoning models write one, with their thoughts beside the text.
#[derive(Deserialize)]
struct ContentPart {
    #[serde(default)]
    r#type: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

impl<'a> Said<'a> {
    /// The words: what it says, or its refusal to say it.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        let mut text = match self.content {
            Some(content) if content.get().starts_with('"') => serde_json::from_str(content.get())?,
            Some(content) if content.get().starts_with('[') => {
                let parts: Vec<ContentPart> = serde_json::from_str(content.get())?;
                parts
                    .into_iter()
                    .filter(|part| part.r#type.as_deref() == Some("text"))
                    .filter_map(|part| part.text)
                    .collect()
            }
            _ => String::new(),
        };
        text.push_str(self.refusal.as_ref().map_or("", Text::as_str));
        Ok(text)
    }

    /// Pieces of calls.
    pub(super) fn calls(&self) -> impl Iterator<Item = &CallDelta<'a>> {
        self.tool_calls.iter().flat_map(Few::iter)
    }
}

impl CallDelta<'_> {
    /// The call's id, or nothing.
    pub(super) fn id(&self) -> &str {
        self.id.as_ref().map_or("", Text::as_str)
    }

    /// The tool's name, or nothing.
    pub(super) fn name(&self) -> &str {
        let name = self.function.as_ref().and_then(|function| function.name.as_ref());
        name.map_or("", Text::as_str)
    }

    /// Adds what there is of the arguments' text; some servers write the object itself where its text belongs.
    pub(super) fn append_arguments(&self, to: &mut String) -> Result<(), serde_json::Error> {
        let arguments = self.function.as_ref().and_then(|function| function.arguments);
        arguments.map_or(Ok(()), |arguments| unescape::append(arguments, to))
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        let (input, output) = (tokens(wire.prompt_tokens), tokens(wire.completion_tokens));
        Self { input, output, ..Self::default() }
    }
}
