//! Calls that wait in line at a gate: who is told what they wait for. And connections that are opened ahead.

use domain::call::Approve;
use domain::effect::Effect;
use domain::event::{Happening, Waiting};
use domain::id::CallId;
use domain::model::Early;
use turn::Ticket;
use url::Url;

use super::driver::{Driver, LINES};

impl Driver {
    /// A call got in line.
    pub(crate) fn in_line(&mut self, call: CallId, ticket: Ticket) {
        let Some(waiting) = self.inner.gate.waits_for(ticket) else { return };
        if self.calls.get(&call).is_some_and(|live| !live.over) {
            self.in_line.insert(call, (ticket, waiting.clone()));
            self.line.say(Happening::Waits { call, waiting });
        }
    }

    /// Says of each call in line when it waits for something else than was said last.
    pub(crate) fn look_at_lines(&mut self) {
        self.look_at = tokio::time::Instant::now() + LINES;
        let (gate, mut changed) = (&self.inner.gate, Vec::new());
        self.in_line.retain(|call, (ticket, said)| match gate.waits_for(*ticket) {
            Some(waiting) => {
                if !same(&waiting, said) {
                    *said = waiting.clone();
                    changed.push((*call, waiting));
                }
                true
            }
            None => false,
        });
        changed.sort_by_key(|(call, _)| self.calls.get(call).map(|live| live.call.position));
        for (call, waiting) in changed {
            self.line.say(Happening::Waits { call, waiting });
        }
    }

    /// Opens a connection to a tool's source when its name is known and its arguments are still being written. Only
    /// for what runs without a question: a call that may be refused must not reach its source at all.
    pub(crate) fn warm(&self, name: &str) {
        let Some(known) = self.connected.known.get(name) else { return };
        if known.tool.effect == Effect::Read
            && self.approve != Approve::None
            && let Ok(url) = Url::parse(&known.source.base_url)
        {
            self.inner.door.warm(&url, &sources::passage(&known.source));
        }
    }

    /// Whether the beginning of the next call says that one is complete.
    pub(crate) fn follows(&self) -> bool {
        self.early
            && !self.inner.has_revised(&self.model.name)
            && match self.model.early {
                Early::On => true,
                Early::Auto => self.early_by_name || providers::ends_in_order(&self.model),
                Early::Off => self.early_by_name,
            }
    }
}

/// Whether two waits are for the same thing; how much longer it lasts does not count.
fn same(one: &Waiting, other: &Waiting) -> bool {
    match (one, other) {
        (Waiting::Rate { source: one, .. }, Waiting::Rate { source: other, .. })
        | (Waiting::Paused { source: one, .. }, Waiting::Paused { source: other, .. }) => one == other,
        (one, other) => one == other,
    }
}
