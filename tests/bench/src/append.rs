//! `append`: how many intents a second become durable while 1, 8, 64 and 256 callers ask for one again and again, with
//! requests of 1 kB and of 16 kB. The bound is a database by hand that writes the same bytes in the same commits, one
//! row for each intent.

use std::ops::Range;
use std::time::{Duration, Instant};

use store::{Reader, Store, StoreError};

use crate::arguments::Arguments;
use crate::evidence;
use crate::intents;
use crate::mint::{Mint, noise};
use crate::raw::Raw;
use crate::report::{Figure, Goal, Report};
use crate::spread::quantile;
use crate::trouble::{Outcome, trouble};

/// How many callers, and how many intents each has in a round.
const CALLERS: [(usize, usize); 4] = [(1, 64), (8, 32), (64, 8), (256, 4)];
/// Sizes of a request. Ours tries to compress them, in vain, so that both write as many bytes.
const REQUESTS: [(&str, usize); 2] = [("1 kB", 1_000), ("16 kB", 16_000)];
const GOAL: f64 = 0.8;

/// What is measured, and what was.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) callers: usize,
    pub(crate) each: usize,
    request: usize,
    /// Intents a second until the last was durable.
    durable: Vec<f64>,
    /// The same until screens had the last of them too.
    shown: Vec<f64>,
    bound: Vec<f64>,
    /// Intents in a commit.
    group: Vec<f64>,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let folder = tempfile::Builder::new().prefix("append-").tempdir_in(&arguments.into)?;
    let mint = Mint::default();
    let store = intents::create(folder.path(), &mint).await?;
    let raw = Raw::create(&folder.path().join("raw.db"))?;
    let mut cases = cases();
    let rounds = arguments.rounds.unwrap_or(11);
    for round in 0..=rounds {
        for place in 0..cases.len() {
            let turn = (round + place) % cases.len();
            let case = &mut cases[turn];
            let ours = ours(&store, &mint, case).await?;
            let bound = by_hand(&raw, &ours.commits, case.request)?;
            // The first round opens files and fills caches.
            if round > 0 {
                let intents = (case.callers * case.each) as f64;
                case.durable.push(intents / ours.durable.as_secs_f64());
                case.shown.push(intents / ours.shown.as_secs_f64());
                case.bound.push(intents / bound.as_secs_f64());
                case.group.push(intents / ours.commits.len() as f64);
            }
        }
    }
    let reader = store.reader();
    tokio::task::spawn_blocking(move || evidence::check(&reader)).await??;
    store.close().await;
    let goal = Some(Goal::RatioAtLeast(GOAL));
    let figures = cases.iter().flat_map(|case| {
        let (name, bound) = (&case.name, ("by hand", &case.bound[..]));
        let durable = Figure::against(name.clone(), "/s", &case.durable, bound, goal);
        [durable, Figure::against(format!("{name}, tables too"), "/s", &case.shown, bound, goal)]
    });
    let groups = cases.iter().map(|case| format!("{:.1}", quantile(&case.group, 0.5)));
    let groups = groups.collect::<Vec<_>>().join(", ");
    let notes = vec![
        "The ratio is of rates: above one, ours is faster.".to_owned(),
        format!("Intents in a commit, in the order of the rows: {groups}. The bound commits as often."),
    ];
    Ok(Report { name: "append", figures: figures.collect(), notes })
}

pub(crate) fn cases() -> Vec<Case> {
    let of = |(size, request): (&str, usize), (callers, each): (usize, usize)| Case {
        name: format!("{callers} {}, {size}", if callers == 1 { "caller" } else { "callers" }),
        callers,
        each,
        request,
        durable: Vec::new(),
        shown: Vec::new(),
        bound: Vec::new(),
        group: Vec::new(),
    };
    REQUESTS.into_iter().flat_map(|size| CALLERS.map(|callers| of(size, callers))).collect()
}

/// One round of ours.
pub(crate) struct Ours {
    pub(crate) durable: Duration,
    pub(crate) shown: Duration,
    /// The bodies of the entries, commit by commit.
    commits: Vec<Vec<Vec<u8>>>,
}

/// A round of a case in this trail.
pub(crate) async fn ours(store: &Store, mint: &Mint, case: &Case) -> Outcome<Ours> {
    let calls = intents::allowed(store, mint, case.callers * case.each).await?;
    let drafts: Vec<_> =
        calls.into_iter().map(|call| intents::sent(call, noise(mint.next(), case.request), mint)).collect();
    let reader = store.reader();
    let before = reader.head().await?.0;
    let mut drafts = drafts.into_iter();
    let callers: Vec<Vec<_>> = (0..case.callers).map(|_| drafts.by_ref().take(case.each).collect()).collect();
    let begun = Instant::now();
    // Tasks of their own, as an engine's calls are.
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|drafts| {
            let store = store.clone();
            tokio::spawn(async move {
                for draft in drafts {
                    // Nothing is sent: what would use the intent up is what is left out here.
                    drop(store.intend(draft).await?);
                }
                Ok::<_, StoreError>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let durable = begun.elapsed();
    let after = reader.head().await?.0;
    let shown = begun.elapsed();
    let commits = tokio::task::spawn_blocking(move || commits(&reader, before..after)).await??;
    if commits.iter().map(Vec::len).sum::<usize>() != case.callers * case.each {
        return trouble("something else was recorded meanwhile");
    }
    Ok(Ours { durable, shown, commits })
}

/// What was recorded, in the commits that it was recorded in: each has ended with a checkpoint.
fn commits(reader: &Reader, range: Range<u64>) -> Outcome<Vec<Vec<Vec<u8>>>> {
    let snapshot = reader.snapshot()?;
    let mut ends = Vec::new();
    snapshot.checkpoints(|note| {
        let size = note.lines().nth(1).and_then(|size| size.parse::<u64>().ok());
        ends.extend(size.filter(|size| range.contains(&(size - 1))));
        Ok::<_, StoreError>(())
    })?;
    let mut bodies = Vec::new();
    snapshot.entries(
        range.clone(),
        |_| true,
        |_, body, _| {
            bodies.push(body.to_vec());
            Ok::<_, StoreError>(())
        },
    )?;
    let mut bodies = bodies.into_iter();
    let starts = std::iter::once(range.start).chain(ends.iter().copied());
    let lengths = starts.zip(&ends).map(|(start, end)| usize::try_from(end - start));
    let commits =
        lengths.map(|length| Ok(bodies.by_ref().take(length?).collect())).collect::<Outcome<_>>()?;
    Ok(commits)
}

/// The same bytes in the same commits.
fn by_hand(raw: &Raw, commits: &[Vec<Vec<u8>>], request: usize) -> Outcome<Duration> {
    let request = noise(0, request);
    let begun = Instant::now();
    for bodies in commits {
        raw.commit(bodies.iter().map(|body| (&body[..], &request[..])))?;
    }
    Ok(begun.elapsed())
}
