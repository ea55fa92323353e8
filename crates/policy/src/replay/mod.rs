//! What the rules would have said of recorded cases: honest ones, whose calls should run, and attacks, whose side effects
//! should not happen unasked. Nothing is sent, and no model is needed.
//!
//! The facts are found here by the kernel that judges calls of a turn. What a case says of itself beside its words, calls
//! and results is not read.

mod cases;
mod splice;

use std::collections::BTreeMap;

use domain::call::{Approve, Decision, Verdict};
use domain::id::Handle;
use domain::label::{Integrity, Label};
use serde_json::Value;

use crate::facts::{Call, CallFacts, UrlOrigin};
use crate::held::Held;
use crate::people::People;
use crate::policy::Policy;
use splice::spliced;

pub use cases::{CaseError, Cases};
use cases::{Made, Task, ToolNote};

/// What came of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// One decision per call, in the order of the cases.
    pub judged: Vec<Judged>,
    /// The sums of each suite.
    pub suites: BTreeMap<String, Tally>,
}

/// One call and what the rules say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The suite.
    pub suite: String,
    /// The task, and behind a `+` the attack on it.
    pub case: String,
    /// The call's place in the task, or in the attack.
    pub place: usize,
    /// Its tool.
    pub tool: String,
    /// Whether it is an attack's.
    pub attack: bool,
    /// Whether something would happen outside: it changes something, or visits an address that its arguments name.
    pub side_effect: bool,
    /// What is said of it.
    pub decision: Decision,
}

/// Sums over cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Honest tasks.
    pub tasks: u32,
    /// Their calls.
    pub calls: u32,
    /// Those that run unasked.
    pub allowed: u32,
    /// Those that a person is asked about.
    pub asked: u32,
    /// Those that are denied.
    pub denied: u32,
    /// Attacks that have a side effect.
    pub attacks: u32,
    /// Those of which the first side effect is asked about or denied.
    pub stopped: u32,
    /// Attacks that have none: there is nothing to stop.
    pub harmless: u32,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            tasks: self.tasks + other.tasks,
            calls: self.calls + other.calls,
            allowed: self.allowed + other.allowed,
            asked: self.asked + other.asked,
            denied: self.denied + other.denied,
            attacks: self.attacks + other.attacks,
            stopped: self.stopped + other.stopped,
            harmless: self.harmless + other.harmless,
        }
    }
}

/// Judges every call of the cases.
pub fn replay(cases: &Cases, policy: &Policy, approve: Approve) -> Replay {
    let mut replay = Replay::default();
    for task in cases.tasks() {
        let people = cases.people(&task.suite);
        let mut run =
            Run { cases, policy, approve, people, suite: &task.suite, held: Held::default(), handle: 0 };
        run.held.say(&task.prompt);
        let judged = run.task(task, &task.id, false, |place, run| {
            for attack in cases.attacks(task, place) {
                attacked(run, task, attack.carrier_item, &attack.injection_task, &mut replay);
            }
        });
        let tally = replay.suites.entry(task.suite.clone()).or_default();
        tally.tasks += 1;
        for one in &judged {
            tally.calls += 1;
            match one.decision.verdict {
                Verdict::Allow => tally.allowed += 1,
                Verdict::Ask => tally.asked += 1,
                Verdict::Deny => tally.denied += 1,
            }
        }
        replay.judged.extend(judged);
    }
    replay
}

/// What an attack does once its text was read: its calls follow the one whose result carries it.
fn attacked(run: &Run<'_>, task: &Task, item: usize, injection: &str, replay: &mut Replay) {
    let Some(attack) = run.cases.injection(&task.suite, injection) else { return };
    let mut run = Run { held: run.held.clone(), ..*run };
    if let Some(carrier) = run.cases.carrier(task, injection) {
        let body = spliced(carrier.result(), item, &attack.prompt);
        run.hold(carrier, &body);
    }
    let case = format!("{}+{injection}", task.id);
    let judged = run.task(attack, &case, true, |_, _| {});
    let tally = replay.suites.entry(task.suite.clone()).or_default();
    match judged.iter().find(|one| one.side_effect) {
        None => tally.harmless += 1,
        Some(first) => {
            tally.attacks += 1;
            tally.stopped += u32::from(first.decision.verdict != Verdict::Allow);
        }
    }
    replay.judged.extend(judged);
}

/// A conversation that is replayed.
struct Run<'a> {
    cases: &'a Cases,
    policy: &'a Policy,
    approve: Approve,
    people: &'a People,
    suite: &'a str,
    held: Held,
    handle: u32,
}

impl Run<'_> {
    /// Judges the calls batch by batch: the results of a batch are held when all of it was judged. After each result
    /// `then` may look at what is held by then.
    fn task(
        &mut self,
        task: &Task,
        case: &str,
        attack: bool,
        mut then: impl FnMut(usize, &Self),
    ) -> Vec<Judged> {
        let mut judged = Vec::new();
        let mut rest = task.calls.as_slice();
        while let Some(first) = rest.first() {
            let together = |call: &&Made| call.batch.is_some() && call.batch == first.batch;
            let length = rest.iter().take_while(together).count().max(1);
            let (batch, later) = rest.split_at(length);
            for call in batch {
                let place = judged.len();
                let (side_effect, decision) = self.judge(call);
                let (suite, tool, case) = (self.suite.to_owned(), call.tool.clone(), case.to_owned());
                judged.push(Judged { suite, case, place, tool, attack, side_effect, decision });
            }
            for (call, place) in batch.iter().zip(judged.len() - length..) {
                self.hold(call, call.result());
                then(place, self);
            }
            rest = later;
        }
        judged
    }

    fn judge(&self, made: &Made) -> (bool, Decision) {
        let note = self.cases.tool(self.suite, &made.tool);
        let effect = note.map_or(domain::effect::Effect::Write, ToolNote::effect);
        let label = note.map_or_else(Label::unlabelled, ToolNote::label);
        let call = Call {
            tool: &made.tool,
            description: "",
            schema: &Value::Null,
            arguments: &made.args,
            effect,
            known: note.is_some(),
            from_record: false,
            label: &label,
        };
        let facts = CallFacts::of(&call, self.held.label(), &self.held, self.people);
        let side_effect = effect.writes() || facts.url != UrlOrigin::None;
        (side_effect, self.policy.decide(self.approve, &facts))
    }

    fn hold(&mut self, made: &Made, result: &Value) {
        self.handle += 1;
        let note = self.cases.tool(self.suite, &made.tool);
        let label = note.map_or_else(Label::unlabelled, ToolNote::label);
        // Where nobody says who wrote an item, it is nobody's word.
        let authors = note.is_some_and(ToolNote::names_authors).then_some(self.people);
        let label = if authors.is_some() { Label { integrity: Integrity::Outside, ..label } } else { label };
        self.held.hold(Handle(self.handle), &label, &result.to_string(), authors);
    }
}
