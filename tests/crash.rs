//! Promises 1 and 2 when the program is killed: nothing unrecorded has left, what was open is `unknown` or was never
//! sent, and nothing is sent again.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use domain::fact::Fact;
use domain::outcome::Outcome;
use rehearsal::{Latency, Plan, Rehearsal};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::scene::workspace::Workspace;
use crate::scene::{one_outcome_each, record, soon};

/// As the issue asks: 200 moments, in groups of workspaces so that each trail stays short enough to be verified anew
/// after every one of them.
const WORKSPACES: usize = 8;
const KILLS_EACH: usize = 25;
/// How long a service takes. Long enough that most kills strike while calls are out.
const ANSWERS_AFTER: Duration = Duration::from_millis(120);
/// From the first word of the turn to past its end, where nothing is slow.
const LONGEST_WAIT: Duration = Duration::from_millis(320);

/// What the kills of one workspace struck.
#[derive(Debug, Default)]
struct Struck {
    unknown: usize,
    unsent: usize,
    turns: usize,
    after_the_end: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_two_hundred_random_moments() {
    let mut struck = Struck::default();
    for pair in 0..WORKSPACES / 2 {
        let (first, second) = tokio::join!(killed_again_and_again(pair), killed_again_and_again(pair));
        for found in [first, second] {
            struck.unknown += found.unknown;
            struck.unsent += found.unsent;
            struck.turns += found.turns;
            struck.after_the_end += found.after_the_end;
        }
    }
    println!("crash: {} kills: {struck:?}", WORKSPACES * KILLS_EACH);
    // A machine on which every kill comes too late or too early would try nothing.
    assert!(struck.unknown > 0 && struck.turns >= WORKSPACES * KILLS_EACH / 4, "{struck:?}");
}

async fn killed_again_and_again(seed: usize) -> Struck {
    let rehearsal =
        Rehearsal::start(Plan { latency: Latency::Fixed(ANSWERS_AFTER), ..Plan::instant() }).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let mut struck = Struck::default();
    for kill in 0..KILLS_EACH {
        kill_at(&workspace, moment(seed, kill)).await;
        let found = reopen(&workspace, &rehearsal).await;
        struck.unknown += found.unknown;
        struck.unsent += found.unsent;
        struck.turns += found.turns;
        struck.after_the_end += found.after_the_end;
    }
    soon("the company closes", rehearsal.stop()).await;
    struck
}

/// Asks the demo's question and kills the program so long after the turn's first word, which says that the workspace is
/// open and the question on record.
async fn kill_at(workspace: &Workspace, after: Duration) {
    let mut child = workspace.command(&["ask", "--json", Rehearsal::demo_question().text]).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = soon("the turn begins", said.next_line()).await.unwrap();
    assert!(first.is_some_and(|line| line.contains("turn_started")));
    tokio::time::sleep(after).await;
    // SIGKILL: not a line of the program runs after it.
    child.start_kill().unwrap();
    soon("the killed program is gone", child.wait()).await.unwrap();
}

/// Opens the workspace after a kill, and looks at everything.
async fn reopen(workspace: &Workspace, rehearsal: &Rehearsal) -> Struck {
    let engine = workspace.open().await;
    let (leaving, arrived) = (record::leaving(&engine).await, record::arrived(rehearsal));
    // Each request has an entry of its own, so a request that was sent again without a new entry is found; that opening
    // makes no such entry is seen below.
    record::none_unrecorded(&leaving, &arrived);
    record::verified(&engine).await;
    assert_eq!(engine.stats().await.unwrap().open_calls, 0);
    one_outcome_each(&engine).await;
    let struck = closed_by_recovery(&engine).await;
    engine.shutdown().await;
    struck
}

/// What opening wrote: everything after the last entry of the run that was killed. It closes what was open and nothing
/// else, and what it says of each call is what the record says.
async fn closed_by_recovery(engine: &engine::Engine) -> Struck {
    let entries = record::entries(engine).await;
    let boot = entries.last().unwrap().boot;
    let (before, new): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.boot != boot);
    let mut sent = BTreeMap::new();
    for entry in &before {
        match &entry.fact {
            Fact::CallRequested { call, .. } => drop(sent.insert(*call, false)),
            Fact::CallSent { call, .. } => drop(sent.insert(*call, true)),
            Fact::CallEnded { call, .. } => drop(sent.remove(call)),
            _ => {}
        }
    }
    let mut struck = Struck::default();
    for entry in new {
        match entry.fact {
            Fact::CallEnded { call, outcome, .. } => {
                let expected = if sent.remove(&call).expect("it was open") {
                    Outcome::Unknown
                } else {
                    Outcome::Cancelled
                };
                assert_eq!(outcome, expected, "{call}");
                struck.unknown += usize::from(outcome == Outcome::Unknown);
                struck.unsent += usize::from(outcome == Outcome::Cancelled);
            }
            Fact::TurnStopped { why, .. } => {
                assert_eq!(why, domain::fact::Stopped::Crashed);
                struck.turns += 1;
            }
            Fact::TrailRecovered { .. } => {}
            other => panic!("opening wrote {}", other.type_name()),
        }
    }
    assert!(sent.is_empty(), "left open: {sent:?}");
    struck.after_the_end = usize::from(struck.turns == 0);
    struck
}

/// Spread over the whole turn by the kill's number, and by chance within its part: two runs strike differently.
fn moment(workspace: usize, kill: usize) -> Duration {
    let mut chance = RandomState::new().build_hasher();
    chance.write_usize(workspace * KILLS_EACH + kill);
    let part = LONGEST_WAIT / u32::try_from(KILLS_EACH).unwrap();
    part * u32::try_from(kill).unwrap() + part.mul_f64((chance.finish() % 1000) as f64 / 1000.0)
}
