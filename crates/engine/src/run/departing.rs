//! Letting calls go: recorded first, all that go at one time in one commit, then sent.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::effect::Effect;
use domain::event::{Happening, Waiting};
use domain::id::{CallId, Handle};
use domain::outcome::Ending;
use domain::time::Span;
use sources::Credential;
use turn::{Event, Lane};

use super::calling::{self, Arrival, Start};
use super::departure::Departure;
use super::driver::Driver;
use super::end::End;
use super::live::Live;
use super::reading;
use crate::backlog::Room;
use crate::clock::seal;
use crate::detection::Looked;
use crate::error::EngineError;
use crate::finished::{Finished, budget};
use crate::gate::Place;

/// A large batch leaves in two portions, so that its first calls are under way while the others are still being
/// recorded: so many in the first commit, the rest in the second. One that is not much larger than that leaves at once:
/// a commit of its own would cost more than it saves.
const FIRST: usize = 32;

/// A call that the machine lets go.
pub(crate) struct Leaving {
    pub(crate) call: CallId,
    pub(crate) attempt: u32,
    pub(crate) after: Span,
}

impl Driver {
    /// Records what is in line and that these calls are about to be sent, and sends them. Who has to wait first, for
    /// its gate or between two attempts, is recorded when its time comes.
    pub(crate) async fn depart(&mut self, leaving: Vec<Leaving>) -> Result<(), EngineError> {
        let mut now = Vec::new();
        let mut later = Vec::new();
        for Leaving { call, attempt, after } in leaving {
            let Some(mut departure) = self.departure(call, attempt, after) else { continue };
            self.tell_decision(call);
            if after > Span::default() {
                let waiting = Waiting::Again { attempt, ms: after.ms() };
                self.line.say(Happening::Waits { call, waiting });
                later.push((departure, Start::After(after)));
                continue;
            }
            if self.full {
                later.push((departure, Start::Withheld));
                continue;
            }
            let mut place = departure.enter(&self.inner);
            // Who has to be asked for a token first is asked by the call's own task.
            if place.is_admitted() && departure.has_token(&self.inner) {
                now.push((departure, place));
            } else {
                later.push((departure, Start::InLine(place)));
            }
        }
        if now.len() > 2 * FIRST {
            let first = now.drain(..FIRST).collect();
            self.send(first, false).await?;
        }
        if !now.is_empty() {
            self.send(now, true).await?;
        }
        if !later.is_empty() {
            // Who waits records by itself that it is about to be sent, as soon as its time comes: by then everything
            // before that, such as that it was asked for, must be on record.
            self.line.flush().await?;
        }
        for (departure, start) in later {
            self.start(departure, start);
        }
        Ok(())
    }

    /// Records in one commit that these are about to be sent, and sends them.
    async fn send(&mut self, mut portion: Vec<(Departure, Place)>, is_last: bool) -> Result<(), EngineError> {
        let intents = portion.iter_mut().map(|(departure, _)| departure.intent(&self.inner));
        let intents = intents.collect::<Result<Vec<_>, _>>()?;
        let durable = if is_last {
            self.line.flush_and_intend(intents).await
        } else {
            let calls: Vec<CallId> = portion.iter().map(|(departure, _)| departure.call).collect();
            self.line.flush_and_intend_of(&calls, intents).await
        };
        let durable = match durable {
            Err(EngineError::Full(_)) => {
                self.full = true;
                for (departure, _) in portion {
                    self.start(departure, Start::Withheld);
                }
                return Ok(());
            }
            durable => durable?,
        };
        for ((departure, place), intent) in portion.into_iter().zip(durable) {
            self.start(departure, Start::Recorded(place, intent));
        }
        Ok(())
    }

    fn departure(&mut self, call: CallId, attempt: u32, after: Span) -> Option<Departure> {
        let budget = budget(self.run.shown_bytes, self.calls_of_message());
        let live = self.calls.get(&call)?;
        let (prepared, known) = (live.prepared.clone()?, live.known.clone()?);
        let source = known.source.clone();
        let whole = Duration::from_millis(source.limits.deadline_ms.into());
        let gone = live.sent.map_or(Duration::ZERO, |sent| sent.elapsed()) + Duration::from(after);
        let left = whole.saturating_sub(gone);
        Some(Departure {
            call,
            attempt,
            page: None,
            handle: live.call.handle,
            effect: live.call.effect,
            conversation: Some(self.conversation),
            prepared: if attempt > 1 { prepared.within(left) } else { prepared },
            credential: Credential::of(&source.auth),
            token: None,
            idempotency_key: source.takes_key(live.call.effect).then(|| call.to_string()),
            unsettled: live.unsettled,
            source,
            lane: Lane(self.lane),
            budget,
            looked: self.looked(live),
            clearance: self.talk.veil.clearance(),
        })
    }

