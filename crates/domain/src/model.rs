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
    /// Tokens read.
    pub input: u32,
    /// Tokens written.
    pub output: u32,
}

/// How a request to a model went wrong: a variant for each thing that a person does differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ModelFailure {
    /// The provider does not know our key, or no key is stored.
    KeyRefused,
    /// Too many requests, or the quota is used up.
    RateLimited,
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
    /// No answer in time, or no connection.
    Unreachable,
    /// It was stopped by a person.
    Cancelled,
}
