//! What happens in one case: what models ask for, what people say, what sources do. All of it from the seed.

use domain::call::{Decision, ToolCall, Verdict};
use domain::effect::Effect;
use domain::id::{BatchId, CallId, Handle};
use domain::label::Label;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::Commitment;
use domain::source::{Limits, Rate};
use turn::{Asked, Plan};

use crate::dice::Dice;

/// Nothing of a case is decided by what is not in its ids, so ids are made from numbers.
pub(crate) fn call_id(turn: usize, number: usize) -> CallId {
    CallId::new(turn as u64 + 1, number as u128)
}

pub(crate) fn batch_id(turn: usize, step: u32) -> BatchId {
    BatchId::new(turn as u64 + 1, u128::from(step))
}

/// How a message ends, and how it comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MessageEnd {
    Good,
    Length,
    Filter,
    Failed,
}

pub(crate) struct Script {
    pub(crate) sequential: bool,
    pub(crate) early: bool,
    pub(crate) batch_calls: u32,
    /// Calls a message, in the order of the turn's messages.
    pub(crate) sizes: Vec<u64>,
    /// How many paths there are to meet on: few make many conflicts.
    pub(crate) spread: u64,
    pub(crate) writes: u64,
    pub(crate) exclusive: u64,
    pub(crate) same: u64,
    pub(crate) asks: u64,
    pub(crate) faults: u64,
    pub(crate) edits: u64,
    pub(crate) cancels: u64,
    pub(crate) doubles: u64,
    pub(crate) reuse: bool,
}

impl Script {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let steps = 1 + dice.below(3);
        let calm = dice.percent(30);
        let sizes = (0..steps).map(|_| size(dice)).collect();
        Self {
            sequential: dice.percent(10),
            early: dice.percent(60),
            batch_calls: *dice.pick(&[4, 16, 128, 128, 128]),
            sizes,
            spread: *dice.pick(&[1, 2, 3, 6]),
            writes: *dice.pick(&[0, 10, 40, 90]),
            exclusive: *dice.pick(&[0, 0, 3, 20]),
            same: *dice.pick(&[0, 10, 60]),
            asks: *dice.pick(&[0, 0, 15]),
            faults: if calm { 0 } else { *dice.pick(&[5, 20, 50]) },
            edits: 30,
            cancels: if calm { 0 } else { 12 },
            doubles: *dice.pick(&[0, 30]),
            reuse: dice.percent(50),
        }
    }
}

fn size(dice: &mut Dice) -> u64 {
    match dice.below(20) {
        0 => 40 + dice.below(100),
        1..6 => 8 + dice.below(16),
        _ => 1 + dice.below(8),
    }
}

pub(crate) fn limits(dice: &mut Dice) -> Limits {
    let rate = dice.percent(40).then(|| Rate {
        milli_per_second: *dice.pick(&[1_500, 7_000, 50_000]),
        burst: *dice.pick(&[1, 3, 10]),
    });
    Limits { in_flight: *dice.pick(&[1, 2, 4, 16]), rate, deadline_ms: 5_000, ..Limits::default() }
}

/// The path that a call touches. Each turn has its own things at the sources, since nothing orders one turn's calls
/// against another's.
fn resource(dice: &mut Dice, script: &Script, source: usize, turn: usize) -> String {
    let (a, b) = (dice.below(script.spread), dice.below(script.spread));
    match dice.below(12) {
        0 => String::new(),
        1 => format!("/s{source}/t{turn}"),
        2..6 => format!("/s{source}/t{turn}/things/{a}"),
        6 => format!("/s{source}/t{turn}/things/{a}{b}"),
        _ => format!("/s{source}/t{turn}/things/{a}/parts/{b}"),
    }
}

/// A call that the model asks for. `earlier` are calls of the turn it may read the results of.
pub(crate) fn asked(
    dice: &mut Dice,
    script: &Script,
    sources: usize,
    (turn, step, position, number): (usize, u32, u32, usize),
    earlier: &[CallId],
) -> Asked {
    let source = usize::try_from(dice.below(sources as u64)).unwrap();
    let effect = match (dice.percent(script.writes), dice.percent(50)) {
        (false, _) => Effect::Read,
        (true, true) => Effect::IdempotentWrite,
        (true, false) => Effect::Write,
    };
    let mut plan = Plan {
        resource: resource(dice, script, source, turn),
        exclusive: dice.percent(script.exclusive),
        repeatable: effect != Effect::Write || dice.percent(20),
        ..Plan::default()
    };
    if effect == Effect::Read && dice.percent(script.same) && !plan.resource.is_empty() {
        plan.identity = Some(format!("GET {}", plan.resource));
    }
    if effect == Effect::Read && dice.percent(6) && !earlier.is_empty() {
        plan = Plan { reads: Some(*dice.pick(earlier)), repeatable: true, ..Plan::default() };
    }
    let verdict = match dice.percent(script.asks) {
        false => Verdict::Allow,
        true => *dice.pick(&[Verdict::Ask, Verdict::Ask, Verdict::Ask, Verdict::Deny]),
    };
    let unfit = dice.percent(3).then(|| {
        Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), "`id` must be a number")
    });
    let call = ToolCall {
        id: call_id(turn, number),
        batch: Some(batch_id(turn, step)),
        position,
        handle: Handle(u32::try_from(number).unwrap() + 1),
        asked_as: "call_0".to_owned(),
        asked_for: format!("s{source}__call"),
        tool: None,
        tool_version: String::new(),
        effect,
        label: Label::PUBLIC,
        arguments: String::new(),
        telling: String::new(),
    };
    let decision =
        Decision { verdict, rule: "r".to_owned(), reason: "because".to_owned(), origins: Vec::new() };
    Asked { call, arguments: Commitment([0; 32]), decision, unfit, plan }
}

/// Which source a call of that script goes to.
pub(crate) fn source_of(asked: &Asked) -> usize {
    asked.call.asked_for[1..].split('_').next().unwrap().parse().unwrap()
}
