//! One turn of a case as its driver knows it, and what must be true of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::call::Verdict;
use domain::fact::Fact;
use domain::id::CallId;
use domain::outcome::Outcome;
use turn::{Asked, Effect, Ticket, Turn};

use crate::script::Script;
use crate::service::{Services, covers, paths_meet};

/// Where an attempt is between its dispatch and its end.
#[derive(Clone, Debug)]
pub(crate) enum Flight {
    Later,
    AtGate(Ticket),
    Out { ticket: Ticket, began: u64, fate: Fate },
}

/// What a service does with a request.
#[derive(Clone, Debug)]
pub(crate) struct Fate {
    pub(crate) outcome: Outcome,
    pub(crate) transient: bool,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after_us: Option<u64>,
    pub(crate) took_effect: bool,
    pub(crate) took_us: u64,
}

pub(crate) struct Player {
    pub(crate) turn: Turn,
    pub(crate) script: Script,
    pub(crate) numbers: usize,
    /// The message under way: changes when another is asked for, or it is interrupted.
    pub(crate) message: u32,
    pub(crate) calls: HashMap<CallId, Asked>,
    /// Each message's calls as it ended, and whether it ended well.
    pub(crate) messages: BTreeMap<u32, (Vec<CallId>, bool)>,
    pub(crate) flights: HashMap<(CallId, u32), Flight>,
    pub(crate) first_sent: HashMap<CallId, u64>,
    /// What a read saw when its request ended well.
    pub(crate) seen: HashMap<CallId, BTreeSet<CallId>>,
    /// For [`turn::Plan::reuse`].
    pub(crate) returned: HashMap<String, CallId>,
    pub(crate) allowed: HashSet<CallId>,
    pub(crate) requested: HashSet<CallId>,
    pub(crate) outcomes: HashMap<CallId, (Outcome, CallId)>,
    pub(crate) left: HashSet<CallId>,
    pub(crate) dropped: HashSet<CallId>,
    pub(crate) batches: usize,
    pub(crate) last_word: bool,
}

impl Player {
    pub(crate) fn new(turn: Turn, script: Script) -> Self {
        Self {
            turn,
            script,
            numbers: 0,
            message: 0,
            calls: HashMap::new(),
            messages: BTreeMap::new(),
            flights: HashMap::new(),
            first_sent: HashMap::new(),
            seen: HashMap::new(),
            returned: HashMap::new(),
            allowed: HashSet::new(),
            requested: HashSet::new(),
            outcomes: HashMap::new(),
            left: HashSet::new(),
            dropped: HashSet::new(),
            batches: 0,
            last_word: false,
        }
    }

    /// What every effect must be true to, whatever came before.
    pub(crate) fn check(&mut self, effect: &Effect) {
        assert!(!self.last_word, "after the last word: {effect:?}");
        match effect {
            Effect::Record(Fact::CallRequested { call, early, .. }) => {
                assert!(self.requested.insert(*call), "requested twice");
                let asked = &self.calls[call];
                assert!(
                    early.is_none()
                        || (!asked.call.effect.writes() && asked.decision.verdict == Verdict::Allow)
                );
            }
            Effect::Record(Fact::CallEnded { call, outcome, from, .. }) => {
                assert!(self.requested.contains(call), "ended and never asked for");
                let ended = (*outcome, from.unwrap_or(*call));
                assert!(self.outcomes.insert(*call, ended).is_none(), "a second outcome");
            }
            Effect::Record(Fact::CallDropped { call, .. }) => {
                assert!(self.dropped.insert(*call) && self.requested.contains(call));
            }
            Effect::Record(Fact::BatchOpened { .. }) => {
                assert!(
                    self.messages.last_key_value().unwrap().1.1,
                    "a batch of a message that did not end well"
                );
            }
            Effect::Dispatch { call, .. } => {
                let asked = &self.calls[call];
                assert!(self.requested.contains(call), "sent off the record");
                let allowed = match asked.decision.verdict {
                    Verdict::Allow => true,
                    Verdict::Ask => self.allowed.contains(call),
                    Verdict::Deny => false,
                };
                assert!(allowed && asked.unfit.is_none() && asked.plan.reads.is_none());
            }
            Effect::Share { call, from } => {
                let (outcome, of) = self.outcomes[from];
                assert!(matches!(outcome, Outcome::Returned | Outcome::Failed | Outcome::TimedOut));
                assert_eq!((of, self.calls[call].plan.identity.is_some()), (*from, true));
            }
            Effect::ReadRecord(call) => {
                let read = self.calls[call].plan.reads.unwrap();
                assert!(self.outcomes.contains_key(&read), "read before it ended");
            }
            Effect::LeaveBehind(call) => {
                assert!(self.left.insert(*call) && !self.outcomes.contains_key(call));
            }
            Effect::BatchEnded { calls, .. } => {
                self.batches += 1;
                assert_eq!(*calls, self.messages.last_key_value().unwrap().1.0, "the model's order");
                assert!(
                    calls.iter().all(|call| self.outcomes.contains_key(call) || self.left.contains(call))
                );
            }
            Effect::Answer { .. } | Effect::End { .. } => {
                self.last_word = true;
                assert_eq!(self.outcomes.len(), self.requested.len(), "something is still open");
            }
            _ => {}
        }
    }

    /// What must be true when all is over: the services are as if the calls had run one by one in the model's order,
    /// and each read saw what it would have seen then.
    pub(crate) fn settle(&self, services: &Services) {
        assert!(self.last_word && self.turn.is_over() && self.flights.is_empty(), "a deadlock");
        let wrote: HashSet<CallId> = services.written.iter().map(|(_, call)| *call).collect();
        let in_order: Vec<CallId> = self.messages.values().flat_map(|(calls, _)| calls).copied().collect();
        let resource = |call: &CallId| self.calls[call].plan.resource.as_str();
        let written = |end: usize| in_order[..end].iter().filter(|call| wrote.contains(call)).copied();
        for (place, call) in in_order.iter().enumerate() {
            let path = resource(call);
            if path.is_empty() {
                continue;
            }
            let state: Vec<CallId> =
                written(in_order.len()).filter(|write| covers(resource(write), path)).collect();
            assert_eq!(services.state(path), state, "the final state of {path}");
            if let Some((Outcome::Returned, of)) = self.outcomes.get(call)
                && let Some(seen) = self.seen.get(of)
            {
                let before: BTreeSet<CallId> =
                    written(place).filter(|write| paths_meet(resource(write), path)).collect();
                assert_eq!(*seen, before, "what {call} saw at {path}");
            }
        }
    }
}
