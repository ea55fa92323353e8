//! Which parts of a long array or object are shown when there is no room for all.

use std::collections::VecDeque;

use super::part::Part;

/// Between two parts, and before the first and after the last.
pub(crate) const SEPARATOR: &str = ",\n";

/// Which parts are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// The first and the last.
    Ends,
    /// Those from this one on.
    From(u64),
}

/// The parts that are shown, chosen while all go by once: it never holds more than there is room for.
pub(crate) struct Choice<'a> {
    head: Vec<Part<'a>>,
    /// What is left for the head; `None` once something had no place in it.
    head_room: Option<usize>,
    tail: VecDeque<Part<'a>>,
    tail_room: usize,
    /// What the tail takes.
    tail_cost: usize,
    /// The first part that is wanted.
    first: u64,
    /// How many parts went by.
    count: u64,
    /// What a part takes at most: a longer one will be cut.
    most: usize,
}

impl<'a> Choice<'a> {
    /// A choice of as many parts as fit into `room`. Of an object many members are shown, however little of each,
    /// since they differ; of an array few items as whole as can be, since they are alike.
    pub(crate) fn new(room: usize, is_object: bool, wanted: Wanted) -> Self {
        let (first, tail_room, most) = match wanted {
            Wanted::Ends if is_object => (0, room / 4, room / 48),
            Wanted::Ends => (0, room / 4, room / 6),
            Wanted::From(first) => (first, 0, room),
        };
        Self {
            head: Vec::new(),
            head_room: Some(room - tail_room),
            tail: VecDeque::new(),
            tail_room,
            tail_cost: 0,
            first,
            count: 0,
            most,
        }
    }

    /// Takes the next part, or doesn't.
    pub(crate) fn offer(&mut self, part: Part<'a>) {
        let place = self.count;
        self.count += 1;
        if place < self.first {
            return;
        }
        let cost = self.cost(&part);
        self.head_room = self.head_room.and_then(|room| room.checked_sub(cost));
        if self.head_room.is_some() {
            self.head.push(part);
            return;
        }
        self.tail.push_back(part);
        self.tail_cost += cost;
        while self.tail_cost > self.tail_room {
            let Some(dropped) = self.tail.pop_front() else { return };
            self.tail_cost -= self.cost(&dropped);
        }
    }

    /// How many parts there are in all.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first and the last place that is left out, before the tail.
    pub(crate) fn left_out(&self) -> Option<(u64, u64)> {
        let first = self.first + self.head.len() as u64;
        let last = self.count.checked_sub(self.tail.len() as u64 + 1)?;
        (first <= last).then_some((first, last))
    }

    /// The parts that stand first and those that stand last, with their places.
    pub(crate) fn head(&self) -> impl Iterator<Item = (u64, Part<'a>)> {
        (self.first..).zip(self.head.iter().copied())
    }

    /// The parts that stand last, with their places.
    pub(crate) fn tail(&self) -> impl Iterator<Item = (u64, Part<'a>)> {
        (self.count - self.tail.len() as u64..).zip(self.tail.iter().copied())
    }

    /// How much each value may take so that all chosen ones together take no more than `room` with what stands beside
    /// them: short values are whole, and the long ones share the rest.
    pub(crate) fn room_for_each(&self, room: usize) -> usize {
        let parts = || self.head.iter().chain(&self.tail);
        let mut left = room.saturating_sub(parts().map(beside).sum());
        let mut lengths: Vec<usize> = parts().map(|part| part.value.len()).collect();
        lengths.sort_unstable();
        for (before, length) in lengths.iter().enumerate() {
            let share = left / (lengths.len() - before);
            if *length > share {
                return share;
            }
            left -= length;
        }
        usize::MAX
    }

    /// What a part takes: its length, or what it will be cut to.
    fn cost(&self, part: &Part<'_>) -> usize {
        let beside = beside(part);
        (beside + part.value.len()).min(self.most.max(beside + LEAST_OF_A_VALUE))
    }
}

/// The least that a value is cut to: less says little beside the words about the cut.
const LEAST_OF_A_VALUE: usize = 320;

/// What stands beside a part's value.
fn beside(part: &Part<'_>) -> usize {
    SEPARATOR.len() + part.key.map_or(0, |key| key.len() + 1)
}
