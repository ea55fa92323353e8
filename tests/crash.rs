//! Promises 1 and 2 when the program is killed: nothing unrecorded has left, what was open is `unknown` or was never
//! sent, and nothing is sent again. In its folder, what only a disk can do: a power cut, and faults at every write.

#[cfg(target_os = "linux")]
mod faults;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod replay;
#[cfg(target_os = "linux")]
mod reserve;
#[cfg(target_os = "linux")]
mod shim;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use domain::entry::Entry;
use domain::fact::{Fact, Stopped};
use domain::outcome::Outcome;
use rehearsal::{Latency, Plan, Rehearsal};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::scene::record::{self, Record, Request};
use crate::scene::soon;
use crate::scene::workspace::Workspace;

/// As the issue asks: 200 moments. Two companies at a time, each with one workspace after another, so that every trail
/// stays short enough to be verified anew after every kill.
const COMPANIES: usize = 2;
const WORKSPACES_EACH: usize = 20;
const KILLS_EACH: usize = 5;
/// How long a service takes. Long enough that most kills strike while calls are out.
const ANSWERS_AFTER: Duration = Duration::from_millis(120);
/// From the first word of the turn to past its end, where nothing is slow.
const LONGEST_WAIT: Duration = Duration::from_millis(320);

/// The calls that killed programs must have been asked for, 1,000 in all: each turn asks for many, so that it takes no
/// more kills than those, unless the machine is so busy that most come too early.
const CALLS_EACH: usize = 500;
/// So many workspaces are the most that this is tried with.
const MOST_WORKSPACES_EACH: usize = 4 * WORKSPACES_EACH;

/// What kills struck, and opening closed.
#[derive(Debug, Default)]
struct Struck {
    /// How often a program was killed.
    kills: usize,
    /// Calls that the model asked for.
    calls: usize,
    /// Calls that had been sent.
    unknown: usize,
    /// Calls that had not.
    unsent: usize,
    /// Turns under way: every kill but those that came after the answer.
    turns: usize,
}

impl Struck {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.calls += other.calls;
        self.unknown += other.unknown;
        self.unsent += other.unsent;
        self.turns += other.turns;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_two_hundred_random_moments() {
    let (mut struck, other) = tokio::join!(killed_again_and_again(), killed_again_and_again());
    struck.add(other);
    println!("crash: {struck:?}");
    // A machine on which every kill comes too late or too early would try nothing.
    assert!(struck.unknown > 0 && struck.turns >= struck.kills / 4, "{struck:?}");
    assert!(struck.calls >= COMPANIES * CALLS_EACH, "{struck:?}");
}

async fn killed_again_and_again() -> Struck {
    let plan = Plan { latency: Latency::Fixed(ANSWERS_AFTER), ..Plan::instant() };
    let rehearsal = Rehearsal::start(plan).await.unwrap();
    let fresh = Workspace::wired(&rehearsal).await;
    let mut earlier = Vec::new();
    let mut struck = Struck::default();
    for number in 0..MOST_WORKSPACES_EACH {
        if number >= WORKSPACES_EACH && struck.calls >= CALLS_EACH {
            break;
        }
        let workspace = fresh.copy();
        let mut record = Record::of(&workspace.open_to_read().await).await;
        for kill in 0..KILLS_EACH {
            kill_at(&workspace, moment(number * KILLS_EACH + kill)).await;
            struck.add(reopened(&workspace, &rehearsal, &earlier, &mut record).await);
        }
        earlier.append(&mut record.leaving);
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

/// Opens the workspace after a kill, looks at everything, and says what opening had to close. `earlier` is what the
/// workspaces before it have sent to the same company.
async fn reopened(
    workspace: &Workspace,
    rehearsal: &Rehearsal,
    earlier: &[Request],
    record: &mut Record,
) -> Struck {
    let engine = workspace.open().await;
    let known = record.entries.len();
    record.read_on(&engine).await;
    // Each request has an entry of its own, so one that was sent again without a new entry is found here. That opening
    // makes no such entry is seen below.
    record::none_unrecorded(&[earlier, &record.leaving].concat(), &record::arrived(rehearsal));
    record.has_one_outcome_each();
    record::verified(&engine).await;
    assert_eq!(engine.stats().await.unwrap().open_calls, 0);
    engine.shutdown().await;
    let new = &record.entries[known..];
    let (killed, opening): (Vec<&Entry>, Vec<&Entry>) =
        new.iter().partition(|entry| entry.boot == new[0].boot);
    closed(&killed, &opening)
}

/// What `opening` says of what the run before it, `killed`, had left open: all of that and nothing else, each as it was.
fn closed(killed: &[&Entry], opening: &[&Entry]) -> Struck {
    let mut open = BTreeMap::new();
    let mut struck = Struck { kills: 1, ..Struck::default() };
    for entry in killed {
        match &entry.fact {
            Fact::CallRequested { call, .. } => {
                struck.calls += 1;
                open.insert(call, false);
            }
            Fact::CallSent { call, .. } => drop(open.insert(call, true)),
            Fact::CallEnded { call, .. } => drop(open.remove(call)),
            _ => {}
        }
    }
    for entry in opening {
        match &entry.fact {
            Fact::CallEnded { call, outcome, .. } => {
                let sent = open.remove(call).expect("it was open");
                assert_eq!(*outcome, if sent { Outcome::Unknown } else { Outcome::Cancelled }, "{call}");
                struck.unknown += usize::from(sent);
                struck.unsent += usize::from(!sent);
            }
            Fact::TurnStopped { why, .. } => {
                assert_eq!(*why, Stopped::Crashed);
                struck.turns += 1;
            }
            Fact::TrailRecovered { .. } => {}
            other => panic!("opening wrote {}", other.type_name()),
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    let ended = killed.iter().any(|entry| matches!(entry.fact, Fact::AnswerGiven { .. }));
    assert_eq!(struck.turns, usize::from(!ended), "a turn ends once, by itself or by recovery");
    struck
}

/// Spread over the whole turn by the kill's number, and by chance within its part: two runs strike differently.
fn moment(number: usize) -> Duration {
    let parts = WORKSPACES_EACH * KILLS_EACH;
    // 37 shares no factor with the number of parts, so each part has its turn, and neighbours don't follow each other.
    let part = number * 37 % parts;
    let chance = RandomState::new().build_hasher().finish() % 1000;
    LONGEST_WAIT.mul_f64((part as f64 + chance as f64 / 1000.0) / parts as f64)
}
