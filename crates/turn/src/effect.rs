//! What the machine says to do.

use domain::call::Decision;
use domain::event::Waiting;
use domain::fact::{Dropped, Fact, Stopped};
use domain::id::{BatchId, CallId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::Ending;
use domain::time::Span;

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Append this, before any effect after it is performed.
    Record(Fact),
    /// Ask the model, with everything that is known so far.
    RequestModel {
        /// Which request of the turn, from 1.
        step: u32,
    },
    /// Stop waiting for the model; report [`crate::Event::ModelFailed`].
    InterruptModel,
    /// The message is complete: its calls, in the model's order.
    BatchStarted {
        /// The batch.
        batch: BatchId,
        /// Its calls.
        calls: Vec<CallId>,
        /// The join of their labels.
        label: Label,
    },
    /// The batch has more calls than one message may ask for: ask a person; report [`crate::Event::Released`].
    Hold {
        /// The batch.
        batch: BatchId,
        /// Its calls.
        calls: u32,
        /// How many one message may ask for.
        limit: u32,
    },
    /// Ask a person about these; report [`crate::Event::Answered`] for each. The engine records what it showed.
    AskPerson {
        /// The batch.
        batch: BatchId,
        /// The calls, with what policy said of each.
        calls: Vec<(CallId, Decision)>,
    },
    /// Say that this call waits for another, or waits for another one now.
    Wait(CallId, Waiting),
    /// Send this call, after this wait; report [`crate::Event::AttemptEnded`].
    Dispatch {
        /// The call.
        call: CallId,
        /// Which try, from 1.
        attempt: u32,
        /// How long to wait before it is sent.
        after: Span,
    },
    /// Answer this call with the result of an ended one; report [`crate::Event::CallEnded`], or, if the plan offered
    /// that result for reuse and it is too old by now, [`crate::Event::Unshared`].
    Share {
        /// The call.
        call: CallId,
        /// The call whose result it gets.
        from: CallId,
    },
    /// Answer this call from the record: its plan says whose result it reads; report [`crate::Event::CallEnded`].
    ReadRecord(CallId),
    /// End this call without sending it; report [`crate::Event::CallEnded`].
    Conclude(CallId, Ending),
    /// Stop every attempt of this call; report [`crate::Event::AttemptEnded`] or [`crate::Event::CallEnded`], as was
    /// due. What was not sent ends as cancelled, a read that was sent as cancelled (or timed out, at a deadline), at
    /// once; a write that was sent has a grace to learn its outcome.
    Interrupt {
        /// The call.
        call: CallId,
        /// Why.
        why: Interruption,
    },
    /// This call started early and is no part of its message any more.
    Drop(CallId, Dropped),
    /// This call is left behind: its batch goes back without it.
    LeaveBehind(CallId),
    /// Every call of the batch ended or was left behind: one follow-up with their results, in this order.
    BatchEnded {
        /// The batch.
        batch: BatchId,
        /// Its calls in the model's order.
        calls: Vec<CallId>,
        /// The join of what came back.
        label: Label,
    },
    /// The turn ends in this answer. This and [`Effect::End`] are a turn's last effect: by then every call of it has its
    /// outcome on record, those included that were left behind or dropped.
    Answer {
        /// The model's words as it wrote them.
        text: String,
        /// Why the message ended.
        finish: Finish,
    },
    /// The turn ends without one.
    End {
        /// Why.
        why: Stopped,
        /// How the model failed, if it did.
        failure: Option<ModelFailure>,
        /// In words.
        words: String,
    },
}

/// Why a call that was handed out is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// A person took it back.
    Person,
    /// The time of its batch is up.
    BatchDeadline,
    /// Another attempt of it has ended well, or nobody will use its result.
    Needless,
    /// The disk is full. What was sent goes on and is recorded; it is only not sent again.
    Full,
}
