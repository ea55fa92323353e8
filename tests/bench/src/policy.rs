//! `policy`: what deciding costs. One call at 50 rules, and a batch of 64: its results taken in, and the next 64 calls
//! judged by what they hold. What counts is the time of the CPU: on a busy machine a clock on the wall measures the others.

use std::hint::black_box;

use domain::call::{Approve, Verdict};
use domain::effect::Effect;
use domain::id::Handle;
use domain::label::Label;
use policy::{Call, CallFacts, Held, People, Policy};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::cost;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::trouble::{Outcome, trouble};

/// Rules in force: the built-in ones and as many own ones as are missing.
const RULES: usize = 50;
/// Decisions of one round.
const DECISIONS: u32 = 1000;
/// Calls of a batch.
const CALLS: u32 = 64;
/// Records of one result: about 4 KiB of it.
const RECORDS: u32 = 40;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let policy = policy()?;
    let rounds = Rounds { before: 2, counted: arguments.rounds.unwrap_or(21) };
    let results: Vec<String> = (0..CALLS).map(result).collect();
    let bytes: usize = results.iter().map(String::len).sum();
    let measured: [Vec<f64>; 2] =
        interleaved(
            rounds,
            async |place| {
                if place == 0 { decision(&policy) } else { batch(&policy, &results) }
            },
        )
        .await?;
    let [one, batch] = &measured;
    let figures = vec![
        Figure::alone(format!("a decision, {RULES} rules"), "µs", one, Goal::AtMost(100.0)),
        Figure::alone(format!("{CALLS} results held, {CALLS} calls judged"), "ms", batch, Goal::AtMost(5.0)),
    ];
    let notes = vec![
        format!("CPU time. A decision is the rules alone, of facts that are known; the mean of {DECISIONS}."),
        format!(
            "A batch takes in {CALLS} results of JSON, {} kB together, and finds facts and decision of {CALLS} writes.",
            bytes / 1000
        ),
    ];
    Ok(Report { name: "policy", figures, notes })
}

/// The built-in rules, and own ones of the same kind that hold for no call of these.
fn policy() -> Outcome<Policy> {
    let load = |own: &str| {
        Policy::load(own).or_else(|mistakes| trouble(format!("the rules don't load: {mistakes:?}")))
    };
    let missing = RULES.saturating_sub(load("")?.rules().len());
    let own: String = (0..missing)
        .map(|number| {
            format!(
                "@id(\"own-{number}\") @decision(\"deny\") @message(\"never\")\n\
                 forbid (principal, action == Action::\"call\", resource == Tool::\"none.of_{number}\")\n\
                 when {{ context.writes && context.payload.level >= 2 && context.payload.categories.contains(\"health\") }};\n"
            )
        })
        .collect();
    load(&own)
}

/// Microseconds.
fn decision(policy: &Policy) -> Outcome<f64> {
    let held = Held::default();
    let facts = facts(&held, 0);
    let before = cost::cpu();
    for _ in 0..DECISIONS {
        if policy.decide(Approve::Reads, black_box(&facts)).verdict != Verdict::Ask {
            return trouble("a write did not ask");
        }
    }
    Ok(cost::cpu().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(DECISIONS))
}

/// Milliseconds.
fn batch(policy: &Policy, results: &[String]) -> Outcome<f64> {
    let mut held = Held::default();
    held.say("Send each of them what they owe");
    let before = cost::cpu();
    for (handle, result) in (1..).zip(results) {
        held.hold(Handle(handle), &Label::unlabelled(), result, None);
    }
    for number in 0..CALLS {
        let facts = facts(&held, number);
        if facts.origins.first().is_none_or(|origin| origin.from.is_empty()) {
            return trouble("an address was not found in the result that holds it");
        }
        black_box(policy.decide(Approve::Reads, &facts));
    }
    Ok(cost::cpu().saturating_sub(before).as_secs_f64() * 1e3)
}

fn facts(held: &Held, number: u32) -> CallFacts {
    let arguments = json!({
        "to": format!("customer{}@example.com", number * RECORDS),
        "subject": "What you owe",
        "body": format!("Dear customer, invoice INV-{number:05} of 1,204.50 is open since 2026-03-01."),
    });
    let label = Label::unlabelled();
    let call = Call {
        tool: "mail.send_message",
        description: "Sends a message",
        schema: &Value::Null,
        arguments: &arguments,
        effect: Effect::Write,
        known: true,
        from_record: false,
        label: &label,
    };
    CallFacts::of(&call, held.label(), held, &People::default())
}

fn result(number: u32) -> String {
    let record = |record: u32| {
        let id = number * RECORDS + record;
        json!({
            "id": id,
            "name": format!("Customer number {id}"),
            "mail": format!("customer{id}@example.com"),
            "open": f64::from(id) * 1.25,
        })
    };
    json!({ "data": (0..RECORDS).map(record).collect::<Vec<_>>() }).to_string()
}
