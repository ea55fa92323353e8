//! The calls of a turn: where each of them stands, and what moves it on.
//!
//! A call that can't go yet waits for one other: the last before it that must end first. When that one ends, those
//! who waited for it are looked at again, and nobody else: each then goes, or waits for another.

use std::collections::BTreeSet;

use domain::event::Waiting;
use domain::fact::{Dropped, Fact};
use domain::id::{BatchId, CallId};
use domain::label::Label;
use domain::outcome::Ending;
use domain::time::Span;

use crate::conflict::Place;
use crate::effect::{Effect, Interruption};
use crate::event::{Asked, Plan};
use crate::order::{Next, Order};
use crate::slot::{Owed, Sent, Slot, Standing};
use crate::words;

/// The calls of a turn.
pub(crate) struct Calls {
    pub(crate) order: Order,
    /// On record and without an end.
    open: BTreeSet<usize>,
    /// How many of them their batch waits for.
    awaited: usize,
    /// To be looked at, in the model's order.
    due: BTreeSet<Place>,
}

impl Calls {
    /// None yet.
    pub(crate) fn new(sequential: bool) -> Self {
        Self { order: Order::new(sequential), open: BTreeSet::new(), awaited: 0, due: BTreeSet::new() }
    }

    /// Whether every call that is on record has its outcome there.
    pub(crate) fn all_ended(&self) -> bool {
        self.open.is_empty()
    }

    /// How many calls the batch waits for.
    pub(crate) fn awaited(&self) -> usize {
        self.awaited
    }

    /// The slot of a call.
    pub(crate) fn slot_of(&self, call: CallId) -> Option<usize> {
        self.order.by_id.get(&call).copied()
    }

    /// The call at a slot.
    pub(crate) fn slot(&self, index: usize) -> &Slot {
        &self.order.slots[index]
    }

    /// The calls that are on record and have not ended; those of one batch, if one is named.
    pub(crate) fn open(&self, batch: Option<BatchId>) -> Vec<usize> {
        let of_batch = |slot: &&usize| batch.is_none() || self.order.slots[**slot].batch == batch;
        self.open.iter().filter(of_batch).copied().collect()
    }

    /// The calls at these slots.
    pub(crate) fn ids(&self, slots: &[usize]) -> Vec<CallId> {
        slots.iter().map(|slot| self.order.slots[*slot].call).collect()
    }

    /// The join of these calls' labels; `ended` leaves out those that have not ended, since they brought nothing.
    pub(crate) fn label(&self, slots: &[usize], ended: bool) -> Label {
        let slots = slots.iter().map(|slot| &self.order.slots[*slot]);
        Label::join_all(slots.filter(|slot| !ended || slot.has_ended()).map(|slot| &slot.label))
    }

    /// So many more calls come.
    pub(crate) fn reserve(&mut self, calls: usize) {
        self.order.slots.reserve(calls);
        self.order.by_id.reserve(calls);
    }

    /// Takes a call in. From here on, those after it that meet it wait for it.
    pub(crate) fn join(&mut self, step: u32, asked: &Asked, standing: Standing) -> usize {
        let index = self.order.slots.len();
        let place = Place::new(step, asked.call.position, index);
        let mut slot = Slot::new(asked, place);
        if slot.may_run() {
            self.order.conflicts.insert(place, &slot.touch);
        }
        slot.standing = standing;
        self.order.by_id.insert(slot.call, index);
        self.order.slots.push(slot);
        index
    }

    /// The message ended well, and this is what it says of a call that did not start early.
    pub(crate) fn arrive(&mut self, index: usize, asked: &Asked) {
        let slot = &mut self.order.slots[index];
        let mut arrived = Slot::new(asked, slot.place);
        arrived.withdrawn = slot.withdrawn;
        let (before, after) =
            (slot.may_run().then_some(&slot.touch), arrived.may_run().then_some(&arrived.touch));
        let changed = before != after;
        if changed {
            self.order.conflicts.remove(slot.place, &slot.touch, false);
            if arrived.may_run() {
                self.order.conflicts.insert(arrived.place, &arrived.touch);
            }
        }
        *slot = arrived;
        if changed {
            self.mark_changed(index);
        }
    }

