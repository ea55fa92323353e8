//! One call of the turn, and where it stands.

use domain::call::{Decision, ToolCall, Verdict};
use domain::id::{BatchId, CallId, Handle};
use domain::label::Label;
use domain::outcome::{Ending, Outcome};

use crate::attempts::Attempts;
use crate::conflict::{Place, Resource, Touch};
use crate::effect::Interruption;
use crate::event::{Asked, Plan};
use crate::words;

/// A call of the turn.
pub(crate) struct Slot {
    pub(crate) call: CallId,
    pub(crate) handle: Handle,
    pub(crate) batch: Option<BatchId>,
    pub(crate) place: Place,
    pub(crate) touch: Touch,
    pub(crate) plan: Plan,
    pub(crate) decision: Decision,
    /// How it ends if it can't run.
    pub(crate) unfit: Option<Ending>,
    /// What its tool may bring; once it ended, what it brought.
    pub(crate) label: Label,
    pub(crate) standing: Standing,
    /// Who is to be looked at when this one ends. Some may have given up waiting since.
    pub(crate) waiters: Vec<usize>,
    /// Whether its batch has begun and waits for it.
    pub(crate) awaited: bool,
    /// Whether its batch went back without it.
    pub(crate) left_behind: bool,
    /// Whether its straggler budget is used up.
    pub(crate) straggles: bool,
    /// Whether a person took it back while its message was still being written.
    pub(crate) withdrawn: bool,
    /// Why it was taken back while its end was on its way.
    pub(crate) called_off: Option<Interruption>,
    /// Whether it is no part of its message any more.
    pub(crate) dropped: bool,
    /// Whether a call before it changed into one that writes where it reads: its result is no one else's.
    pub(crate) stale: bool,
    /// Whether it is not what stood in its place when later calls started; then it waits for those of them, too,
    /// that were sent and meet it.
    pub(crate) changed: bool,
}

/// Where a call stands.
pub(crate) enum Standing {
    /// Its message is still being written, and it did not start early: nothing of it is on record.
    Coming,
    /// On record. Its batch is held, or is being taken in.
    Held,
    /// A person is being asked.
    Asked,
    /// It may run as soon as the call that it waits for has ended; `None` only until it is looked at.
    Waiting {
        /// The slot of that call.
        on: Option<usize>,
    },
    /// It has attempts under way.
    Sent(Sent),
    /// It ends without a request of its own, and its end will be reported.
    Owed(Owed),
    /// It has its outcome.
    Ended {
        /// What.
        outcome: Outcome,
        /// The call that has its result: itself, unless it drew on another's.
        result_of: CallId,
    },
    /// It was no call after all: its message changed or came to nothing before anything of it was on record.
    Gone,
    /// Only while a call moves from one state to the next.
    Moving,
}

/// A call whose attempts are under way. It can't be copied, and [`Sent::end`] consumes it: no second outcome.
pub(crate) struct Sent {
    pub(crate) attempts: Attempts,
    /// The numbers of those that have not ended.
    pub(crate) under_way: Vec<u32>,
    pub(crate) interrupted: Option<Interruption>,
    pub(crate) hedged: bool,
}

impl Sent {
    pub(crate) fn first(repeatable: bool) -> Self {
        let attempts = Attempts::new(repeatable);
        let under_way = vec![attempts.latest()];
        Self { attempts, under_way, interrupted: None, hedged: false }
    }

    pub(crate) fn end(self, outcome: Outcome, result_of: CallId) -> Standing {
        Standing::Ended { outcome, result_of }
    }
}

/// A call whose end is awaited though nothing was sent for it. As with [`Sent`], ending consumes it.
pub(crate) struct Owed {
    /// Whether it was concluded, so that its end says nothing about a result.
    pub(crate) concluded: bool,
}

impl Owed {
    pub(crate) fn end(self, outcome: Outcome, result_of: CallId) -> Standing {
        Standing::Ended { outcome, result_of }
    }
}

impl Slot {
    pub(crate) fn new(asked: &Asked, place: Place) -> Self {
        let ToolCall { id, handle, batch, label, effect, .. } = &asked.call;
        Self {
            call: *id,
            handle: *handle,
            batch: *batch,
            place,
            touch: touch(&asked.plan, effect.writes()),
            plan: asked.plan.clone(),
            decision: asked.decision.clone(),
            unfit: asked.unfit.clone(),
            label: label.clone(),
            standing: Standing::Held,
            waiters: Vec::new(),
            awaited: false,
            left_behind: false,
            straggles: false,
            withdrawn: false,
            called_off: None,
            dropped: false,
            stale: false,
            changed: false,
        }
    }

    /// Whether it can come to be sent, so that others must wait for it.
    pub(crate) fn may_run(&self) -> bool {
        self.unfit.is_none() && self.decision.verdict != Verdict::Deny && !self.withdrawn
    }

    /// Puts other arguments' plan in the place of its own.
    pub(crate) fn replan(&mut self, plan: Plan) {
        self.touch = touch(&plan, self.touch.writes);
        self.plan = plan;
    }

    /// What it must be the same as to share one request; `None` for whatever must be sent for itself.
    pub(crate) fn identity(&self) -> Option<&str> {
        if self.touch.writes { None } else { self.plan.identity.as_deref() }
    }

    /// How it ends without being sent, if that is certain already.
    pub(crate) fn ending_at_once(&self) -> Option<Ending> {
        if self.withdrawn {
            Some(words::cancelled_by_person())
        } else if self.unfit.is_some() {
            self.unfit.clone()
        } else {
            (self.decision.verdict == Verdict::Deny).then(|| words::refused_by_policy(&self.decision.reason))
        }
    }

    pub(crate) fn is_coming(&self) -> bool {
        matches!(self.standing, Standing::Coming)
    }

    pub(crate) fn is_held(&self) -> bool {
        matches!(self.standing, Standing::Held)
    }

    pub(crate) fn is_asked(&self) -> bool {
        matches!(self.standing, Standing::Asked)
    }

    pub(crate) fn is_read_under_way(&self) -> bool {
        self.is_sent() && !self.touch.writes
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.standing, Standing::Sent(_))
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.standing, Standing::Ended { .. })
    }
}

fn touch(plan: &Plan, writes: bool) -> Touch {
    Touch { resource: Resource::of(&plan.resource), writes, exclusive: plan.exclusive }
}
