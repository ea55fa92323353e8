//! The shapes of what comes back. Every field may be missing or null, as each is in some imitation; what we don't use
//! (log probabilities, fingerprints) is not read.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::count::count;
use crate::few::Few;
use crate::text::{self, Text, said};

/// A chunk of a stream, or a whole answer.
#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) choices: Option<Few<Choice<'a>>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    /// Groq's own.
    #[serde(borrow, default)]
    pub(super) x_groq: Option<OfGroq<'a>>,
}

/// What Groq says beside the protocol: the usage, whether it was asked for or not, and why a stream stopped early.
#[derive(Deserialize)]
pub(super) struct OfGroq<'a> {
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
    /// DeepSeek, Moonshot, llama.cpp.
    #[serde(borrow, default)]
    pub(super) reasoning_content: Option<&'a RawValue>,
    /// OpenRouter, Groq, newer vLLM.
    #[serde(borrow, default)]
    reasoning: Option<&'a RawValue>,
    /// GitHub Copilot.
    #[serde(borrow, default)]
    reasoning_text: Option<&'a RawValue>,
    /// OpenRouter: the same once more, with what signs it.
    #[serde(borrow, default)]
    pub(super) reasoning_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<Few<CallDelta<'a>>>,
    /// The only call, as it was written before there could be several.
    #[serde(borrow, default)]
    function_call: Option<FunctionDelta<'a>>,
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
pub(super) struct FunctionDelta<'a> {
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    completion_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<ReadDetails>,
    #[serde(default)]
    completion_tokens_details: Option<WrittenDetails>,
    /// DeepSeek's name for the cached ones.
    #[serde(default, deserialize_with = "count")]
    prompt_cache_hit_tokens: Option<u64>,
    /// Moonshot's.
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<u64>,
    /// Perplexity's name for those that were thought.
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
struct ReadDetails {
    #[serde(default, deserialize_with = "count")]
    cached_tokens: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
struct WrittenDetails {
    #[serde(default, deserialize_with = "count")]
    reasoning_tokens: Option<u64>,
}

/// A part of a content that is a list: Mistral's reasoning models write one, with their thoughts beside the text.
#[derive(Deserialize)]
struct ContentPart<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    thinking: Option<&'a RawValue>,
}

/// What a piece of a message says.
#[derive(Default)]
pub(super) struct Words {
    /// Aloud, or its refusal to say it.
    pub(super) text: String,
    /// To itself.
    pub(super) thought: String,
}

impl Words {
    /// Adds a content: a text, or a list of parts.
    fn add(&mut self, content: &RawValue) -> Result<(), serde_json::Error> {
        if content.get().starts_with('"') {
            return text::append(content, &mut self.text);
        }
        if content.get().starts_with('[') {
            for part in serde_json::from_str::<Vec<ContentPart<'_>>>(content.get())? {
                match said(&part.r#type) {
                    "text" => self.text.push_str(said(&part.text)),
                    // Its thoughts are a content again.
                    "thinking" => {
                        let mut inner = Self::default();
                        part.thinking.map_or(Ok(()), |thought| inner.add(thought))?;
                        self.thought.push_str(&inner.text);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

impl<'a> Said<'a> {
    /// The words. Servers that write their thoughts under two names write the same under both.
    pub(super) fn words(&self) -> Result<Words, serde_json::Error> {
        let mut words = Words::default();
        self.content.map_or(Ok(()), |content| words.add(content))?;
        words.text.push_str(said(&self.refusal));
        for thought in [self.reasoning_content, self.reasoning, self.reasoning_text].into_iter().flatten() {
            if words.thought.is_empty() && thought.get().starts_with('"') {
                text::append(thought, &mut words.thought)?;
            }
        }
        Ok(words)
    }

    /// Pieces of calls.
    pub(super) fn calls(&self) -> impl Iterator<Item = &CallDelta<'a>> {
        self.tool_calls.iter().flat_map(Few::iter)
    }

    /// A piece of the only call, if there is nothing of several. Who writes both writes the same.
    pub(super) fn only_call(&self) -> Option<&FunctionDelta<'a>> {
        self.function_call.as_ref().filter(|_| self.tool_calls.as_ref().is_none_or(Few::is_empty))
    }
}

impl CallDelta<'_> {
    /// The call's id, or nothing.
    pub(super) fn id(&self) -> &str {
        said(&self.id)
    }

    /// The tool's name, or nothing.
    pub(super) fn name(&self) -> &str {
        self.function.as_ref().map_or("", FunctionDelta::name)
    }

    /// Adds what there is of the arguments' text.
    pub(super) fn append_arguments(&self, to: &mut String) -> Result<(), serde_json::Error> {
        self.function.as_ref().map_or(Ok(()), |function| function.append_arguments(to))
    }
}

impl FunctionDelta<'_> {
    /// The tool's name, or nothing.
    pub(super) fn name(&self) -> &str {
        said(&self.name)
    }

    /// Adds what there is of the arguments' text; some servers write the object itself where its text belongs.
    pub(super) fn append_arguments(&self, to: &mut String) -> Result<(), serde_json::Error> {
        self.arguments.map_or(Ok(()), |arguments| text::append(arguments, to))
    }
}

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        let cached = wire.prompt_tokens_details.and_then(|details| details.cached_tokens);
        let thought = wire.completion_tokens_details.and_then(|details| details.reasoning_tokens);
        Self {
            input: tokens(wire.prompt_tokens),
            output: tokens(wire.completion_tokens),
            cached: tokens(cached.or(wire.prompt_cache_hit_tokens).or(wire.cached_tokens)),
            reasoning: tokens(thought.or(wire.reasoning_tokens)),
        }
    }
}
