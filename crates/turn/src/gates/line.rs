//! Who goes next among those who wait for one thing: lanes take turns, and within a lane whoever came first.

use std::collections::{BTreeSet, HashMap};

use super::ticket::{Lane, Ticket};

/// When each of several lanes was served last.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// How often anybody was served.
    served: u64,
    lanes: HashMap<Lane, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// The value of [`Turns::served`] when the lane was served, or when it came. Whoever comes is behind those who
    /// wait already: a lane with one call at a time must not overtake a lane with many each time that it comes back.
    last: u64,
    tickets: BTreeSet<Ticket>,
}

impl Turns {
    /// A ticket begins to wait.
    pub(super) fn join(&mut self, lane: Lane, ticket: Ticket) {
        let last = self.served;
        let waiting = self.lanes.entry(lane).or_insert_with(|| Waiting { last, tickets: BTreeSet::new() });
        waiting.tickets.insert(ticket);
    }

    /// A ticket was served.
    pub(super) fn serve(&mut self, lane: Lane, ticket: Ticket) {
        self.served += 1;
        if let Some(waiting) = self.lanes.get_mut(&lane) {
            waiting.last = self.served;
        }
        self.leave(lane, ticket);
    }

    /// A ticket waits no more.
    pub(super) fn leave(&mut self, lane: Lane, ticket: Ticket) {
        if let Some(waiting) = self.lanes.get_mut(&lane) {
            waiting.tickets.remove(&ticket);
            if waiting.tickets.is_empty() {
                self.lanes.remove(&lane);
            }
        }
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Whose turn it is.
    pub(super) fn first(&self) -> Option<(Lane, Ticket)> {
        let heads = self.lanes.iter().filter_map(|(lane, waiting)| {
            let ticket = *waiting.tickets.first()?;
            Some((waiting.last, ticket, *lane))
        });
        heads.min().map(|(_, ticket, lane)| (lane, ticket))
    }

    /// Since when this lane waits for its turn: the lowest goes first.
    pub(super) fn since(&self, lane: Lane) -> u64 {
        self.lanes.get(&lane).map_or(self.served, |waiting| waiting.last)
    }
}