    /// Whether nothing before this call meets it.
    pub(crate) fn meets_nobody(&self, index: usize) -> bool {
        let slot = self.slot(index);
        self.order.conflicts.latest_before(slot.place, &slot.touch).is_none()
    }

    /// Later calls started while another call stood in the place of this one, or it had other arguments. What those of
    /// them read that it meets is from before it, so nobody else may be given that.
    pub(crate) fn mark_changed(&mut self, index: usize) {
        self.order.slots[index].changed = true;
        let (place, touch) = (self.slot(index).place, self.slot(index).touch.clone());
        for slot in &mut self.order.slots {
            slot.stale |=
                touch.writes && slot.place > place && self.order.conflicts.meet(&touch, &slot.touch);
        }
    }

    /// Its straggler budget is used up.
    pub(crate) fn mark_straggling(&mut self, index: usize) {
        self.order.slots[index].straggles = true;
    }

    /// Takes back a call of which nothing is on record.
    pub(crate) fn discard(&mut self, index: usize) {
        let slot = &mut self.order.slots[index];
        slot.standing = Standing::Gone;
        self.order.conflicts.remove(slot.place, &slot.touch, false);
        self.order.by_id.remove(&slot.call);
    }

    /// Its end is on record.
    pub(crate) fn closed(&mut self, index: usize) {
        self.open.remove(&index);
        if std::mem::take(&mut self.order.slots[index].awaited) {
            self.awaited -= 1;
        }
    }

    /// The call is on record.
    pub(crate) fn opened(&mut self, index: usize) {
        self.order.slots[index].standing = Standing::Held;
        self.open.insert(index);
    }

    /// A batch began that waits for this call.
    pub(crate) fn await_end(&mut self, index: usize) {
        let slot = &mut self.order.slots[index];
        if !slot.has_ended() && !slot.awaited {
            slot.awaited = true;
            self.awaited += 1;
        }
    }

    /// It may go as soon as those before it let it. Follow with [`Self::settle`].
    pub(crate) fn release(&mut self, index: usize) {
        self.order.slots[index].standing = Standing::Waiting { on: None };
        self.due.insert(self.order.slots[index].place);
    }

    /// A person is being asked about it.
    pub(crate) fn ask(&mut self, index: usize) {
        self.order.slots[index].standing = Standing::Asked;
    }

    /// Looks at whoever is due, until nobody is.
    pub(crate) fn settle(&mut self, effects: &mut Vec<Effect>) {
        while let Some(place) = self.due.pop_first() {
            let index = place.slot();
            let Standing::Waiting { on } = self.order.slots[index].standing else { continue };
            let call = self.order.slots[index].call;
            match self.order.next(index) {
                Next::Wait(other, waiting) => {
                    self.order.slots[other].waiters.push(index);
                    self.order.slots[index].standing = Standing::Waiting { on: Some(other) };
                    let pending = matches!(waiting, Waiting::Same { .. }) && self.slot(other).left_behind;
                    if on != Some(other) {
                        effects.push(Effect::Wait(call, waiting));
                    }
                    // What it asked for was left behind by the same batch, and so is it.
                    if pending && self.slot(other).batch == self.slot(index).batch {
                        self.leave_behind(index, effects);
                    }
                }
                Next::Send => {
                    let sent = Sent::first(self.order.slots[index].plan.repeatable);
                    self.order.slots[index].standing = Standing::Sent(sent);
                    effects.push(Effect::Dispatch { call, attempt: 1, after: Span::default() });
                }
                Next::Share(from) => {
                    self.order.slots[index].standing = Standing::Owed(Owed { concluded: false });
                    effects.push(Effect::Share { call, from });
                }
                Next::Read => {
                    self.order.slots[index].standing = Standing::Owed(Owed { concluded: false });
                    effects.push(Effect::ReadRecord(call));
                }
                Next::Conclude(ending) => self.conclude(index, *ending, effects),
            }
        }
    }

