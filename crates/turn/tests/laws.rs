//! Whatever a model asks for and in whatever order things end, the laws in the crate's first paragraph hold.

#![allow(clippy::unwrap_used, reason = "helpers of tests; a panic is a failed test with a place")]
use std::collections::{BTreeMap, BTreeSet};

use domain::call::{Approval, Decision, ToolCall, Verdict};
use domain::effect::Effect as ToolEffect;
use domain::fact::{Fact, Stopped};
use domain::id::{BatchId, CallId, Handle, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::Commitment;
use domain::time::Span;
use proptest::prelude::*;
use turn::{Asked, Effect, EndedCall, Event, Settings, Turn};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Allowed,
    AskedAndAllowed,
    AskedAndRefused,
    Denied,
    Unfit,
}

fn machine(sequential: bool) -> Turn {
    Turn::new(Settings { turn: TurnId::new(1, 1), max_steps: 3, sequential, policy: String::new() })
}

fn id(number: usize) -> CallId {
    CallId::new(7, number as u128)
}

fn asked(number: usize, kind: Kind) -> Asked {
    let call = ToolCall {
        id: id(number),
        batch: Some(BatchId::new(1, 1)),
        position: u32::try_from(number).unwrap(),
        handle: Handle(u32::try_from(number).unwrap() + 1),
        // Every call of the message has the same id, as careless models write: nothing may depend on it.
        asked_as: "call_0".to_owned(),
        asked_for: "crm__get".to_owned(),
        tool: None,
        tool_version: String::new(),
        effect: ToolEffect::Read,
        label: Label::unlabelled(),
        arguments: "{}".to_owned(),
        telling: String::new(),
    };
    let verdict = match kind {
        Kind::Allowed | Kind::Unfit => Verdict::Allow,
        Kind::AskedAndAllowed | Kind::AskedAndRefused => Verdict::Ask,
        Kind::Denied => Verdict::Deny,
    };
    let unfit = (kind == Kind::Unfit)
        .then(|| Ending::without_body(Outcome::Failed, Some(FailureClass::UnknownTool), "no such tool"));
    let decision = Decision { verdict, rule: "r".to_owned(), reason: "because".to_owned() };
    Asked { call, arguments: Commitment([0; 32]), decision, unfit }
}

fn ended(call: CallId, outcome: Outcome) -> Event {
    Event::CallEnded(EndedCall {
        call,
        outcome,
        failure: None,
        status: None,
        result: None,
        words: None,
        size: 0,
        cut_from: None,
        took: Span(1),
        label: Label::PUBLIC,
    })
}

fn message(calls: Vec<Asked>) -> Event {
    let finish = if calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
    let (request, batch) = (ModelCallId::new(1, 1), BatchId::new(1, 1));
    Event::ModelEnded { request, batch, finish, text: "words".to_owned(), calls }
}

/// What a run of the machine did, as its driver sees it.
#[derive(Default)]
struct Seen {
    dispatched: Vec<CallId>,
    concluded: Vec<(CallId, Outcome)>,
    outcomes: BTreeMap<CallId, u32>,
    follow_up: Option<Vec<CallId>>,
    to_ask: Vec<CallId>,
    requests: u32,
    end: Option<Stopped>,
    open: BTreeSet<CallId>,
}

