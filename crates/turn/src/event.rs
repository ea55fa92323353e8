//! What the machine is told.

use domain::call::{Approval, Decision, ToolCall};
use domain::id::{BatchId, CallId, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::Commitment;
use domain::run::Straggler;
use domain::time::{Phases, Span};

/// What holds for one turn.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The turn.
    pub turn: TurnId,
    /// Requests to the model, at most; at least 1.
    pub max_steps: u32,
    /// Calls run one after another, in the model's order.
    pub sequential: bool,
    /// Whether allowed reads may start while the model still writes.
    pub early: bool,
    /// Calls that one message may ask for before a person must let them go; at least 1.
    pub batch_calls: u32,
    /// What becomes of a read whose straggler budget is used up.
    pub straggler: Straggler,
    /// SHA-256 of the policy in force, for the record.
    pub policy: String,
}

/// A call as it arrives: checked against its tool and decided upon.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The call.
    pub call: ToolCall,
    /// The commitment to its arguments.
    pub arguments: Commitment,
    /// What policy says of it.
    pub decision: Decision,
    /// How it ends, if it can't run: no such tool, arguments that don't fit.
    pub unfit: Option<Ending>,
    /// What the scheduler needs to know of it.
    pub plan: Plan,
}

/// What the scheduler needs to know of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Which thing it touches: `/crm/customers/7`, segments percent-encoded. Empty for a call that touches nothing
    /// outside, and so never meets another.
    pub resource: String,
    /// Whether nothing else of the turn may run beside it.
    pub exclusive: bool,
    /// Whether it may be sent a second time: a read, an idempotent write, or a write with an idempotency key.
    pub repeatable: bool,
    /// The same for calls that would send the very same request; `None` if it must be sent for itself.
    pub identity: Option<String>,
    /// An ended call of the same identity whose result may still be used.
    pub reuse: Option<CallId>,
    /// The call whose recorded result it reads, if it is answered from the record: nothing is sent for it.
    pub reads: Option<CallId>,
}

/// A call's end, with what the record needs of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedCall {
    /// The call.
    pub call: CallId,
    /// How.
    pub outcome: Outcome,
    /// The class, for `failed`; for `unknown` what went wrong on the way, if anything did.
    pub failure: Option<FailureClass>,
    /// The source's status.
    pub status: Option<u16>,
    /// The commitment to what the source sent.
    pub result: Option<Commitment>,
    /// The commitment to what happened in words.
    pub words: Option<Commitment>,
    /// Bytes of the result.
    pub size: u64,
    /// The result's whole length, if it was cut.
    pub cut_from: Option<u64>,
    /// From the first attempt's sending to the end.
    pub took: Span,
    /// The label of what came back.
    pub label: Label,
    /// The call on whose result it drew.
    pub from: Option<CallId>,
    /// Where the last attempt's time went.
    pub phases: Option<Phases>,
    /// The commitment to what was detected in it.
    pub findings: Option<Commitment>,
}

/// How an attempt that was dispatched ended. `ended` is how the call ends, unless there is another attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedAttempt {
    /// Which, from 1.
    pub attempt: u32,
    /// Whether the same request may do better a moment later.
    pub transient: bool,
    /// Whether the source refused its token and has given another since: nothing was done, and the same request may be
    /// made with that, whatever it writes.
    pub renewed: bool,
    /// How long the source asked this request to wait.
    pub retry_after: Option<Span>,
    /// From this attempt's sending to its end; `ended.took` counts from the first.
    pub took: Span,
    /// The call's whole time, by its source's limits: attempts and the waits between them.
    pub deadline: Span,
    /// A random number, for the wait before the next attempt.
    pub dice: u32,
    /// The call's end if this was its last attempt.
    pub ended: EndedCall,
}

/// Arguments that a person put in the place of the model's.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The commitment to them.
    pub arguments: Commitment,
    /// How the call ends if they don't fit either.
    pub unfit: Option<Ending>,
    /// What the scheduler needs to know of the call now.
    pub plan: Plan,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "an event is made once and taken apart at once; none is kept")]
pub enum Event {
    /// The question is on record: begin.
    Begin,
    /// While the message still streams: a call of it is complete. Each call of a message comes here at most once, in
    /// the model's order, and only if its place in the message is known (`call.position`). A call that is not early, or
    /// that does not come here at all, comes with [`Event::ModelEnded`] alone.
    CallReady {
        /// The request whose message it is.
        request: ModelCallId,
        /// The call; its `batch` is the batch that the message's calls will make.
        asked: Asked,
    },
    /// A message of the model is whole and on record.
    ModelEnded {
        /// The request that it answers.
        request: ModelCallId,
        /// The batch that its calls make.
        batch: BatchId,
        /// Why it ended.
        finish: Finish,
        /// Its words.
        text: String,
        /// Its calls, in its order; those that came early among them, with the ids under which they came, unless the
        /// model changed them meanwhile. Empty unless it ended well.
        calls: Vec<Asked>,
    },
    /// The model could not be asked, or its message did not end; on record.
    ModelFailed {
        /// How.
        failure: ModelFailure,
        /// In words.
        words: String,
    },
    /// The model's message came to nothing before any of its calls had started, and the model is asked for it once more
    /// by whoever says this.
    MessageLost,
    /// A person said whether a call may run.
    Answered {
        /// The call.
        call: CallId,
        /// What they said.
        approval: Approval,
        /// The commitment to their reason.
        reason: Option<Commitment>,
        /// With [`Approval::Edited`]: the new arguments.
        edited: Option<Edited>,
    },
    /// A person said whether a held batch may run.
    Released {
        /// The batch.
        batch: BatchId,
        /// What they said; `Edited` counts as `Allowed`.
        approval: Approval,
        /// The commitment to their reason.
        reason: Option<Commitment>,
    },
    /// An attempt of a call that was dispatched ended.
    AttemptEnded(EndedAttempt),
    /// A call that was concluded, or answered from the record, has ended.
    CallEnded(EndedCall),
    /// The result that a call was to be given may be used no more: it asks for itself.
    Unshared(CallId),
    /// A read is still under way when its straggler budget is used up.
    Straggles(CallId),
    /// The time of a batch is up.
    BatchTimedOut(BatchId),
    /// A person takes one call back.
    CancelCall(CallId),
    /// A person takes back every call of a batch that has not ended.
    CancelBatch(BatchId),
    /// A person stops the turn.
    Stop,
    /// The disk is full: nothing more can be recorded as about to be sent, so the turn ends as soon as what was sent has.
    Full,
}
