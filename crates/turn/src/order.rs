//! What a call does next that may run: go, wait for another, or be answered without a request of its own.

use std::collections::HashMap;

use domain::event::Waiting;
use domain::id::CallId;
use domain::outcome::{Ending, Outcome};

use crate::conflict::{Conflicts, Place, meeting_place};
use crate::slot::{Owed, Slot, Standing};
use crate::words;

/// What a call does next.
pub(crate) enum Next {
    /// Its request leaves.
    Send,
    /// It waits for the call at that slot.
    Wait(usize, Waiting),
    /// It gets that call's result.
    Share(CallId),
    /// It is answered from the record.
    Read,
    /// It can't be.
    Conclude(Box<Ending>),
}

/// The calls of a turn, in its order.
pub(crate) struct Order {
    pub(crate) slots: Vec<Slot>,
    pub(crate) by_id: HashMap<CallId, usize>,
    pub(crate) conflicts: Conflicts,
    /// By what makes requests the same: the call that sends it for the others.
    leaders: HashMap<String, usize>,
}

impl Order {
    pub(crate) fn new(sequential: bool) -> Self {
        Self {
            slots: Vec::new(),
            by_id: HashMap::new(),
            conflicts: Conflicts::new(sequential),
            leaders: HashMap::new(),
        }
    }

    /// What the call at this slot does, as things stand.
    pub(crate) fn next(&mut self, index: usize) -> Next {
        let twin = self.twin(index);
        let slot = &self.slots[index];
        if let Some(twin) = twin.filter(|twin| !self.slots[*twin].has_ended()) {
            let (call, handle) = (self.slots[twin].call, self.slots[twin].handle);
            return Next::Wait(twin, Waiting::Same { call, handle });
        }
        if let Some(other) = self.blocker(index) {
            return Next::Wait(other, self.waiting(index, other));
        }
        if let Some(from) = twin.and_then(|twin| self.shared_result(twin)).or_else(|| self.reuse(slot)) {
            return Next::Share(from);
        }
        match slot.plan.reads {
            Some(call) => self.reading(slot, call),
            None => Next::Send,
        }
    }

    /// The call before this one that sends, or sent, the same request for it; otherwise this one does so for others.
    fn twin(&mut self, index: usize) -> Option<usize> {
        let slot = &self.slots[index];
        let identity = slot.identity()?;
        let leader = self.leaders.get(identity).copied();
        let twin = leader.filter(|leader| *leader != index && self.speaks_for(*leader, slot));
        if twin.is_none() {
            if let Some(leader) = self.leaders.get_mut(identity) {
                *leader = index;
            } else {
                self.leaders.insert(identity.to_owned(), index);
            }
        }
        twin
    }

    /// Whether the request of `leader` is one for `slot` as well: the same, before it, no write between the two, and
    /// with a result to hope for. A result that came before this message was asked for is another matter: its source
    /// says whether it may still be used. One that was left behind, and for which this call has waited, came after.
    fn speaks_for(&self, leader: usize, slot: &Slot) -> bool {
        let waited = matches!(slot.standing, Standing::Waiting { on: Some(on) } if on == leader);
        let leader = &self.slots[leader];
        let hopeful = match &leader.standing {
            Standing::Ended { .. } => {
                (waited || leader.batch == slot.batch) && self.shareable(leader).is_some()
            }
            Standing::Coming | Standing::Gone | Standing::Moving => false,
            Standing::Owed(Owed { concluded }) => !concluded,
            Standing::Held | Standing::Asked | Standing::Waiting { .. } | Standing::Sent(_) => true,
        };
        hopeful
            && !leader.dropped
            && !leader.stale
            && leader.identity() == slot.identity()
            && leader.place < slot.place
            && self.unwritten_since(leader.place, slot)
    }

    /// Whether no write that meets this call stands between `place` and it.
    fn unwritten_since(&self, place: Place, slot: &Slot) -> bool {
        self.conflicts.latest_write_before(slot.place, &slot.touch).is_none_or(|write| write < place)
    }

    fn shared_result(&self, twin: usize) -> Option<CallId> {
        self.shareable(&self.slots[twin])
    }

    /// The call whose result an ended one can give to others.
    fn shareable(&self, slot: &Slot) -> Option<CallId> {
        match slot.standing {
            Standing::Ended {
                outcome: Outcome::Returned | Outcome::Failed | Outcome::TimedOut,
                result_of,
            } => Some(result_of),
            _ => None,
        }
    }

    /// The call whose result its plan offers for reuse, unless something wrote since. What is not of this turn was
    /// before all of it.
    fn reuse(&self, slot: &Slot) -> Option<CallId> {
        let offered = slot.plan.reuse?;
        match self.by_id.get(&offered).map(|index| &self.slots[*index]) {
            Some(ended) => {
                let fresh = !ended.stale && self.unwritten_since(ended.place, slot);
                self.shareable(ended).filter(|_| fresh)
            }
            None => {
                let write = self.conflicts.latest_write_before(slot.place, &slot.touch);
                write.is_none().then_some(offered)
            }
        }
    }

    /// A call that reads what another brought. One that is unknown here belongs to an earlier turn, and has ended.
    fn reading(&self, slot: &Slot, call: CallId) -> Next {
        let Some(index) = self.by_id.get(&call).copied() else { return Next::Read };
        let read = &self.slots[index];
        if read.place >= slot.place {
            Next::Conclude(Box::new(words::reads_a_later_call(read.handle)))
        } else if read.has_ended() {
            Next::Read
        } else {
            Next::Wait(index, Waiting::Result { call, handle: read.handle })
        }
    }

    /// The call that this one must let go first.
    fn blocker(&self, index: usize) -> Option<usize> {
        let slot = &self.slots[index];
        let earlier = self.conflicts.latest_before(slot.place, &slot.touch).map(Place::slot);
        earlier.or_else(|| {
            // Calls behind it went before it had this place or these arguments: they can't run beside it, either.
            let mut behind = self.conflicts.unfinished_after(slot.place).map(Place::slot);
            let meets = |other: &usize| {
                self.slots[*other].is_sent() && self.conflicts.meet(&self.slots[*other].touch, &slot.touch)
            };
            if slot.changed { behind.find(meets) } else { None }
        })
    }

    fn waiting(&self, index: usize, other: usize) -> Waiting {
        let (slot, other) = (&self.slots[index], &self.slots[other]);
        let (call, handle) = (other.call, other.handle);
        match meeting_place(&slot.touch, &other.touch) {
            Some(resource) => Waiting::Resource { call, handle, resource: resource.to_owned() },
            None => Waiting::Order { call, handle },
        }
    }
}
