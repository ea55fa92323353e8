//! What a turn says while it runs: one stream for the page and for `ask --json`.

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::{Decision, ToolCall};
use crate::fact::{Dropped, Stopped};
use crate::finding::MadeOf;
use crate::id::{BatchId, CallId, ConversationId, Handle, TurnId};
use crate::label::Label;
use crate::model::{ModelFailure, Usage};
use crate::outcome::{FailureClass, Outcome};
use crate::time::Phases;
use crate::tool::SourceName;
use crate::view::Count;

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
    /// The model came to nothing, and is asked again: at once, or after a wait. [`Happening::ModelCalled`] says when it
    /// is. Nothing that it said counts.
    ModelWaits {
        /// Which request for this message comes next, from 2.
        attempt: u32,
        /// How the one before went wrong.
        failure: ModelFailure,
        /// The same in words.
        words: String,
        /// How long until then, in milliseconds.
        wait_ms: u32,
    },
    /// Results of earlier calls are shown to the model shorter than before, so that its request fits. They stand on
    /// record whole.
    Shortened {
        /// How many.
        results: u32,
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
    /// The message asks for more calls than a person allowed in one: none of them runs until a person says so. The
    /// engine waits for that as it does for an approval.
    BatchHeld {
        /// The batch.
        batch: BatchId,
        /// How many calls it has.
        calls: u32,
        /// How many one message may ask for.
        limit: u32,
        /// How many of each tool, most first; under its name as the model wrote it.
        tools: Vec<Count>,
    },
    /// A call has begun to wait, or waits for something else now. What it waits for is over when it is dispatched, ends,
    /// or waits for the next thing.
    Waits {
        /// The call.
        call: CallId,
        /// What for.
        waiting: Waiting,
    },
    /// Its entry is durable and its bytes leave.
    Dispatched {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
    },
    /// The source says how far it has come with a call.
    Progress {
        /// The call.
        call: CallId,
        /// How far, in the source's own words and figures: `3 of 10, reading pages`.
        words: String,
    },
    /// An attempt came to nothing, and the call goes on.
    AttemptEnded {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
        /// What happened in words.
        words: String,
        /// From sending to its end.
        took_ms: u32,
    },
    /// A call that started early is no part of its message. Its result, if one comes, is recorded and not used.
    CallDropped {
        /// The call.
        call: CallId,
        /// Why.
        why: Dropped,
    },
    /// A call is still under way while its batch goes back to the model without it.
    Pending {
        /// The call.
        call: CallId,
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
        /// The same calls one after another, after the end of the message.
        sequential_ms: u32,
        /// How much sooner the batch was over because reads started while the model still wrote.
        saved_ms: u32,
        /// Requests that were sent for it, all attempts counted.
        requests: u32,
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
    /// What that is made of, if anything was detected.
    pub made: Option<MadeOf>,
    /// The call on whose recorded result it drew instead of sending a request.
    pub from: Option<CallId>,
    /// Where the last attempt's time went; none if nothing was sent.
    pub phases: Option<Phases>,
}

/// What a call waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Waiting {
    /// An earlier call that touches the same thing, one of the two changing it.
    Resource {
        /// The call that goes first.
        call: CallId,
        /// Its handle.
        handle: Handle,
        /// Where the two meet: `/crm/customers/7`.
        resource: String,
    },
    /// Its turn, since calls run one after another here, or one of the two runs alone.
    Order {
        /// The call that goes first.
        call: CallId,
        /// Its handle.
        handle: Handle,
    },
    /// The same request, which another call sends already: it gets that result.
    Same {
        /// The call that sends it.
        call: CallId,
        /// Its handle.
        handle: Handle,
    },
    /// A call that is still under way, whose result it reads.
    Result {
        /// That call.
        call: CallId,
        /// Its handle.
        handle: Handle,
    },
    /// One of the calls under way at its source to end.
    Source {
        /// The source.
        source: SourceName,
        /// How many may be under way there.
        in_flight: u32,
    },
    /// One of all the calls under way to end.
    Everything {
        /// How many may be under way.
        in_flight: u32,
    },
    /// The source's requests per second.
    Rate {
        /// The source.
        source: SourceName,
        /// Thousandths of a request per second.
        milli_per_second: u32,
        /// How long, at most, before the next may leave, in milliseconds.
        ms: u32,
    },
    /// The source, which asked us to wait.
    Paused {
        /// The source.
        source: SourceName,
        /// How much longer, in milliseconds.
        ms: u32,
        /// How it said so.
        words: String,
    },
    /// A person, who paused the source.
    PausedByPerson {
        /// The source.
        source: SourceName,
    },
    /// The next attempt.
    Again {
        /// Which, from 2.
        attempt: u32,
        /// How long, in milliseconds.
        ms: u32,
    },
}
