//! The shapes of what comes back. Every field may be missing or null, as each is in some imitation; what we don't use
//! (log probabilities, reasoning, fingerprints) is not read.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A chunk of a stream, or a whole answer.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
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
    #[serde(default)]
    pub(super) finish_reason: Option<String>,
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
    #[serde(default)]
    refusal: Option<String>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct CallDelta<'a> {
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(borrow, default)]
    pub(super) function: Option<FunctionDelta<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FunctionDelta<'a> {
    #[serde(default)]
    pub(super) name: Option<String>,
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
        text.push_str(self.refusal.as_deref().unwrap_or_default());
        Ok(text)
    }

    /// Pieces of calls; Hugging Face's server writes a single one without the list around it.
    pub(super) fn calls(&self) -> Result<Vec<CallDelta<'a>>, serde_json::Error> {
        match self.tool_calls {
            Some(calls) if calls.get().starts_with('{') => Ok(vec![serde_json::from_str(calls.get())?]),
            Some(calls) => serde_json::from_str(calls.get()),
            None => Ok(Vec::new()),
        }
    }
}

impl FunctionDelta<'_> {
    /// More of the arguments' text; some servers write the object itself where its text belongs.
    pub(super) fn arguments(&self) -> Result<String, serde_json::Error> {
        match self.arguments {
            Some(arguments) if arguments.get().starts_with('"') => serde_json::from_str(arguments.get()),
            Some(arguments) => Ok(arguments.get().to_owned()),
            None => Ok(String::new()),
        }
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        Self { input: tokens(wire.prompt_tokens), output: tokens(wire.completion_tokens) }
    }
}
