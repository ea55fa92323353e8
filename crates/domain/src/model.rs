//! A model: who speaks which wire protocol where, and what is said.

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::label::Level;
use crate::outcome::CallResult;
use crate::secret::SecretName;

/// A configured model. It holds the name of a key, never the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ModelSpec {
    /// Its name within the workspace.
    pub name: String,
    /// What people read; the name if empty.
    pub title: String,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// An absolute http or https address, up to and without the protocol's own path (`/chat/completions`).
    pub base_url: String,
    /// The model's id at the provider.
    pub model: String,
    /// The key's name, if it needs one.
    pub secret: Option<SecretName>,
    /// The highest level that may be sent to it.
    pub clearance: Level,
    /// Whether it may ask for several calls at once.
    pub parallel: Parallel,
    /// Whether its reads may start while it still writes its message.
    #[serde(default)]
    pub early: Early,
    /// The preset it was made from (`openai`, `azure-openai`, …): its host's habits are read there. None for an address
    /// of one's own that has none but the protocol's.
    #[serde(default)]
    pub preset: Option<String>,
    /// What a person says of it. It goes before what was learnt and what is known.
    #[serde(default)]
    pub capabilities: Capabilities,
}

impl ModelSpec {
    /// What people read.
    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }
}

/// The wire protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// OpenAI Chat Completions, and everything that imitates it.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini `generateContent`.
    Gemini,
    /// Ollama chat.
    Ollama,
    /// Cohere v2 chat.
    Cohere,
    /// Amazon Bedrock Converse.
    Bedrock,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::Ollama,
        Self::Cohere,
        Self::Bedrock,
    ];
}

/// What a model can do, as far as somebody said so: each part may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Capabilities {
    /// Whether it can ask for tools.
    #[serde(default)]
    pub tools: Option<bool>,
    /// Whether it asks for several in one message.
    #[serde(default)]
    pub parallel: Option<bool>,
    /// Whether its answers come while they are written.
    #[serde(default)]
    pub streaming: Option<bool>,
    /// How many tokens it takes, what it writes among them.
    #[serde(default)]
    pub context: Option<u32>,
    /// How many tokens it writes at most in one message.
    #[serde(default)]
    pub max_output: Option<u32>,
    /// What it costs.
    #[serde(default)]
    pub price: Option<Price>,
}

impl Capabilities {
    /// These, and where they say nothing, the `others`.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            tools: self.tools.or(others.tools),
            parallel: self.parallel.or(others.parallel),
            streaming: self.streaming.or(others.streaming),
            context: self.context.or(others.context),
            max_output: self.max_output.or(others.max_output),
            price: self.price.or(others.price),
        }
    }
}

/// What a model costs, in millionths of a US dollar for a million tokens: `3_000_000` is three dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Price {
    /// For what it reads.
    pub input: u32,
    /// For what it reads from a prompt that the provider had kept; as `input` if unknown.
    #[serde(default)]
    pub cached: Option<u32>,
    /// For what it writes.
    pub output: u32,
}

impl Price {
    /// What so many tokens cost, in millionths of a US dollar, rounded up.
    pub fn of(&self, usage: Usage) -> u64 {
        let cached = usage.cached.min(usage.input);
        let each = |tokens: u32, price: u32| u64::from(tokens) * u64::from(price);
        let sum = each(usage.input - cached, self.input)
            + each(cached, self.cached.unwrap_or(self.input))
            + each(usage.output, self.output);
        sum.div_ceil(1_000_000)
    }
}

/// Whether a model may ask for several calls in one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Parallel {
    /// As the provider does by itself.
    #[default]
    Auto,
    /// Ask for it.
    On,
    /// Forbid it.
    Off,
}

/// Whether an allowed read may start while the model still writes its message. A call is complete when its protocol
/// says so; one protocol (Chat Completions) doesn't before the end of the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Early {
    /// Where the protocol marks the end of a call, or the provider is known to write calls one after another.
    #[default]
    Auto,
    /// Also where only the beginning of the next call says that one is complete.
    On,
    /// Never.
    Off,
}

/// A prompt: everything a model is told, in a protocol-free form.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// What holds for the whole conversation.
    pub system: String,
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// What it may ask for.
    pub tools: Vec<OfferedTool>,
    /// Whether it may ask for several at once.
    pub parallel: Parallel,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A person's words.
    User(String),
    /// What the model said and asked for.
    Assistant {
        /// Its words; may be empty.
        text: String,
        /// The calls it asked for, in its order.
        calls: Vec<AskedCall>,
        /// What it thought, as its protocol wants it back. Another protocol leaves it out.
        reasoning: Vec<Reasoning>,
    },
    /// Every result of the batch before, in the model's order: one follow-up.
    Results(Vec<CallResult>),
}