    /// How a call is looked at when it has ended.
    fn looked(&self, live: &Live) -> Looked {
        Looked {
            looking: Arc::clone(&self.connected.looking),
            tool: live.call.tool.as_ref().map(ToString::to_string).unwrap_or_default(),
            arguments: live.edited.as_ref().unwrap_or(&live.call.arguments).clone(),
            label: live.call.label.clone(),
        }
    }

    fn start(&mut self, departure: Departure, start: Start) {
        let Some(live) = self.calls.get(&departure.call) else { return };
        let (call, attempt) = (departure.call, departure.attempt);
        let stop = live.stop.subscribe();
        let task = calling::attempt(self.inner.clone(), departure, start, self.notices.0.clone(), stop);
        let handle = self.tasks.spawn(task);
        self.task_calls.insert(handle.id(), (call, Some(attempt)));
    }

    /// Answers a call from the record, in a task of its own.
    pub(crate) fn read_record(&mut self, call: CallId) {
        self.tell_decision(call);
        let budget = budget(self.run.shown_bytes, self.calls_of_message());
        let Some(live) = self.calls.get(&call) else { return };
        let (Some(page), Some(of)) = (live.page.clone(), live.reads) else { return };
        let (inner, handle, clearance) = (self.inner.clone(), live.call.handle, self.talk.veil.clearance());
        let task = async move {
            let (ending, uncovered) = reading::read(inner, of, page, handle, budget, clearance).await;
            // What was read is within its budget already; cutting it again would lose its end.
            let mut finished = Finished { uncovered, ..Finished::new(ending, handle, usize::MAX)? };
            finished.shown.budget = budget;
            Ok(Arrival { call, attempt: None, finished, took: Span::default(), room: Room::default() })
        };
        let task = self.tasks.spawn(task);
        self.task_calls.insert(task.id(), (call, None));
    }

    /// Answers a call with the end of another.
    pub(crate) fn share(&mut self, call: CallId, from: CallId) -> Result<Option<Event>, EngineError> {
        self.tell_decision(call);
        let Some(live) = self.calls.get(&call) else { return Ok(None) };
        let offered = live.offered == Some(from);
        let (Some(identity), Some(known)) = (&live.identity, &live.known) else { return Ok(None) };
        // It may have waited since for another call, or for a person.
        if offered && self.usable_again(&known.source.name, identity) != Some(from) {
            return Ok(Some(Event::Unshared(call)));
        }
        let kept = || self.inner.kept.find(self.conversation, identity).map(|kept| kept.end);
        // What was kept for a model with another clearance may hold what this one is not to see.
        let fits = |end: &End| end.uncovered.is_some() || !self.talk.veil.covers(&end.label);
        let kept = || kept().filter(fits);
        match self.calls.get(&from).and_then(|live| live.end.clone()).or_else(kept) {
            Some(end) => self.ended_as(call, end, from).map(Some),
            None => Ok(Some(Event::Unshared(call))),
        }
    }

    fn ended_as(&mut self, call: CallId, end: End, from: CallId) -> Result<Event, EngineError> {
        let words = if end.words.is_empty() {
            None
        } else {
            let bytes = end.words.clone().into_bytes();
            Some(seal(domain::payload::PayloadRole::Words, "text/plain", bytes)?)
        };
        let finished = Finished {
            outcome: end.outcome,
            failure: end.failure,
            status: end.status,
            words: end.words,
            size: end.size,
            cut_from: end.cut_from,
            told: domain::outcome::Told::default(),
            result: None,
            words_payload: words,
            shown: end.shown,
            floor: end.label,
            made: end.made,
            findings: None,
            uncovered: end.uncovered,
        };
        Ok(Event::CallEnded(self.ended(call, finished, Span::default(), Some(from))))
    }

    /// Ends a call that is not sent.
    pub(crate) fn concluded(&mut self, call: CallId, ending: Ending) -> Result<Event, EngineError> {
        let handle = self.calls.get(&call).map_or(Handle(0), |live| live.call.handle);
        let finished = Finished::new(ending, handle, usize::MAX)?;
        Ok(Event::CallEnded(self.ended(call, finished, Span::default(), None)))
    }

    /// A call left: whoever watches is told, and its straggler budget runs.
    pub(crate) fn left(&mut self, call: CallId, attempt: u32, at: Instant) {
        let Some(live) = self.calls.get_mut(&call) else { return };
        self.in_line.remove(&call);
        live.sent.get_or_insert(at);
        live.attempts += 1;
        let reads = live.call.effect == Effect::Read;
        if let Some(after) = self.run.straggler.after()
            && reads
            && attempt == 1
        {
            let at = tokio::time::Instant::from_std(at) + Duration::from(after);
            self.stragglers.push_back((at, call));
        }
        self.line.emit(Happening::Dispatched { call, attempt });
    }

    /// Says what policy decided, once, when something is done about it.
    pub(crate) fn tell_decision(&mut self, call: CallId) {
        if let Some(live) = self.calls.get_mut(&call)
            && !std::mem::replace(&mut live.told, true)
        {
            let decision = live.decision.clone();
            self.line.say(Happening::Decided { call, decision });
        }
    }
}
