//! The shapes of what comes back. Every field may be missing or null, as each is in some imitation; what we don't use
//! is not read. What is long or rarely needed stays JSON until it is.

use domain::model::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::count::count;
use crate::text::{self, Text, said};

/// An event of a stream.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    /// Which item of the output. Some count wrongly, or not at all.
    #[serde(default)]
    pub(super) output_index: Option<i64>,
    /// The item's id. GitHub Copilot gives it another in each event.
    #[serde(borrow, default)]
    item_id: Option<Text<'a>>,
    /// More of a text or of a call's arguments.
    #[serde(borrow, default)]
    pub(super) delta: Option<&'a RawValue>,
    /// A part's whole words.
    #[serde(borrow, default)]
    pub(super) text: Option<&'a RawValue>,
    /// The same of a refusal.
    #[serde(borrow, default)]
    pub(super) refusal: Option<&'a RawValue>,
    /// A call's whole arguments.
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
    /// The whole input of a call with free text.
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
    /// An item that begins or ends.
    #[serde(borrow, default)]
    pub(super) item: Option<&'a RawValue>,
    /// The answer as it stands.
    #[serde(borrow, default)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

impl Event<'_> {
    /// Its type, or nothing.
    pub(super) fn kind(&self) -> &str {
        said(&self.r#type)
    }

    /// Its item's id, or nothing.
    pub(super) fn item_id(&self) -> &str {
        said(&self.item_id)
    }
}

/// An answer: the last event's, or a whole document.
#[derive(Deserialize)]
pub(super) struct Response<'a> {
    #[serde(borrow, default)]
    object: Option<Text<'a>>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) output: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    incomplete_details: Option<Incomplete<'a>>,
}

#[derive(Deserialize)]
struct Incomplete<'a> {
    #[serde(borrow, default)]
    reason: Option<Text<'a>>,
}

impl Response<'_> {
    /// Whether it says that it is one.
    pub(super) fn is_one(&self) -> bool {
        said(&self.object) == "response" || self.output.is_some()
    }

    /// Its status, or nothing.
    pub(super) fn status(&self) -> &str {
        said(&self.status)
    }

    /// Why it is not complete, or nothing.
    pub(super) fn reason(&self) -> &str {
        self.incomplete_details.as_ref().map_or("", |details| said(&details.reason))
    }
}

/// An item of the output: words, thoughts, a call, or something that its provider does by itself.
#[derive(Deserialize)]
pub(super) struct Item<'a> {
    #[serde(borrow, default)]
    r#type: Option<Text<'a>>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    call_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    summary: Option<&'a RawValue>,
    #[serde(borrow, default)]
    encrypted_content: Option<Text<'a>>,
    #[serde(borrow, default)]
    phase: Option<Text<'a>>,
}

/// A part of a message or of thoughts.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    refusal: Option<Text<'a>>,
}

impl<'a> Item<'a> {
    pub(super) fn kind(&self) -> &str {
        said(&self.r#type)
    }

    pub(super) fn id(&self) -> &str {
        said(&self.id)
    }

    pub(super) fn call_id(&self) -> &str {
        said(&self.call_id)
    }

    pub(super) fn name(&self) -> &str {
        said(&self.name)
    }

    /// What part of the answer the model calls a message: `commentary`, `final_answer`; or nothing.
    pub(super) fn phase(&self) -> &str {
        said(&self.phase)
    }

    /// What a call is made with.
    pub(super) fn arguments(&self) -> Option<&'a RawValue> {
        self.arguments.or(self.input)
    }

    /// Whether its provider says that its end is missing.
    pub(super) fn is_cut(&self) -> bool {
        said(&self.status) == "incomplete"
    }

    /// The words of a message.
    pub(super) fn words(&self) -> Result<String, serde_json::Error> {
        self.content.map_or(Ok(String::new()), words)
    }

    /// The words of what was thought: the summary, or the thoughts themselves where somebody shows them.
    pub(super) fn thoughts(&self) -> Result<String, serde_json::Error> {
        let summary = self.summary.map_or(Ok(String::new()), words)?;
        if summary.is_empty() { self.words() } else { Ok(summary) }
    }

    /// Whether thoughts can be taken up again: a summary alone can't, and a provider that keeps nothing refuses it.
    pub(super) fn goes_back(&self) -> Result<bool, serde_json::Error> {
        Ok(!said(&self.encrypted_content).is_empty() || !self.words()?.is_empty())
    }
}

/// A text, or the texts of a list's parts.
fn words(content: &RawValue) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    if content.get().starts_with('"') {
        text::append(content, &mut text)?;
    } else if content.get().starts_with('[') {
        for part in serde_json::from_str::<Vec<Part<'_>>>(content.get())? {
            text.push_str(said(&part.text));
            text.push_str(said(&part.refusal));
        }
    }
    Ok(text)
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct WireUsage {
    #[serde(default, deserialize_with = "count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "count")]
    output_tokens: Option<u64>,
    #[serde(default)]
    input_tokens_details: Option<ReadDetails>,
    #[serde(default)]
    output_tokens_details: Option<WrittenDetails>,
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

impl From<WireUsage> for Usage {
    fn from(wire: WireUsage) -> Self {
        let tokens = |count: Option<u64>| u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX);
        Self {
            input: tokens(wire.input_tokens),
            output: tokens(wire.output_tokens),
            cached: tokens(wire.input_tokens_details.and_then(|details| details.cached_tokens)),
            reasoning: tokens(wire.output_tokens_details.and_then(|details| details.reasoning_tokens)),
        }
    }
}
