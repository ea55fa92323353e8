//! How calls end, attempt by attempt.

use domain::outcome::{FailureClass, Outcome};
use domain::time::Span;

use crate::attempts::Then;
use crate::calls::Calls;
use crate::effect::{Effect, Interruption};
use crate::event::{EndedAttempt, EndedCall};
use crate::slot::Standing;

impl Calls {
    /// A call that was concluded, or answered from the record, has ended. Anything else changes nothing.
    pub(crate) fn end(&mut self, ended: EndedCall, effects: &mut Vec<Effect>) {
        let Some(index) = self.slot_of(ended.call) else { return };
        let slot = &mut self.order.slots[index];
        match std::mem::replace(&mut slot.standing, Standing::Moving) {
            Standing::Owed(owed) => {
                slot.standing = owed.end(ended.outcome, ended.from.unwrap_or(ended.call));
                self.ended(index, ended, effects);
            }
            other => slot.standing = other,
        }
    }

    /// An attempt that was dispatched has ended. Any other changes nothing.
    pub(crate) fn attempt_ended(&mut self, attempt: EndedAttempt, effects: &mut Vec<Effect>) {
        let Some(index) = self.slot_of(attempt.ended.call) else { return };
        let slot = &mut self.order.slots[index];
        let mut sent = match std::mem::replace(&mut slot.standing, Standing::Moving) {
            Standing::Sent(sent) if sent.under_way.contains(&attempt.attempt) => sent,
            other => {
                slot.standing = other;
                return;
            }
        };
        sent.under_way.retain(|number| *number != attempt.attempt);
        let beside = !sent.under_way.is_empty();
        let good = attempt.ended.outcome == Outcome::Returned;
        if !good && beside {
            if was_sent(&attempt) {
                effects.extend(attempt.fact().map(Effect::Record));
            } else {
                sent.attempts.take_back(attempt.attempt);
            }
            slot.standing = Standing::Sent(sent);
            return;
        }
        if !good
            && sent.interrupted.is_none()
            && let Then::Again { after } = sent.attempts.ended(&attempt)
        {
            effects.extend(attempt.fact().map(Effect::Record));
            let (call, next) = (slot.call, sent.attempts.latest());
            sent.under_way.push(next);
            slot.standing = Standing::Sent(sent);
            effects.push(Effect::Dispatch { call, attempt: next, after });
            return;
        }
        let (call, interrupted) = (slot.call, sent.interrupted.is_some());
        slot.standing = sent.end(attempt.ended.outcome, call);
        self.ended(index, attempt.ended, effects);
        if beside && !interrupted {
            effects.push(Effect::Interrupt { call, why: Interruption::Needless });
        }
    }

    /// One more attempt beside the one under way, once, if the call may be sent twice.
    pub(crate) fn hedge(&mut self, index: usize, effects: &mut Vec<Effect>) {
        let slot = &mut self.order.slots[index];
        let Standing::Sent(sent) = &mut slot.standing else { return };
        if slot.touch.writes || sent.hedged || sent.interrupted.is_some() {
            return;
        }
        if let Some(attempt) = sent.attempts.hedge() {
            sent.hedged = true;
            sent.under_way.push(attempt);
            effects.push(Effect::Dispatch { call: slot.call, attempt, after: Span::default() });
        }
    }

    /// Its outcome is known: on record with it, and whoever waited for it is due.
    fn ended(&mut self, index: usize, ended: EndedCall, effects: &mut Vec<Effect>) {
        let slot = &mut self.order.slots[index];
        // A call that was refused brought nothing, whatever its tool could have brought.
        slot.label = ended.label.clone();
        self.order.conflicts.remove(slot.place, &slot.touch, true);
        self.closed(index);
        effects.push(Effect::Record(ended.fact()));
        self.free(index);
        self.settle(effects);
    }
}

/// Whether an attempt came as far as its request: one that ended while it waited to leave did not.
fn was_sent(attempt: &EndedAttempt) -> bool {
    let withdrawn = attempt.ended.outcome == Outcome::Cancelled && attempt.took == Span::default();
    !withdrawn && attempt.ended.failure != Some(FailureClass::Paused)
}
