//! Simulated time: several turns, the gates that they share, and the services behind them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use domain::call::Approval;
use domain::id::{CallId, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::Commitment;
use domain::run::Straggler;
use domain::source::Limits;
use domain::time::Span;
use domain::tool::SourceName;
use turn::{
    Edited, Effect, EndedAttempt, EndedCall, Event, Gates, Interruption, Lane, Plan, Settings, Ticket, Turn,
};

use crate::dice::Dice;
use crate::player::{Fate, Flight, Player};
use crate::script::{self, MessageEnd, Script};
use crate::service::{Request, Services};

const SOME_WORDS: Option<Commitment> = Some(Commitment([1; 32]));

enum Happens {
    Told(usize, Event),
    /// Part of a message; void if the model was interrupted since.
    Streamed(usize, u32, Event),
    Arrives(usize, CallId, u32),
    Completes(usize, CallId, u32),
    Wakes,
}

pub(crate) struct World {
    dice: Dice,
    now: u64,
    clock: u64,
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    coming: BTreeMap<u64, Box<Happens>>,
    players: Vec<Player>,
    gates: Gates,
    in_flight: u32,
    sources: Vec<(SourceName, Limits)>,
    tickets: BTreeMap<Ticket, (usize, CallId, u32)>,
    services: Services,
    straggler: Straggler,
    /// When somebody looks at the gates again although nothing else happens.
    wakes: Option<u64>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let in_flight = u32::try_from(*dice.pick(&[1, 3, 8, 128])).unwrap();
        let sources = (0..1 + dice.below(3))
            .map(|number| (format!("s{number}").parse().unwrap(), script::limits(&mut dice)))
            .collect();
        let straggler = match dice.below(4) {
            0 => Straggler::Hedge { after_ms: 60 },
            1 => Straggler::Pending { after_ms: 60 },
            _ => Straggler::Wait,
        };
        let turns = 1 + dice.below(3);
        let mut world = Self {
            now: 0,
            clock: 0,
            heap: BinaryHeap::new(),
            coming: BTreeMap::new(),
            players: Vec::new(),
            gates: Gates::new(in_flight),
            in_flight,
            sources,
            tickets: BTreeMap::new(),
            services: Services::default(),
            straggler,
            wakes: None,
            dice,
        };
        for number in 0..usize::try_from(turns).unwrap() {
            world.enlist(number);
        }
        world
    }

    /// Until nothing more happens. How many batches went back to a model.
    pub(crate) fn run(mut self) -> usize {
        let mut events = 0;
        while let Some(Reverse((at, key))) = self.heap.pop() {
            events += 1;
            assert!(events < 100_000, "it does not end");
            self.now = at;
            match *self.coming.remove(&key).unwrap() {
                Happens::Told(turn, event) => self.tell(turn, event),
                Happens::Streamed(turn, message, event) => {
                    if self.players[turn].message == message {
                        self.tell(turn, event);
                    }
                }
                Happens::Arrives(turn, call, attempt) => self.arrive(turn, call, attempt),
                Happens::Completes(turn, call, attempt) => self.complete(turn, call, attempt),
                Happens::Wakes => self.wakes = None,
            }
            self.admit();
        }
        assert!(self.services.under_way.is_empty() && self.tickets.is_empty());
        for player in &self.players {
            player.settle(&self.services);
        }
        self.players.iter().map(|player| player.batches).sum()
    }

    fn enlist(&mut self, number: usize) {
        let script = Script::new(&mut self.dice);
        let settings = Settings {
            turn: TurnId::new(1, number as u128),
            max_steps: 3,
            sequential: script.sequential,
            early: script.early,
            batch_calls: script.batch_calls,
            straggler: self.straggler,
            policy: String::new(),
        };
        let begin = self.dice.below(50_000);
        self.later(begin, Happens::Told(number, Event::Begin));
        for _ in 0..4 {
            if self.dice.percent(script.cancels) {
                let call = script::call_id(number, usize::try_from(self.dice.below(12)).unwrap());
                let batch = script::batch_id(number, 1 + u32::try_from(self.dice.below(2)).unwrap());
                let event = match self.dice.below(8) {
                    0 => Event::Stop,
                    1 => Event::BatchTimedOut(batch),
                    2 => Event::CancelBatch(batch),
                    _ => Event::CancelCall(call),
                };
                let after = self.dice.below(700_000);
                self.later(after, Happens::Told(number, event));
            }
        }
        self.players.push(Player::new(Turn::new(settings), script));
    }

    fn later(&mut self, after: u64, what: Happens) {
        self.clock += 1;
        self.heap.push(Reverse((self.now.saturating_add(after), self.clock)));
        self.coming.insert(self.clock, Box::new(what));
    }

    fn tell(&mut self, turn: usize, event: Event) {
        if let Event::ModelEnded { calls, finish, .. } = &event {
            let step = self.players[turn].message;
            let good = matches!(finish, Finish::Stop | Finish::ToolCalls);
            let ids = calls.iter().map(|asked| asked.call.id).collect();
            self.players[turn].messages.insert(step, (ids, good));
        }
        if let Event::Answered { call, approval, edited, .. } = &event {
            let player = &mut self.players[turn];
            if !matches!(approval, Approval::Refused { .. }) {
                player.allowed.insert(*call);
            }
            if let (Some(edited), false) = (edited, player.outcomes.contains_key(call)) {
                player.calls.get_mut(call).unwrap().plan = edited.plan.clone();
            }
        }
        // Events that don't fit: a late or second report, an end of the wrong kind.
        let mut again = None;
        if matches!(event, Event::AttemptEnded(_) | Event::CallEnded(_) | Event::Answered { .. })
            && self.dice.percent(self.players[turn].script.doubles)
        {
            if let Event::AttemptEnded(attempt) = &event {
                let effects = self.players[turn].turn.step(Event::CallEnded(attempt.ended.clone()));
                assert!(effects.is_empty(), "an end of the wrong kind: {effects:?}");
            }
            again = Some(event.clone());
        }
        let effects = self.players[turn].turn.step(event);
        for effect in effects {
            self.players[turn].check(&effect);
            self.perform(turn, effect);
        }
        if let Some(again) = again {
            let effects = self.players[turn].turn.step(again);
            assert!(effects.is_empty(), "a second time: {effects:?}");
        }
    }

    fn perform(&mut self, turn: usize, effect: Effect) {
        match effect {
            Effect::RequestModel { step } => self.message(turn, step),
            Effect::InterruptModel => {
                self.players[turn].message = u32::MAX;
                let failed = Event::ModelFailed { failure: ModelFailure::Cancelled, words: "stopped".into() };
                let after = self.dice.below(3_000);
                self.later(after, Happens::Told(turn, failed));
            }
            Effect::Hold { batch, .. } => {
                let approval = match self.dice.percent(70) {
                    true => Approval::Allowed,
                    false => Approval::Refused { reason: "too many".into() },
                };
                let after = self.dice.below(400_000);
                self.later(after, Happens::Told(turn, Event::Released { batch, approval, reason: None }));
            }
            Effect::AskPerson { calls, .. } => {
                for (call, _) in calls {
                    let answer = self.answer(turn, call);
                    let after = self.dice.below(400_000);
                    self.later(after, Happens::Told(turn, answer));
                }
            }
            Effect::Dispatch { call, attempt, after } => {
                assert!(self.players[turn].flights.insert((call, attempt), Flight::Later).is_none());
                self.later(after.0, Happens::Arrives(turn, call, attempt));
            }
            Effect::Share { call, from } => {
                let (outcome, _) = self.players[turn].outcomes[&from];
                self.end_later(turn, call, outcome, Some(from));
            }
            Effect::ReadRecord(call) => {
                let from = self.players[turn].calls[&call].plan.reads;
                self.end_later(turn, call, Outcome::Returned, from);
            }
            Effect::Conclude(call, ending) => self.end_later(turn, call, ending.outcome, None),
            Effect::Interrupt { call, why } => self.interrupt(turn, call, why),
            _ => {}
        }
    }

    fn answer(&mut self, turn: usize, call: CallId) -> Event {
        let player = &self.players[turn];
        let asked = &player.calls[&call];
        let (mut approval, mut edited) = (Approval::Allowed, None);
        if self.dice.percent(player.script.edits) {
            let resource = format!("{}/edited", asked.call.asked_for.replace("__call", &format!("/{call}")));
            let plan =
                Plan { resource: format!("/{resource}"), identity: None, reuse: None, ..asked.plan.clone() };
            let plan = if asked.plan.reads.is_some() { asked.plan.clone() } else { plan };
            approval = Approval::Edited { arguments: "{}".into() };
            edited = Some(Edited { arguments: Commitment([2; 32]), unfit: None, plan });
        } else if self.dice.percent(30) {
            approval = Approval::Refused { reason: String::new() };
        }
        Event::Answered { call, approval, reason: None, edited }
    }

    /// The model writes a message: calls while there are any in the script, then an answer.
    fn message(&mut self, turn: usize, step: u32) {
        let number = turn;
        let player = &mut self.players[turn];
        player.message = step;
        let request = ModelCallId::new(1, u128::from(step));
        let batch = script::batch_id(turn, step);
        let size = player.script.sizes.get(step as usize - 1).copied().unwrap_or(0);
        let end = match self.dice.below(100) {
            0..4 => MessageEnd::Length,
            4..6 => MessageEnd::Filter,
            6..10 => MessageEnd::Failed,
            _ => MessageEnd::Good,
        };
        let (mut calls, mut at) = (Vec::new(), self.dice.below(80_000));
        let mut earlier: Vec<CallId> =
            player.messages.values().flat_map(|(calls, _)| calls).copied().collect();
        let streams = self.dice.percent(70);
        let from = self.dice.below(8);
        for position in 0..u32::try_from(size).unwrap() {
            let make = |dice: &mut Dice, player: &mut Player| {
                let place = (number, step, position, player.numbers);
                let mut asked = script::asked(dice, &player.script, self.sources.len(), place, &earlier);
                player.numbers += 1;
                if let Some(identity) = &asked.plan.identity
                    && player.script.reuse
                {
                    asked.plan.reuse = player.returned.get(identity).copied();
                }
                player.calls.insert(asked.call.id, asked.clone());
                asked
            };
            let mut asked = make(&mut self.dice, player);
            at += self.dice.below(20_000);
            // Some messages' calls come late, or with a gap, or only with the end.
            let comes = streams && (from != 1 || position > 2) && (from != 2 || position != 3);
            let ready = Event::CallReady { request, asked: asked.clone() };
            if self.dice.percent(5) && !asked.call.effect.writes() {
                let other = make(&mut self.dice, player);
                if !other.call.effect.writes() {
                    asked = other;
                }
            }
            earlier.push(asked.call.id);
            calls.push(asked);
            if comes {
                self.clock += 1;
                self.heap.push(Reverse((self.now + at, self.clock)));
                self.coming.insert(self.clock, Box::new(Happens::Streamed(turn, step, ready)));
            }
        }
        let finish = match end {
            MessageEnd::Good if calls.is_empty() => Finish::Stop,
            MessageEnd::Good => Finish::ToolCalls,
            MessageEnd::Length => Finish::Length,
            MessageEnd::Filter => Finish::ContentFilter,
            MessageEnd::Failed => Finish::Stop,
        };
        if end != MessageEnd::Good {
            calls.clear();
        }
        let last = match end {
            MessageEnd::Failed => {
                Event::ModelFailed { failure: ModelFailure::CutStream, words: "cut".into() }
            }
            _ => Event::ModelEnded { request, batch, finish, text: "words".into(), calls },
        };
        let after = at + self.dice.below(30_000);
        self.later(after, Happens::Streamed(turn, step, last));
    }

    fn arrive(&mut self, turn: usize, call: CallId, attempt: u32) {
        if !self.players[turn].flights.contains_key(&(call, attempt)) {
            return;
        }
        let source = script::source_of(&self.players[turn].calls[&call]);
        let (name, limits) = &self.sources[source];
        let ticket = self.gates.enter(Span(self.now), name, limits, Lane(turn as u128));
        self.players[turn].flights.insert((call, attempt), Flight::AtGate(ticket));
        self.tickets.insert(ticket, (turn, call, attempt));
    }

    fn admit(&mut self) {
        for ticket in self.gates.admit(Span(self.now)) {
            let (turn, call, attempt) = self.tickets[&ticket];
            self.send(turn, call, attempt, ticket);
        }
        // One in so many: each look is at everybody.
        for ticket in self.tickets.keys().filter(|_| self.clock.is_multiple_of(16)) {
            let (turn, call, attempt) = self.tickets[ticket];
            let waits = matches!(self.players[turn].flights[&(call, attempt)], Flight::AtGate(_));
            assert_eq!(
                self.gates.waits_for(Span(self.now), *ticket).is_some(),
                waits,
                "every wait has a reason"
            );
        }
        if let Some(at) = self.gates.wake_at(Span(self.now)) {
            assert!(at.0 > self.now, "whoever could go now was admitted");
            if self.wakes.is_none_or(|wakes| wakes > at.0) {
                self.wakes = Some(at.0);
                self.later(at.0 - self.now, Happens::Wakes);
            }
        }
    }

    fn send(&mut self, turn: usize, call: CallId, attempt: u32, ticket: Ticket) {
        let player = &mut self.players[turn];
        let asked = &player.calls[&call];
        let source = script::source_of(asked);
        let limits = self.sources[source].1;
        let request = Request {
            call,
            attempt,
            turn,
            source,
            resource: asked.plan.resource.clone(),
            writes: asked.call.effect.writes(),
            exclusive: asked.plan.exclusive,
            repeatable: asked.plan.repeatable,
            sequential: player.script.sequential,
        };
        let reads = !request.writes;
        self.services.begin(self.now, request, &limits, self.in_flight);
        let first = *player.first_sent.entry(call).or_insert(self.now);
        let left = (u64::from(limits.deadline_ms) * 1000).saturating_sub(self.now - first);
        let fate = fate(&mut self.dice, player.script.faults, left);
        let took = fate.took_us;
        player.flights.insert((call, attempt), Flight::Out { ticket, began: self.now, fate });
        self.later(took, Happens::Completes(turn, call, attempt));
        if let Some(after) = self.straggler.after().filter(|_| reads) {
            self.later(after.0, Happens::Told(turn, Event::Straggles(call)));
        }
    }

    fn complete(&mut self, turn: usize, call: CallId, attempt: u32) {
        let Some(Flight::Out { ticket, began, fate }) = self.players[turn].flights.remove(&(call, attempt))
        else {
            return;
        };
        let seen = self.services.end(call, attempt, fate.took_effect);
        self.gates.leave(ticket);
        self.tickets.remove(&ticket);
        let asked = &self.players[turn].calls[&call];
        if let (Some(429 | 503), Some(wait)) = (fate.status, fate.retry_after_us) {
            let source = script::source_of(asked);
            self.gates.pause(
                Span(self.now),
                &self.sources[source].0,
                Span(wait),
                "429 with Retry-After".into(),
            );
            let until = self.services.paused_until.entry(source).or_default();
            *until = (*until).max(self.now + wait);
        }
        let reads = !asked.call.effect.writes();
        let identity = asked.plan.identity.clone();
        let player = &mut self.players[turn];
        if fate.outcome == Outcome::Returned && reads && !player.outcomes.contains_key(&call) {
            player.seen.insert(call, seen);
            if let Some(identity) = identity {
                player.returned.insert(identity, call);
            }
        }
        self.attempt_ended(turn, call, attempt, self.now - began, &fate);
    }

    fn attempt_ended(&mut self, turn: usize, call: CallId, attempt: u32, took: u64, fate: &Fate) {
        let first = self.players[turn].first_sent.get(&call).copied().unwrap_or(self.now);
        let mut ended = ended(call, fate.outcome, None);
        ended.status = fate.status;
        ended.took = Span(self.now - first);
        let attempt = EndedAttempt {
            attempt,
            transient: fate.transient,
            renewed: false,
            retry_after: fate.retry_after_us.map(Span),
            took: Span(took),
            deadline: Span(5_000_000),
            dice: u32::try_from(self.dice.next() >> 32).unwrap(),
            ended,
        };
        self.later(0, Happens::Told(turn, Event::AttemptEnded(attempt)));
    }

    fn interrupt(&mut self, turn: usize, call: CallId, why: Interruption) {
        let mut attempts: Vec<u32> =
            self.players[turn].flights.keys().filter(|key| key.0 == call).map(|key| key.1).collect();
        attempts.sort_unstable();
        assert!(why == Interruption::Needless || !attempts.is_empty() || self.coming_end(turn, call));
        for attempt in attempts {
            let reads = !self.players[turn].calls[&call].call.effect.writes();
            let flight = self.players[turn].flights[&(call, attempt)].clone();
            let took = match flight {
                Flight::Out { .. } if !reads => continue,
                Flight::Out { ticket, began, .. } => {
                    self.services.end(call, attempt, false);
                    self.gates.leave(ticket);
                    self.tickets.remove(&ticket);
                    self.now - began
                }
                Flight::AtGate(ticket) => {
                    self.gates.leave(ticket);
                    self.tickets.remove(&ticket);
                    0
                }
                Flight::Later => 0,
            };
            self.players[turn].flights.remove(&(call, attempt));
            let fate = Fate {
                outcome: Outcome::Cancelled,
                transient: false,
                status: None,
                retry_after_us: None,
                took_effect: false,
                took_us: took,
            };
            self.attempt_ended(turn, call, attempt, took, &fate);
        }
    }

    /// Whether an attempt's end is on its way to the machine.
    fn coming_end(&self, turn: usize, call: CallId) -> bool {
        self.coming.values().any(|what| {
            matches!(what.as_ref(), Happens::Told(of, Event::AttemptEnded(attempt)) if *of == turn && attempt.ended.call == call)
        })
    }

    fn end_later(&mut self, turn: usize, call: CallId, outcome: Outcome, from: Option<CallId>) {
        let after = self.dice.below(500);
        self.later(after, Happens::Told(turn, Event::CallEnded(ended(call, outcome, from))));
    }
}

