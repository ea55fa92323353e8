//! `search`: how long a reviewer waits for a page of calls: by a filter, by words, by both, and for the next one. The
//! workspaces, one with a tenth of the other's calls, are filled once and kept. What is common is common and what is rare
//! is rare in both alike, so that the larger one has ten times as much of everything.

use std::time::Instant;

use domain::filter::{Compared, Condition, Filter, Mark, Test};
use domain::label::{Category, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::time::Span;
use store::Reader;

use crate::arguments::Arguments;
use crate::many_calls::ManyCalls;
use crate::report::{Figure, Goal, Report};
use crate::scene::millis;
use crate::spread::quantile;
use crate::trouble::{Outcome as Found, trouble};

/// Rows of a page.
const PAGE: u32 = 50;
/// What a page may take.
const GOAL: f64 = 50.0;
/// How much longer it may take over ten times as many calls.
const GROWTH: f64 = 1.5;

/// What is asked for.
struct Class {
    name: &'static str,
    filters: Vec<Filter>,
    /// Whether the page after the first is measured.
    next: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> Found<Report> {
    let (few, many) = ((arguments.calls / 10).max(1), arguments.calls);
    let small = ManyCalls::open(&arguments.into, few).await?;
    let large = ManyCalls::open(&arguments.into, many).await?;
    let rounds = arguments.rounds.unwrap_or(21);
    let mut figures = Vec::new();
    let mut notes = Vec::new();
    for class in classes() {
        let (mut half, mut most, mut before) = (Vec::new(), Vec::new(), Vec::new());
        // The first round fills caches.
        for round in 0..=rounds {
            let smaller = waits(&small.reader, &class).await?;
            let larger = waits(&large.reader, &class).await?;
            if round > 0 {
                half.push(quantile(&larger, 0.5));
                most.push(quantile(&larger, 0.95));
                before.push(quantile(&smaller, 0.95));
            }
        }
        let name = class.name;
        notes.push(format!("{name}: p50 {:.1} ms over {many} calls.", quantile(&half, 0.5)));
        figures.push(Figure::alone(format!("{name}, {many} calls, p95"), "ms", &most, Goal::AtMost(GOAL)));
        let bound = ("a tenth of the calls", &before[..]);
        let growth = Some(Goal::RatioAtMost(GROWTH));
        figures.push(Figure::against(format!("{name}, growth"), "ms", &most, bound, growth));
    }
    let begun = Instant::now();
    let counted = large.reader.facets(Filter::default()).await?;
    notes.push(format!("Counting all {} calls: {:.0} ms.", counted.total, millis(begun.elapsed())));
    if counted.total < many as u64 {
        return trouble(format!("{} calls are found of {many}", counted.total));
    }
    small.close().await;
    large.close().await;
    Ok(Report { name: "search", figures, notes })
}

/// How long each of a class took, in milliseconds.
async fn waits(reader: &Reader, class: &Class) -> Found<Vec<f64>> {
    let mut waits = Vec::with_capacity(class.filters.len());
    for filter in &class.filters {
        let before = if class.next { reader.search(filter.clone(), None, PAGE).await?.next } else { None };
        let begun = Instant::now();
        let page = reader.search(filter.clone(), before, PAGE).await?;
        waits.push(millis(begun.elapsed()));
        if page.rows.len() > PAGE as usize {
            return trouble("a page is longer than was asked for");
        }
    }
    Ok(waits)
}

fn classes() -> [Class; 4] {
    let words = |words: &str| Test::Words(words.to_owned());
    let filters = || {
        vec![
            all([Test::Source("crm".to_owned())]),
            all([Test::Tool("billing.open_invoices".to_owned())]),
            all([Test::Outcome(Outcome::Failed)]),
            all([Test::Source("people".to_owned()), Test::Outcome(Outcome::Failed)]),
            all([Test::Level(Compared::AtLeast, Level::Restricted), Test::Failure(FailureClass::Connect)]),
            all([Test::Category(Category::Health)]),
            all([Test::Took(Compared::Above, Span(2_000_000))]),
            all([Test::Size(Compared::Above, 100_000)]),
            all([Test::Status(Compared::Is, 503)]),
            all([Test::Is(Mark::Retry), Test::Is(Mark::Edited)]),
            all([Test::Open]),
        ]
    };
    let phrases = || {
        vec![
            all([words("customer")]),
            all([words("acme gmbh")]),
            all([words("needle")]),
            all([words("nowhere")]),
            all([words("open invoice")]),
        ]
    };
    let both = || {
        vec![
            all([words("customer"), Test::Outcome(Outcome::Failed)]),
            all([words("acme gmbh"), Test::Source("crm".to_owned())]),
            all([words("needle"), Test::Source("people".to_owned())]),
            all([words("acme"), Test::Failure(FailureClass::Connect)]),
        ]
    };
    let every: Vec<Filter> = filters().into_iter().chain(phrases()).chain(both()).collect();
    [
        Class { name: "first page of a filter", filters: filters(), next: false },
        Class { name: "words", filters: phrases(), next: false },
        Class { name: "both", filters: both(), next: false },
        Class { name: "next page", filters: every, next: true },
    ]
}

fn all<const N: usize>(tests: [Test; N]) -> Filter {
    let conditions = tests.into_iter().map(|test| Condition { not: false, any: vec![test] });
    Filter { conditions: conditions.collect() }
}
