//! What a turn says while it runs: one stream for the page and for `ask --json`.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::{Decision, ToolCall};
use crate::fact::Stopped;
use crate::id::{BatchId, CallId, ConversationId, TurnId};
use crate::label::Label;
use crate::model::{ModelFailure, Usage};
use crate::outcome::{FailureClass, Outcome};

/// Something that happened in a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct RunEvent {
    /// The turn.
    pub turn: TurnId,
    /// Milliseconds since the turn began.
    pub ms: u32,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Happening {
    /// The question is on record.
    TurnStarted {
        /// The conversation.
        conversation: ConversationId,
        /// The question.
        question: String,
        /// The model, as people read it.
        model: String,
    },
    /// A request to the model is on record and leaves.
    ModelCalled {
        /// Which request of the turn, from 1.
        step: u32,
    },
    /// A call of the message is complete.
    CallReady {
        /// The call.
        call: ToolCall,
    },
    /// Policy decided.
    Decided {
        /// The call.
        call: CallId,
        /// What and why.
        decision: Decision,
    },
    /// The message is complete: these are its calls.
    BatchStarted {
        /// The batch.
        batch: BatchId,
        /// Its calls in the model's order.
        calls: Vec<CallId>,
        /// The join of their labels so far.
        label: Label,
    },
    /// Somebody must say whether these may run. The engine waits for an answer to each.
    ApprovalAsked {
        /// The batch.
        batch: BatchId,
        /// What is asked, in the model's order.
        asks: Vec<Ask>,
    },
    /// Its entry is durable and its bytes leave.
    Dispatched {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
    },
    /// A call ended, and its outcome is on record.
    CallEnded {
        /// The call.
        call: CallId,
        /// How.
        #[serde(flatten)]
        ended: Ended,
    },
    /// Every call of the batch ended.
    BatchEnded {
        /// The batch.
        batch: BatchId,
        /// How long at least one of its calls was under way; waiting for a person does not count.
        elapsed_ms: u32,
        /// The same calls one after another.
        sequential_ms: u32,
        /// The join of the results.
        label: Label,
    },
    /// More of the model's words, citation marks and all.
    TextDelta {
        /// The words.
        text: String,
    },
    /// The answer is on record.
    Answer {
        /// The answer.
        answer: Answer,
    },
    /// The turn is over. Nothing follows.
    TurnEnded {
        /// Why there is no answer, if there is none.
        stopped: Option<Stopped>,
        /// How the model failed, if it did.
        failure: Option<ModelFailure>,
        /// What happened and what to do, in words; empty after an answer.
        words: String,
        /// Tokens of the whole turn.
        usage: Usage,
    },
}

/// One call of an approval sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct Ask {
    /// The call.
    pub call: CallId,
    /// `METHOD /path` as it would be sent, without secrets.
    pub request: String,
    /// The exact arguments as JSON, indented.
    pub arguments: String,
    /// Why it asks.
    pub decision: Decision,
}

/// How a call ended, for the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// The class, for `failed`.
    pub failure: Option<FailureClass>,
    /// The source's status.
    pub status: Option<u16>,
    /// What happened in words; empty if it returned.
    pub words: String,
    /// Bytes of the result.
    #[specta(type = u32)]
    pub size: u64,
    /// From dispatch to the end; 0 if it was never sent.
    pub took_ms: u32,
    /// The label after it ran.
    pub label: Label,
}