impl Seen {
    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Dispatch(call) => {
                    self.dispatched.push(call);
                    self.open.insert(call);
                }
                Effect::Conclude(call, ending) => {
                    self.concluded.push((call, ending.outcome));
                    self.open.insert(call);
                }
                Effect::Record(Fact::CallEnded { call, .. }) => {
                    *self.outcomes.entry(call).or_default() += 1;
                    self.open.remove(&call);
                }
                Effect::BatchEnded { calls, .. } => self.follow_up = Some(calls),
                Effect::AskPerson { calls, .. } => {
                    self.to_ask.extend(calls.into_iter().map(|(call, _)| call));
                }
                Effect::RequestModel { .. } => self.requests += 1,
                Effect::End { why, .. } => self.end = Some(why),
                _ => {}
            }
        }
    }
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    let kind = prop::sample::select(vec![
        Kind::Allowed,
        Kind::AskedAndAllowed,
        Kind::AskedAndRefused,
        Kind::Denied,
        Kind::Unfit,
    ]);
    prop_oneof![prop::collection::vec(kind.clone(), 1..12), prop::collection::vec(kind, 128..=128)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn one_outcome_each_and_one_follow_up_in_the_models_order(
        kinds in kinds(),
        sequential: bool,
        order in prop::collection::vec(any::<prop::sample::Index>(), 400),
        cancel in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut turn = machine(sequential);
        let mut seen = Seen::default();
        seen.take(turn.step(Event::Begin));
        let calls = kinds.iter().enumerate().map(|(number, kind)| asked(number, *kind)).collect();
        seen.take(turn.step(message(calls)));
        let mut cancelled = None;
        for pick in order {
            if let Some(which) = cancel.filter(|_| cancelled.is_none()) {
                let call = id(which.index(kinds.len()));
                cancelled = Some(call);
                seen.take(turn.step(Event::CancelCall(call)));
            }
            if sequential {
                prop_assert!(seen.dispatched.is_sorted(), "in the model's order");
                prop_assert!(seen.open.iter().filter(|call| seen.dispatched.contains(call)).count() <= 1);
            }
            // Either a person answers, or something that is out ends; twice, since a second report must change nothing.
            if !seen.to_ask.is_empty() && (seen.open.is_empty() || pick.index(2) == 0) {
                let call = seen.to_ask.swap_remove(pick.index(seen.to_ask.len()));
                let number = (0..kinds.len()).find(|number| id(*number) == call).unwrap();
                let approval = match kinds[number] {
                    Kind::AskedAndAllowed => Approval::Allowed,
                    _ => Approval::Refused { reason: "no".to_owned() },
                };
                for _ in 0..2 {
                    let answer = Event::Answered { call, approval: approval.clone(), reason: None };
                    seen.take(turn.step(answer));
                }
            } else if !seen.open.is_empty() {
                let call = *seen.open.iter().nth(pick.index(seen.open.len())).unwrap();
                for _ in 0..2 {
                    seen.take(turn.step(ended(call, Outcome::Returned)));
                }
            }
        }
        prop_assert_eq!(seen.follow_up, Some((0..kinds.len()).map(id).collect::<Vec<_>>()));
        prop_assert_eq!(seen.requests, 2);
        for (number, kind) in kinds.iter().enumerate() {
            let call = id(number);
            prop_assert_eq!(seen.outcomes.get(&call), Some(&1));
            let sent = seen.dispatched.iter().filter(|sent| **sent == call).count();
            let may = matches!(kind, Kind::Allowed | Kind::AskedAndAllowed);
            if cancelled == Some(call) {
                prop_assert!(sent <= usize::from(may));
            } else {
                prop_assert_eq!(sent, usize::from(may));
            }
        }
    }
}

#[test]
fn stopping_withdraws_what_waits_and_interrupts_what_is_out() {
    let mut turn = machine(true);
    let mut seen = Seen::default();
    seen.take(turn.step(Event::Begin));
    seen.take(turn.step(message(vec![asked(0, Kind::Allowed), asked(1, Kind::Allowed)])));
    assert_eq!(seen.dispatched, [id(0)]);
    let effects = turn.step(Event::Stop);
    assert!(effects.contains(&Effect::Interrupt(id(0))));
    seen.take(effects);
    assert_eq!(seen.concluded, [(id(1), Outcome::Cancelled)]);
    seen.take(turn.step(ended(id(1), Outcome::Cancelled)));
    seen.take(turn.step(ended(id(0), Outcome::Unknown)));
    assert_eq!(seen.end, Some(Stopped::Cancelled));
    assert!(turn.is_over() && turn.step(Event::Stop).is_empty());
}

#[test]
fn stopping_while_the_model_writes_interrupts_it_and_uses_nothing() {
    let mut turn = machine(false);
    turn.step(Event::Begin);
    assert_eq!(turn.step(Event::Stop), [Effect::InterruptModel]);
    let failed = Event::ModelFailed { failure: ModelFailure::Cancelled, words: "stopped".to_owned() };
    let effects = turn.step(failed);
    assert!(matches!(&effects[..], [Effect::End { why: Stopped::Cancelled, .. }]));
}

#[test]
fn a_model_that_never_answers_meets_the_step_limit() {
    let mut turn = machine(false);
    let mut seen = Seen::default();
    seen.take(turn.step(Event::Begin));
    for _ in 0..3 {
        seen.take(turn.step(message(vec![asked(0, Kind::Allowed)])));
        seen.take(turn.step(ended(id(0), Outcome::Returned)));
    }
    assert_eq!((seen.requests, seen.end), (3, Some(Stopped::StepLimit)));
}

#[test]
fn a_message_of_nothing_ends_the_turn_in_words() {
    for finish in [Finish::Stop, Finish::ToolCalls, Finish::Length, Finish::ContentFilter] {
        let mut turn = machine(false);
        turn.step(Event::Begin);
        let (request, batch) = (ModelCallId::new(1, 1), BatchId::new(1, 1));
        let nothing = Event::ModelEnded { request, batch, finish, text: " ".to_owned(), calls: Vec::new() };
        let effects = turn.step(nothing);
        assert!(
            matches!(&effects[..], [Effect::End { why: Stopped::Model, words, .. }] if !words.is_empty())
        );
    }
}
