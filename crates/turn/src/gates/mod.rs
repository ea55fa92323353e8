//! Which of the calls that may go fit the limits now: of all calls together, and of each source.
//!
//! A call holds a place among all calls only once its source lets it go, so a slow source keeps nobody else waiting.
//! Turns take turns, at each source and for the places in all: a turn with hundreds of calls waits no less than one
//! with a few, call for call.

mod line;
mod rate;
mod source;
mod ticket;

use std::collections::HashMap;

use domain::event::Waiting;
use domain::source::Limits;
use domain::time::Span;
use domain::tool::SourceName;

use self::line::Turns;
use self::source::Source;
pub use self::ticket::{Lane, Ticket};

/// The gates of all sources, for all turns. Time is given as a [`Span`] since an epoch of the caller's choosing, the
/// same in every call.
#[derive(Debug)]
pub struct Gates {
    in_flight: u32,
    under_way: u32,
    sources: Vec<Source>,
    by_name: HashMap<SourceName, usize>,
    entered: HashMap<Ticket, Entered>,
    /// For the places in all.
    turns: Turns,
    issued: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entered {
    source: usize,
    lane: Lane,
    admitted: bool,
}

impl Gates {
    /// Nobody is under way, and at most `in_flight` calls (at least 1) will be at one time.
    pub fn new(in_flight: u32) -> Self {
        Self {
            in_flight: in_flight.max(1),
            under_way: 0,
            sources: Vec::new(),
            by_name: HashMap::new(),
            entered: HashMap::new(),
            turns: Turns::default(),
            issued: 0,
        }
    }

    /// From now on at most this many calls (at least 1) are under way at one time. Nobody who went is called back.
    pub fn set_in_flight(&mut self, in_flight: u32) {
        self.in_flight = in_flight.max(1);
    }

    /// A call of this source wants to go. `limits` are the source's as they are now; a change takes effect for all who
    /// wait there. The caller owes a [`Self::leave`], whatever becomes of the call.
    pub fn enter(&mut self, now: Span, source: &SourceName, limits: &Limits, lane: Lane) -> Ticket {
        let source = self.source(source);
        self.issued += 1;
        let ticket = Ticket(self.issued);
        self.sources[source].limit(limits, now);
        self.sources[source].line.join(lane, ticket);
        self.turns.join(lane, ticket);
        self.entered.insert(ticket, Entered { source, lane, admitted: false });
        ticket
    }

    /// The call ended, or gives up waiting. A second time, nothing happens.
    pub fn leave(&mut self, ticket: Ticket) {
        let Some(Entered { source, lane, admitted }) = self.entered.remove(&ticket) else { return };
        if admitted {
            self.under_way -= 1;
            self.sources[source].under_way -= 1;
        } else {
            self.sources[source].line.leave(lane, ticket);
            self.turns.leave(lane, ticket);
        }
    }

    /// Whoever may go now, in order. They count as under way until they leave.
    pub fn admit(&mut self, now: Span) -> Vec<Ticket> {
        let mut admitted = Vec::new();
        while self.under_way < self.in_flight {
            let Some((source, lane, ticket)) = self.first(now) else { break };
            self.under_way += 1;
            self.sources[source].begin(now);
            self.sources[source].line.serve(lane, ticket);
            self.turns.serve(lane, ticket);
            if let Some(entered) = self.entered.get_mut(&ticket) {
                entered.admitted = true;
            }
            admitted.push(ticket);
        }
        admitted
    }

    /// When [`Self::admit`] may admit somebody although nothing else happens: a pause ends, or a rate allows the next.
    pub fn wake_at(&self, now: Span) -> Option<Span> {
        if self.under_way >= self.in_flight {
            return None;
        }
        let waited_for = self.sources.iter().filter(|source| !source.line.is_empty());
        let opens = waited_for.filter_map(|source| source.opens_in(now)).min()?;
        Some(Span(now.0.saturating_add(opens.0)))
    }

    /// What a call waits for; `None` if it may go, went, or left.
    pub fn waits_for(&self, now: Span, ticket: Ticket) -> Option<Waiting> {
        let entered = self.entered.get(&ticket).filter(|entered| !entered.admitted)?;
        self.sources[entered.source].shut(now).or_else(|| {
            let full = self.under_way >= self.in_flight;
            full.then_some(Waiting::Everything { in_flight: self.in_flight })
        })
    }

    /// The source asked for a pause that lasts so long from now: nobody goes there before. `words` says how it asked. If
    /// it asked before, the pause that ends later counts.
    pub fn pause(&mut self, now: Span, source: &SourceName, lasts: Span, words: String) {
        let source = self.source(source);
        self.sources[source].pause(now, lasts, words);
    }

    /// A person pauses the source until [`Self::release`].
    pub fn hold(&mut self, source: &SourceName) {
        let source = self.source(source);
        self.sources[source].held = true;
    }

    /// A person lets the source go on. A pause that it asked for itself stays.
    pub fn release(&mut self, source: &SourceName) {
        if let Some(source) = self.by_name.get(source) {
            self.sources[*source].held = false;
        }
    }

    /// The pause that a source asked for is over: a person knows that it takes requests again.
    pub fn forget_pause(&mut self, source: &SourceName) {
        if let Some(source) = self.by_name.get(source) {
            self.sources[*source].go_on();
        }
    }

    /// The sources that a person paused, by name.
    pub fn held(&self) -> Vec<SourceName> {
        let held = self.sources.iter().filter(|source| source.held);
        let mut names: Vec<SourceName> = held.map(|source| source.name.clone()).collect();
        names.sort();
        names
    }

    /// How much longer the source asked us to wait, and how it said so.
    pub fn paused_for(&self, now: Span, source: &SourceName) -> Option<(Span, &str)> {
        self.by_name.get(source).and_then(|source| self.sources[*source].paused_for(now))
    }

    /// Who goes next. At each open source one lane is first; among these goes the lane that waits longest for its turn in
    /// all, so that a lane which is served often at one source doesn't lose its place at another.
    fn first(&self, now: Span) -> Option<(usize, Lane, Ticket)> {
        let open =
            self.sources.iter().enumerate().filter(|(_, source)| {
                !source.line.is_empty() && source.opens_in(now) == Some(Span::default())
            });
        let heads = open.filter_map(|(index, source)| {
            let (lane, ticket) = source.line.first()?;
            Some((self.turns.since(lane), ticket, index, lane))
        });
        heads.min().map(|(_, ticket, index, lane)| (index, lane, ticket))
    }

    fn source(&mut self, name: &SourceName) -> usize {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let index = self.sources.len();
        self.sources.push(Source::new(name.clone()));
        self.by_name.insert(name.clone(), index);
        index
    }
}
