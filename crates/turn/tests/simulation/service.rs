//! Services that keep state and a log, and complain when a promise is broken: too many requests at one time, too many
//! in a time, one in a pause, two that disturb one another, a second one that may not be.

use std::collections::{BTreeSet, HashMap};

use domain::id::CallId;
use domain::source::Limits;

/// What a request does at a service, and who sent it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) call: CallId,
    pub(crate) attempt: u32,
    pub(crate) turn: usize,
    pub(crate) source: usize,
    pub(crate) resource: String,
    pub(crate) writes: bool,
    pub(crate) exclusive: bool,
    pub(crate) repeatable: bool,
    pub(crate) sequential: bool,
}

impl Request {
    /// The scheduler's rule, told anew: segment by segment.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.sequential || self.exclusive || other.exclusive || {
            (self.writes || other.writes) && paths_meet(&self.resource, &other.resource)
        }
    }
}

pub(crate) fn paths_meet(one: &str, other: &str) -> bool {
    let segments = one.split('/').zip(other.split('/'));
    !one.is_empty() && !other.is_empty() && segments.into_iter().all(|(one, other)| one == other)
}

#[derive(Default)]
pub(crate) struct Services {
    /// Writes in the order in which they took place: what was written where, by whom. This is the services' state.
    pub(crate) written: Vec<(String, CallId)>,
    pub(crate) under_way: HashMap<(CallId, u32), Request>,
    pub(crate) sent: HashMap<CallId, u32>,
    pub(crate) paused_until: HashMap<usize, u64>,
    begun: HashMap<usize, Vec<u64>>,
}

impl Services {
    pub(crate) fn begin(&mut self, now: u64, request: Request, limits: &Limits, in_flight: u32) {
        for other in self.under_way.values() {
            let foreign = other.turn != request.turn || other.call == request.call;
            assert!(foreign || !request.meets(other), "{request:?} runs beside {other:?}");
        }
        let here = self.under_way.values().filter(|other| other.source == request.source).count();
        assert!(here < limits.in_flight as usize, "too many at one source");
        assert!(self.under_way.len() < in_flight as usize, "too many in all");
        assert!(self.paused_until.get(&request.source).is_none_or(|until| *until <= now), "sent in a pause");
        let begun = self.begun.entry(request.source).or_default();
        begun.push(now);
        if let Some(rate) = limits.rate {
            for (before, from) in begun.iter().rev().enumerate().take(60) {
                let allowed =
                    u64::from(rate.burst) * 1_000_000_000 + (now - from) * u64::from(rate.milli_per_second);
                assert!((before as u64 + 1) * 1_000_000_000 <= allowed, "too many in a time");
            }
        }
        let sent = self.sent.entry(request.call).or_default();
        *sent += 1;
        assert!(request.repeatable || *sent == 1, "sent twice: {request:?}");
        self.under_way.insert((request.call, request.attempt), request);
    }

    /// The request is over, and took effect or not. What a read saw comes back: the writes that it meets.
    pub(crate) fn end(&mut self, call: CallId, attempt: u32, took_effect: bool) -> BTreeSet<CallId> {
        let request = self.under_way.remove(&(call, attempt)).unwrap();
        if took_effect && request.writes && !self.written.iter().any(|(_, by)| *by == call) {
            self.written.push((request.resource.clone(), call));
        }
        self.seen(&request.resource)
    }

    /// What a read of this path sees: every write that it meets.
    pub(crate) fn seen(&self, path: &str) -> BTreeSet<CallId> {
        self.written.iter().filter(|(at, _)| paths_meet(at, path)).map(|(_, by)| *by).collect()
    }

    /// What stands at exactly this path: every write to it or to anything above it, in the order in which they came.
    pub(crate) fn state(&self, path: &str) -> Vec<CallId> {
        self.written.iter().filter(|(at, _)| covers(at, path)).map(|(_, by)| *by).collect()
    }
}

/// Whether a write at one path changes the other.
pub(crate) fn covers(at: &str, path: &str) -> bool {
    at.len() <= path.len() && paths_meet(at, path)
}