    /// Ends a call that was not sent. It holds nobody up any more. Follow with [`Self::settle`].
    pub(crate) fn conclude(&mut self, index: usize, ending: Ending, effects: &mut Vec<Effect>) {
        let slot = &mut self.order.slots[index];
        slot.standing = Standing::Owed(Owed { concluded: true });
        self.order.conflicts.remove(slot.place, &slot.touch, false);
        effects.push(Effect::Conclude(slot.call, ending));
        self.free(index);
    }

    /// Takes a call back: what was not sent ends so, what was sent is interrupted, once. Follow with [`Self::settle`].
    pub(crate) fn withdraw(&mut self, index: usize, why: Interruption, effects: &mut Vec<Effect>) {
        let slot = &mut self.order.slots[index];
        match &mut slot.standing {
            Standing::Held | Standing::Asked | Standing::Waiting { .. } => {
                self.conclude(index, words::called_off(why), effects);
            }
            Standing::Sent(sent) => {
                // A full disk lets it go on, so it can still be stopped.
                let goes_on = matches!(sent.interrupted, None | Some(Interruption::Full));
                if goes_on && sent.interrupted != Some(why) {
                    sent.interrupted = Some(why);
                    effects.push(Effect::Interrupt { call: slot.call, why });
                }
            }
            Standing::Coming => slot.withdrawn |= why == Interruption::Person,
            // Its end is on its way, unless that brings nothing.
            Standing::Owed(_) => slot.called_off = Some(why),
            Standing::Ended { .. } | Standing::Gone | Standing::Moving => {}
        }
    }

    /// What a call was to be given is too old by now: it asks for itself, unless it was taken back meanwhile.
    pub(crate) fn unshared(&mut self, call: CallId, effects: &mut Vec<Effect>) {
        let Some(index) = self.slot_of(call) else { return };
        let slot = &mut self.order.slots[index];
        if !matches!(slot.standing, Standing::Owed(Owed { concluded: false })) || slot.plan.reads.is_some() {
            return;
        }
        (slot.plan.reuse, slot.plan.identity) = (None, None);
        match slot.called_off {
            Some(why) => self.conclude(index, words::called_off(why), effects),
            None => self.release(index),
        }
        self.settle(effects);
    }

    /// A call that started early is no part of its message. Follow with [`Self::settle`].
    pub(crate) fn drop_early(&mut self, index: usize, why: Dropped, effects: &mut Vec<Effect>) {
        let slot = &mut self.order.slots[index];
        slot.dropped = true;
        effects.push(Effect::Record(Fact::CallDropped { call: slot.call, why }));
        effects.push(Effect::Drop(slot.call, why));
        self.withdraw(index, Interruption::Needless, effects);
        self.free(index);
    }

    /// The arguments of a call that a person was asked about are others now. Follow with [`Self::release`].
    pub(crate) fn replan(&mut self, index: usize, plan: Plan) {
        let slot = &mut self.order.slots[index];
        self.order.conflicts.remove(slot.place, &slot.touch, false);
        slot.replan(plan);
        self.order.conflicts.insert(slot.place, &slot.touch);
        self.mark_changed(index);
        self.free(index);
    }

    /// Lets the batch go back without this call, and without those that wait for its result as theirs.
    pub(crate) fn leave_behind(&mut self, index: usize, effects: &mut Vec<Effect>) {
        let twins = self.order.slots[index].waiters.iter().copied().filter(|twin| {
            matches!(self.order.slots[*twin].standing, Standing::Waiting { on: Some(on) } if on == index)
                && self.order.slots[*twin].identity().is_some()
                && self.order.slots[*twin].identity() == self.order.slots[index].identity()
        });
        let left: Vec<usize> = std::iter::once(index).chain(twins).collect();
        for index in left {
            let slot = &mut self.order.slots[index];
            if std::mem::take(&mut slot.awaited) {
                slot.left_behind = true;
                self.awaited -= 1;
                effects.push(Effect::LeaveBehind(slot.call));
            }
        }
    }

    /// Whoever waits for this call is due.
    pub(crate) fn free(&mut self, index: usize) {
        for waiter in std::mem::take(&mut self.order.slots[index].waiters) {
            if matches!(self.order.slots[waiter].standing, Standing::Waiting { on } if on == Some(index)) {
                self.due.insert(self.order.slots[waiter].place);
            }
        }
    }
}