fn fate(dice: &mut Dice, faults: u64, left_us: u64) -> Fate {
    let mut fate = Fate {
        outcome: Outcome::Returned,
        transient: false,
        status: Some(200),
        retry_after_us: None,
        took_effect: true,
        took_us: 1_000 + dice.below(100_000),
    };
    if dice.percent(faults) {
        fate.outcome = Outcome::Failed;
        fate.took_effect = false;
        match dice.below(6) {
            0 => (fate.transient, fate.status) = (true, None),
            1 => (fate.transient, fate.status, fate.took_effect) = (true, None, dice.percent(50)),
            2 => {
                fate.transient = true;
                fate.status = Some(*dice.pick(&[429, 503]));
                fate.retry_after_us = Some(1 + dice.below(1_500_000));
            }
            3 => (fate.transient, fate.status) = (true, Some(502)),
            4 => (fate.outcome, fate.took_us) = (Outcome::TimedOut, u64::MAX),
            _ => (fate.status, fate.took_effect) = (None, dice.percent(50)),
        }
    }
    if fate.took_us >= left_us {
        fate = Fate { outcome: Outcome::TimedOut, transient: false, status: None, took_us: left_us, ..fate };
        fate.retry_after_us = None;
    }
    fate
}

fn ended(call: CallId, outcome: Outcome, from: Option<CallId>) -> EndedCall {
    EndedCall {
        call,
        outcome,
        failure: (outcome == Outcome::Failed).then_some(FailureClass::Status),
        status: None,
        result: None,
        words: if outcome == Outcome::Returned { None } else { SOME_WORDS },
        size: 0,
        cut_from: None,
        took: Span::default(),
        label: Label::PUBLIC,
        from,
        phases: None,
        findings: None,
    }
}
