//! `grown`: whether a trail of many entries takes new ones as quickly as an empty one, and how long its list of calls
//! takes.

use std::time::Instant;

use domain::id::Seq;
use store::{CallQuery, Reader};

use crate::append::{cases, ours};
use crate::arguments::Arguments;
use crate::intents;
use crate::many_calls::ManyCalls;
use crate::mint::{Mint, mixed};
use crate::report::{Figure, Goal, Report};
use crate::scene::millis;
use crate::spread::quantile;
use crate::trouble::Outcome;

/// How much of an empty trail's rate must be left.
const GOAL: f64 = 0.85;
/// What a page of the list may take, in milliseconds.
const LIST_GOAL: f64 = 50.0;
/// Rows of a page.
const PAGE: u32 = 50;
/// Pages that are asked for in a round, somewhere in the trail.
const PAGES: u64 = 40;
/// Past every number that the workspace's own ids were made of.
const FRESH: u64 = 1 << 40;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let folder = tempfile::Builder::new().prefix("grown-").tempdir_in(&arguments.into)?;
    let mint = Mint::after(FRESH);
    let empty = intents::create(folder.path(), &mint).await?;
    let large = ManyCalls::of_entries(&arguments.into, arguments.entries).await?;
    let large = large.copied(&folder.path().join("large"), &mint).await?;
    let entries = large.reader.head().await?.0;
    let rounds = arguments.rounds.unwrap_or(11);
    let mut figures = Vec::new();
    for case in cases() {
        let intents = (case.callers * case.each) as f64;
        let (mut durable, mut shown, mut bound, mut bound_shown) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // The first round fills caches.
        for round in 0..=rounds {
            let before = ours(&empty, &mint, &case).await?;
            let after = ours(&large.store, &mint, &case).await?;
            if round > 0 {
                durable.push(intents / after.durable.as_secs_f64());
                shown.push(intents / after.shown.as_secs_f64());
                bound.push(intents / before.durable.as_secs_f64());
                bound_shown.push(intents / before.shown.as_secs_f64());
            }
        }
        let goal = Some(Goal::RatioAtLeast(GOAL));
        let name = &case.name;
        figures.push(Figure::against(name.clone(), "/s", &durable, ("a new trail", &bound), goal));
        let bound = ("a new trail", &bound_shown[..]);
        figures.push(Figure::against(format!("{name}, tables too"), "/s", &shown, bound, goal));
    }
    let mut lists = Vec::new();
    for round in 0..=rounds as u64 {
        let waits = lists_of(&large.reader, entries, round).await?;
        if round > 0 {
            lists.push(quantile(&waits, 0.95));
        }
    }
    let name = format!("a page of the list of calls, {entries} entries, p95");
    figures.push(Figure::alone(name, "ms", &lists, Goal::AtMost(LIST_GOAL)));
    empty.close().await;
    large.close().await;
    let notes = vec![format!(
        "Ours is a trail of {entries} entries. The ratio is of rates: above one, it is faster."
    )];
    Ok(Report { name: "grown", figures, notes })
}

/// How long pages somewhere in the trail took, in milliseconds.
async fn lists_of(reader: &Reader, entries: u64, round: u64) -> Outcome<Vec<f64>> {
    let mut waits = Vec::new();
    for page in 0..PAGES {
        let before = Some(Seq(mixed(round * PAGES + page) % entries));
        let begun = Instant::now();
        reader.calls(CallQuery { before, limit: PAGE, ..CallQuery::default() }).await?;
        waits.push(millis(begun.elapsed()));
    }
    Ok(waits)
}
