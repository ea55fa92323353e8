//! The calls of one model message, and where each of them stands.

use domain::call::{Decision, ToolCall, Verdict};
use domain::id::CallId;
use domain::label::Label;
use domain::outcome::{Ending, Outcome};

/// Where a call stands. Each state is its own type, made only from the one before.
enum Standing {
    /// It may run and waits for its turn.
    Queued,
    /// A person is being asked.
    Asked,
    /// It was handed out; its end will be reported.
    Out(Running),
    /// It has its outcome.
    Ended,
    /// Only while a call moves from one state to the next.
    Moving,
}

/// A call whose end is awaited. It can't be copied, and [`Running::end`] consumes it: no second outcome.
struct Running;

impl Running {
    fn end(self) -> Standing {
        Standing::Ended
    }
}

struct Slot {
    call: ToolCall,
    standing: Standing,
    label: Label,
}

/// A batch under way.
pub(crate) struct Batch {
    slots: Vec<Slot>,
    one_at_a_time: bool,
}

/// What a call must do at once when it joins a batch or is answered about.
pub(crate) enum Next {
    /// Wait for its place.
    Queue,
    /// End without being sent.
    Conclude(Ending),
    /// Ask a person.
    Ask,
}

impl Batch {
    pub(crate) fn new(one_at_a_time: bool) -> Self {
        Self { slots: Vec::new(), one_at_a_time }
    }

    /// Takes a call in, in the model's order. `unfit` is the ending of a call that can't run at all.
    pub(crate) fn join(&mut self, call: ToolCall, decision: &Decision, unfit: Option<Ending>) -> Next {
        let next = match (unfit, decision.verdict) {
            (Some(ending), _) => Next::Conclude(ending),
            (None, Verdict::Allow) => Next::Queue,
            (None, Verdict::Ask) => Next::Ask,
            (None, Verdict::Deny) => Next::Conclude(refused(&decision.reason)),
        };
        let standing = match next {
            Next::Queue => Standing::Queued,
            Next::Conclude(_) => Standing::Out(Running),
            Next::Ask => Standing::Asked,
        };
        let label = call.label.clone();
        self.slots.push(Slot { call, standing, label });
        next
    }

    /// What a person said. `None` if nobody asked about this call, or not any more.
    pub(crate) fn answered(&mut self, call: CallId, refusal: Option<&str>) -> Option<Next> {
        let slot = self.slot(call)?;
        if !matches!(slot.standing, Standing::Asked) {
            return None;
        }
        Some(match refusal {
            None => {
                slot.standing = Standing::Queued;
                Next::Queue
            }
            Some(reason) => {
                slot.standing = Standing::Out(Running);
                Next::Conclude(refused_by_person(reason))
            }
        })
    }

    /// The calls that go out now.
    pub(crate) fn dispatch(&mut self) -> Vec<CallId> {
        let mut free = if self.one_at_a_time {
            usize::from(!self.slots.iter().any(|slot| matches!(slot.standing, Standing::Out(_))))
        } else {
            usize::MAX
        };
        let mut out = Vec::new();
        for slot in &mut self.slots {
            // One after another means in the model's order: what a person has not answered yet holds up what follows.
            if free == 0 || (self.one_at_a_time && matches!(slot.standing, Standing::Asked)) {
                break;
            }
            if matches!(slot.standing, Standing::Queued) {
                slot.standing = Standing::Out(Running);
                out.push(slot.call.id);
                free -= 1;
            }
        }
        out
    }

    /// Records that a call ended. `false` if it was not out: then nothing changed.
    pub(crate) fn end(&mut self, call: CallId, label: &Label) -> bool {
        let Some(slot) = self.slot(call) else { return false };
        match std::mem::replace(&mut slot.standing, Standing::Moving) {
            Standing::Out(running) => {
                slot.standing = running.end();
                // A call that was refused brought nothing, whatever its tool could have brought.
                slot.label = label.clone();
                true
            }
            other => {
                slot.standing = other;
                false
            }
        }
    }

    /// Takes a call back that has not gone out. `None` if it did, or is not of this batch.
    pub(crate) fn withdraw(&mut self, call: CallId) -> Option<Ending> {
        let slot = self.slot(call)?;
        if !matches!(slot.standing, Standing::Queued | Standing::Asked) {
            return None;
        }
        slot.standing = Standing::Out(Running);
        Some(Ending::without_body(Outcome::Cancelled, None, "cancelled by the person before it was sent"))
    }

    pub(crate) fn is_out(&self, call: CallId) -> bool {
        self.slots.iter().any(|slot| slot.call.id == call && matches!(slot.standing, Standing::Out(_)))
    }

    pub(crate) fn all_ended(&self) -> bool {
        self.slots.iter().all(|slot| matches!(slot.standing, Standing::Ended))
    }

    /// Every call, in the model's order.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.slots.iter().map(|slot| &slot.call)
    }

    /// The join of every call's label: of what came back where it ended, of what its tool may bring where it didn't.
    pub(crate) fn label(&self) -> Label {
        Label::join_all(self.slots.iter().map(|slot| &slot.label))
    }

    fn slot(&mut self, call: CallId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.call.id == call)
    }
}

fn refused(reason: &str) -> Ending {
    Ending::without_body(Outcome::Refused, None, format!("refused by policy: {reason}. Nothing was sent."))
}

fn refused_by_person(reason: &str) -> Ending {
    let words = if reason.trim().is_empty() {
        "refused by the person, who gave no reason. Nothing was sent.".to_owned()
    } else {
        format!("refused by the person: {}. Nothing was sent.", reason.trim().trim_end_matches('.'))
    };
    Ending::without_body(Outcome::Refused, None, words)
}
