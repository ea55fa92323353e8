//! `intent_wait`: what waiting for a durable intent adds to a call, while 64 callers ask for one again and again. Each
//! carries a request of 1 kB, and is on disk with its place in the tree and a signed checkpoint. The bounds are one sync of
//! 4 kB on the same disk, and one commit of 64 such intents in an encrypted database by hand. How many become durable in
//! a second is what `append` measures.

use std::time::Instant;

use store::Store;

use crate::arguments::Arguments;
use crate::evidence;
use crate::intents;
use crate::journal::Journal;
use crate::mint::Mint;
use crate::raw::Raw;
use crate::report::{Figure, Goal, Report};
use crate::scene::millis;
use crate::spread::quantile;
use crate::trouble::Outcome;

const CALLERS: usize = 64;
/// Intents of each caller in a round.
const EACH: usize = 20;
const SYNCS: usize = 60;
const REQUEST: usize = 1000;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let folder = tempfile::Builder::new().prefix("intents-").tempdir_in(&arguments.into)?;
    let mint = Mint::default();
    let store = intents::create(folder.path(), &mint).await?;
    let mut journal = Journal::new(&folder.path().join("journal"))?;
    let raw = Raw::create(&folder.path().join("raw.db"))?;
    let (mut half, mut most, mut sync, mut commit) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let rounds = arguments.rounds.unwrap_or(11);
    for round in 0..=rounds {
        let waits = waits(&store, &mint).await?;
        let syncs = syncs(&mut journal)?;
        let commits = commits(&raw)?;
        // The first round opens files and fills caches.
        if round > 0 {
            half.push(quantile(&waits, 0.5));
            most.push(quantile(&waits, 0.99));
            sync.push(quantile(&syncs, 0.5));
            commit.push(quantile(&commits, 0.5));
        }
    }
    let reader = store.reader();
    tokio::task::spawn_blocking(move || evidence::check(&reader)).await??;
    store.close().await;
    let bound = ("one sync", &sync[..]);
    let figures = vec![
        Figure::against("64 callers, p50", "ms", &half, bound, Some(Goal::RatioAtMost(2.0))),
        Figure::against("64 callers, p99", "ms", &most, bound, None),
        Figure::against(
            "64 callers, p50, to a commit",
            "ms",
            &half,
            ("64 rows by hand", &commit[..]),
            Some(Goal::RatioAtMost(2.0)),
        ),
    ];
    let notes = vec!["A caller that comes while a commit runs waits for that one and its own.".to_owned()];
    Ok(Report { name: "intent_wait", figures, notes })
}

/// How long each intent of all callers took to be durable, in milliseconds.
async fn waits(store: &Store, mint: &Mint) -> Outcome<Vec<f64>> {
    let calls = intents::allowed(store, mint, CALLERS * EACH).await?;
    // Tasks of their own, as an engine's calls are.
    let drafts = calls.chunks(EACH).map(|calls| {
        let sent = |call| intents::sent(call, vec![b'x'; REQUEST], mint);
        calls.iter().copied().map(sent).collect::<Vec<_>>()
    });
    let tasks: Vec<_> = drafts
        .map(|drafts| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut waits = Vec::with_capacity(drafts.len());
                for draft in drafts {
                    let begun = Instant::now();
                    // Nothing is sent: what would use the intent up is what is left out here.
                    drop(store.intend(draft).await?);
                    waits.push(millis(begun.elapsed()));
                }
                Outcome::Ok(waits)
            })
        })
        .collect();
    let mut all = Vec::with_capacity(CALLERS * EACH);
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}

fn syncs(journal: &mut Journal) -> Outcome<Vec<f64>> {
    let page = [0x2a; 4096];
    (0..SYNCS)
        .map(|_| {
            let begun = Instant::now();
            journal.commit(&page)?;
            Ok(millis(begun.elapsed()))
        })
        .collect()
}

/// How long a commit of all callers' intents takes by hand, in milliseconds.
fn commits(raw: &Raw) -> Outcome<Vec<f64>> {
    let row = (&[b'x'; 480][..], &[b'x'; REQUEST][..]);
    (0..EACH)
        .map(|_| {
            let begun = Instant::now();
            raw.commit(std::iter::repeat_n(row, CALLERS))?;
            Ok(millis(begun.elapsed()))
        })
        .collect()
}