/// A call as the model wrote it: nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedCall {
    /// The id the model gave it, or one made for it where the protocol or the model has none. Unique in its message
    /// once the turn machine has taken it; not before.
    pub id: String,
    /// The tool's name as written.
    pub name: String,
    /// The arguments as written: JSON text, if all is well.
    pub arguments: String,
}

/// One piece of what a model thought, to be handed back as it came: signed or encrypted by its provider, which refuses
/// or forgets a conversation without it. Nobody but the module of its protocol reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasoning {
    /// In which protocol it was said.
    pub protocol: Protocol,
    /// How many of the message's calls stand before it.
    pub after: u32,
    /// The piece as the protocol writes it.
    pub item: Json,
}

/// A tool as a model is offered it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedTool {
    /// See [`crate::tool::ToolId::wire`].
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema 2020-12.
    pub input: Json,
}

/// What a model's stream says, in a protocol-free form, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelEvent {
    /// More of its words.
    Text(String),
    /// More of what it thinks, in words that a person may read.
    Thinking(String),
    /// A piece of what it thought is whole, and goes back with the message; see [`Message::Assistant`].
    Reasoned(Reasoning),
    /// It began to ask for a call; the name is known, the arguments aren't.
    CallStarted {
        /// Which call of the message, from 0.
        index: u32,
        /// The tool's name as written.
        name: String,
    },
    /// The protocol says that this call is complete.
    CallReady {
        /// Which call of the message, from 0.
        index: u32,
        /// The call.
        call: AskedCall,
    },
    /// The next call began, so this one is most likely complete, though the protocol does not say so: its arguments are
    /// an object. [`ModelEvent::CallReady`] for the same index follows at the end of a good message, and alone counts;
    /// should it differ, whatever was done about this event must be undone.
    CallFollowed {
        /// Which call of the message, from 0.
        index: u32,
        /// The call as far as it was written.
        call: AskedCall,
    },
    /// What was used so far.
    Usage(Usage),
    /// The message ended, and why. Nothing follows.
    Finished(Finish),
}

/// Why a model's message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It had said everything.
    Stop,
    /// It waits for calls.
    ToolCalls,
    /// It ran into its length limit.
    Length,
    /// Its provider's filter stopped it.
    ContentFilter,
}

/// Tokens, as the provider counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Usage {
    /// Tokens read, also from what the provider had kept.
    pub input: u32,
    /// Tokens written, also those that were thought.
    pub output: u32,
    /// Of those read, the ones that the provider had kept from a prompt before.
    #[serde(default, skip_serializing_if = "is_none")]
    pub cached: u32,
    /// Of those written, the ones that were thought and not said.
    #[serde(default, skip_serializing_if = "is_none")]
    pub reasoning: u32,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            input: self.input.saturating_add(more.input),
            output: self.output.saturating_add(more.output),
            cached: self.cached.saturating_add(more.cached),
            reasoning: self.reasoning.saturating_add(more.reasoning),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// How a request to a model went wrong: a variant for each thing that a person does differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelFailure {
    /// The provider does not know our key, or no key is stored.
    KeyRefused,
    /// Too many requests at the moment.
    RateLimited,
    /// What was paid for is used up: waiting does not help.
    QuotaUsedUp,
    /// The provider can't serve at the moment.
    Overloaded,
    /// The conversation is longer than the model can read.
    ContextTooLong,
    /// The provider did not accept the request for another reason.
    Rejected,
    /// What came back is not the protocol.
    MalformedStream,
    /// The stream ended before the message did.
    CutStream,
    /// Something else than a model answered: a web page of a proxy, a wrong address, a wrong content type.
    NotAModel,
    /// No connection.
    Unreachable,
    /// The certificate of its host, or of a proxy that stands between, is not trusted.
    Untrusted,
    /// It kept silent for too long: before its first word, or between two.
    TimedOut,
    /// Its provider's filter refused the question.
    Filtered,
    /// The question is above what it is cleared for, and the workspace keeps that from it. Nothing was sent.
    NotCleared,
    /// It was stopped by a person.
    Cancelled,
}
