//! `early`: 8 calls of 40 pieces of arguments at 100 a second; the first takes 2.1 s, the others 300 ms. The same
//! turn with calls that start while the model still writes, and with calls that start after it: alone, at a source
//! that takes 2 requests a second, and at one that takes 4 calls at one time.

use std::collections::BTreeSet;

use engine::Question;
use serde_json::json;

use crate::arguments::Arguments;
use crate::company::{Call, Company, Pace, Reply};
use crate::message::{call, done};
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::{Scene, millis};
use crate::trouble::{Outcome, trouble};

const CALLS: usize = 8;
const PIECES: usize = 40;
const A_SECOND: u32 = 100;
/// How long each call takes, in milliseconds.
const TAKES: [u32; CALLS] = [2100, 300, 300, 300, 300, 300, 300, 300];

/// A source with its limits, and what early start should save there.
struct Case {
    source: &'static str,
    what: &'static str,
    /// In the place of the company's own `in_flight = 256`.
    limits: &'static str,
    in_flight: usize,
    /// Seconds between two requests.
    gap: f64,
    goal: f64,
}

const CASES: [Case; 3] = [
    Case {
        source: "echo",
        what: "no limit",
        limits: "in_flight = 256",
        in_flight: 256,
        gap: 0.0,
        goal: 0.67,
    },
    Case {
        source: "echo_slow",
        what: "2 requests a second",
        limits: "in_flight = 256, per_second = 2, burst = 1",
        in_flight: 256,
        gap: 0.5,
        goal: 0.60,
    },
    Case {
        source: "echo_narrow",
        what: "4 calls at one time",
        limits: "in_flight = 4",
        in_flight: 4,
        gap: 0.0,
        goal: 0.92,
    },
];

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let mut company = Company::open().await?;
    let more = CASES[1..].iter().map(|case| limited(&company, case)).collect::<Outcome<Vec<_>>>()?;
    let scene = Scene::wired(&company, &arguments.into, more).await?;
    let rounds = Rounds { before: 0, counted: arguments.rounds.unwrap_or(5) };
    let (mut figures, mut notes) = (Vec::new(), Vec::new());
    for case in CASES {
        let calls = asked(case.source);
        let [early, after] = interleaved(rounds, async |which| {
            let pace = Pace { per_second: A_SECOND };
            company.script(vec![Reply::Calls { calls: calls.clone(), pace }, done()]).await?;
            let question = Question { early: Some(which == 0), ..Question::new("Look up all of them") };
            let took = scene.answered(question).await?.text;
            only_whole_calls(&mut company, &calls).await?;
            Ok(millis(took))
        })
        .await?;
        let goal = Some(Goal::RatioAtMost(case.goal));
        figures.push(Figure::against(case.what, "ms", &early, ("after the message", &after), goal));
        let (sooner, later) = (ends(&ready_early(), &case), ends(&[message_ends(); CALLS], &case));
        notes.push(format!(
            "{}: the least that theory allows is {:.0} of {:.0} ms, {:.2}.",
            case.what,
            sooner * 1000.0,
            later * 1000.0,
            sooner / later
        ));
    }
    scene.close().await?;
    notes.push("Every request that a source saw was one of the calls, whole, and each came once.".to_owned());
    Ok(Report { name: "early", figures, notes })
}

fn asked(source: &str) -> Vec<Call> {
    let one = |(place, ms): (usize, &u32)| {
        let given = json!({ "id": format!("early-call-number-{place}-of-eight"), "ms": ms });
        call(&format!("call_{place}"), &format!("{source}__get"), &given, PIECES)
    };
    TAKES.iter().enumerate().map(one).collect()
}

/// The company's echo under another name and with other limits.
fn limited(company: &Company, case: &Case) -> Outcome<String> {
    let echo = company.about.sources.iter().find(|source| source.name == "echo");
    let toml = echo.map(|echo| echo.toml.as_str()).unwrap_or_default();
    let (name, limits) = ("name = \"echo\"", CASES[0].limits);
    if !toml.contains(name) || !toml.contains(limits) {
        return trouble("the company's echo is not written as this benchmark expects");
    }
    Ok(toml.replacen(name, &format!("name = \"{}\"", case.source), 1).replacen(limits, case.limits, 1))
}

/// Nothing was sent but the calls themselves, each once: a call that ran on arguments that were cut short would stand
/// here under another path.
async fn only_whole_calls(company: &mut Company, calls: &[Call]) -> Outcome<()> {
    let seen = company.seen().await?;
    let sent: Vec<String> = seen
        .iter()
        .filter(|request| request.service == "echo")
        .map(|request| format!("{}?{}", request.path, request.query))
        .collect();
    let expected = calls.iter().zip(TAKES).enumerate();
    let expected: BTreeSet<String> = expected
        .map(|(place, (_, ms))| format!("/echo/early-call-number-{place}-of-eight?ms={ms}"))
        .collect();
    let distinct: BTreeSet<String> = sent.iter().cloned().collect();
    if sent.len() == calls.len() && distinct == expected {
        return Ok(());
    }
    trouble(format!("other requests than the calls: {}", sent.join(" ")))
}

/// Seconds until each call is known to be whole: when the next begins, or the message ends. The beginning of a call is
/// one event, each piece of its arguments another.
fn ready_early() -> [f64; CALLS] {
    std::array::from_fn(|place| ((place + 1) * (PIECES + 1)) as f64 / f64::from(A_SECOND))
}

fn message_ends() -> f64 {
    (CALLS * (PIECES + 1)) as f64 / f64::from(A_SECOND)
}

/// When the last call ends if each starts as soon as it may, in the model's order.
fn ends(ready: &[f64; CALLS], case: &Case) -> f64 {
    let mut ends: Vec<f64> = Vec::new();
    let mut last_start = f64::NEG_INFINITY;
    for (ready, ms) in ready.iter().zip(TAKES) {
        let mut under_way: Vec<f64> = ends.clone();
        under_way.sort_by(f64::total_cmp);
        // A place is free when all but so many of those before have ended.
        let free = under_way.len().checked_sub(case.in_flight).map_or(0.0, |place| under_way[place]);
        let start = ready.max(free).max(last_start + case.gap);
        last_start = start;
        ends.push(start + f64::from(ms) / 1000.0);
    }
    ends.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goals_are_within_reach() {
        for case in CASES {
            let ratio = ends(&ready_early(), &case) / ends(&[message_ends(); CALLS], &case);
            assert!(ratio <= case.goal, "{}: {ratio:.3}", case.what);
        }
    }

    #[test]
    fn a_narrow_source_makes_calls_wait_for_a_place() {
        let narrow = Case { in_flight: 1, ..CASES[0] };
        let one_by_one: u32 = TAKES.iter().sum();
        assert!((ends(&[0.0; CALLS], &narrow) - f64::from(one_by_one) / 1000.0).abs() < 1e-9);
    }
}
