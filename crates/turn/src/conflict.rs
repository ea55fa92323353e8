//! Who meets whom: the calls of a turn by the resources that they touch, in the turn's order.
//!
//! Every question here is answered by walking down one path, never by walking over the other calls: a message may
//! ask for hundreds.

use std::collections::{BTreeSet, HashMap};

/// A call's place in the turn's order: by request to the model, then by position in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    step: u32,
    position: u32,
    /// Makes two places differ whatever a caller says of positions.
    slot: usize,
}

impl Place {
    /// The place of a call of the message that answered request `step`.
    pub(crate) fn new(step: u32, position: u32, slot: usize) -> Self {
        Self { step, position, slot }
    }

    /// Which slot it is the place of.
    pub(crate) fn slot(self) -> usize {
        self.slot
    }
}

/// A resource path in one spelling: each segment behind a slash, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource(String);

impl Resource {
    /// `None` for the empty text: a call that touches nothing. `/` is everything.
    pub(crate) fn of(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let mut path = String::with_capacity(text.len() + 1);
        for segment in text.split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            path.push_str(segment);
        }
        Some(Self(path))
    }

    /// Where two paths meet, if one of them is a prefix of the other by segments: the longer one.
    pub(crate) fn meets<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let (short, long) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        let rest = long.0.strip_prefix(&short.0)?;
        let meets = rest.is_empty() || rest.starts_with('/');
        meets.then_some(if long.0.is_empty() { "/" } else { &long.0 })
    }

    /// Every prefix of it by segments: everything first, itself last.
    fn prefixes(&self) -> impl Iterator<Item = &str> {
        let ends = self.0.match_indices('/').map(|(end, _)| end).chain([self.0.len()]);
        // The root has no slash, so the chain above gives it once; any other path begins with one.
        ends.map(|end| &self.0[..end])
    }
}

/// How a call meets others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    /// What it touches; `None` for nothing.
    pub(crate) resource: Option<Resource>,
    /// Whether it changes it.
    pub(crate) writes: bool,
    /// Whether it runs alone.
    pub(crate) exclusive: bool,
}

/// The calls that a path's users are found by.
#[derive(Default)]
struct Users {
    reads: BTreeSet<Place>,
    writes: BTreeSet<Place>,
    /// Every write that was or may still be sent, those that ended included: what was read before one of them is old.
    written: BTreeSet<Place>,
}

impl Users {
    fn is_empty(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty() && self.written.is_empty()
    }

    fn latest_met(&self, place: Place, writes: bool) -> Option<Place> {
        let read = if writes { before(&self.reads, place) } else { None };
        read.max(before(&self.writes, place))
    }
}

/// One path: who touches exactly it, and who touches it or anything below it.
#[derive(Default)]
struct Node {
    here: Users,
    within: Users,
}

/// The calls of a turn that have not ended, and which of them meet.
#[derive(Default)]
pub(crate) struct Conflicts {
    /// Whether any two calls meet.
    sequential: bool,
    unfinished: BTreeSet<Place>,
    alone: BTreeSet<Place>,
    /// As [`Users::written`], of calls that run alone.
    written_alone: BTreeSet<Place>,
    nodes: HashMap<Box<str>, Node>,
}

impl Conflicts {
    /// No calls yet; `sequential` if any two of them are to meet.
    pub(crate) fn new(sequential: bool) -> Self {
        Self { sequential, ..Self::default() }
    }

    /// Takes a call in.
    pub(crate) fn insert(&mut self, place: Place, touch: &Touch) {
        self.unfinished.insert(place);
        if touch.exclusive {
            self.alone.insert(place);
            if touch.writes {
                self.written_alone.insert(place);
            }
        }
        let Some(resource) = &touch.resource else { return };
        let add = |users: &mut Users| {
            if touch.writes {
                users.writes.insert(place);
                users.written.insert(place);
            } else {
                users.reads.insert(place);
            }
        };
        for prefix in resource.prefixes() {
            let add = |node: &mut Node| {
                add(&mut node.within);
                if prefix.len() == resource.0.len() {
                    add(&mut node.here);
                }
            };
            if let Some(node) = self.nodes.get_mut(prefix) {
                add(node);
            } else {
                let mut node = Node::default();
                add(&mut node);
                self.nodes.insert(prefix.into(), node);
            }
        }
    }

    /// A call ended. `sent` says whether its request may have left: if not, its write is forgotten altogether.
    pub(crate) fn remove(&mut self, place: Place, touch: &Touch, sent: bool) {
        self.unfinished.remove(&place);
        if touch.exclusive {
            self.alone.remove(&place);
            if !sent {
                self.written_alone.remove(&place);
            }
        }
        let Some(resource) = &touch.resource else { return };
        let take = |users: &mut Users| {
            if touch.writes {
                users.writes.remove(&place);
                if !sent {
                    users.written.remove(&place);
                }
            } else {
                users.reads.remove(&place);
            }
        };
        for prefix in resource.prefixes() {
            let Some(node) = self.nodes.get_mut(prefix) else { continue };
            take(&mut node.within);
            if prefix.len() == resource.0.len() {
                take(&mut node.here);
            }
            if node.within.is_empty() {
                self.nodes.remove(prefix);
            }
        }
    }

    /// The last call before `place` that has not ended and meets it. Whoever waits for the last of them waits through
    /// most of the others, and so is seldom looked at again.
    pub(crate) fn latest_before(&self, place: Place, touch: &Touch) -> Option<Place> {
        let everybody = self.sequential || touch.exclusive;
        let in_order = before(if everybody { &self.unfinished } else { &self.alone }, place);
        let met = self.latest_on_path(touch, |users| users.latest_met(place, touch.writes));
        in_order.max(met)
    }

    /// The calls after `place` that have not ended, in order.
    pub(crate) fn unfinished_after(&self, place: Place) -> impl Iterator<Item = Place> {
        self.unfinished.range(place..).copied().filter(move |other| *other != place)
    }

    /// The last write before `place` that meets it, or that runs alone, whether it has ended or not.
    pub(crate) fn latest_write_before(&self, place: Place, touch: &Touch) -> Option<Place> {
        let met = self.latest_on_path(touch, |users| before(&users.written, place));
        before(&self.written_alone, place).max(met)
    }

    /// Whether two calls meet: one of them writes and their paths meet, one of them runs alone, or all calls meet.
    pub(crate) fn meet(&self, one: &Touch, other: &Touch) -> bool {
        self.sequential || one.exclusive || other.exclusive || meeting_place(one, other).is_some()
    }

    fn latest_on_path(&self, touch: &Touch, latest: impl Fn(&Users) -> Option<Place>) -> Option<Place> {
        let resource = touch.resource.as_ref()?;
        let above = resource.prefixes().filter_map(|prefix| latest(&self.nodes.get(prefix)?.here)).max();
        let below = self.nodes.get(resource.0.as_str()).and_then(|node| latest(&node.within));
        above.max(below)
    }
}

/// Where two calls meet on a resource, one of the two changing it.
pub(crate) fn meeting_place<'a>(one: &'a Touch, other: &'a Touch) -> Option<&'a str> {
    if !one.writes && !other.writes {
        return None;
    }
    one.resource.as_ref()?.meets(other.resource.as_ref()?)
}

fn before(places: &BTreeSet<Place>, place: Place) -> Option<Place> {
    places.range(..place).next_back().copied()
}
