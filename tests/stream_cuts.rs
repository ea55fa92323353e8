//! A stream that is cut at any byte inside a call's arguments never sends that call.

use std::collections::BTreeSet;

use domain::run::RunSettings;
use engine::Question;
use rehearsal::{Gate, Script, ScriptedCall, ScriptedReply, StreamEnd};
use serde_json::json;

use crate::scene::stream::Shape;
use crate::scene::{Scene, has_received};

/// So many turns at one time.
const TOGETHER: usize = 12;

/// The calls of cut number `number`: two reads that nothing else asks for.
fn calls(number: usize) -> [ScriptedCall; 2] {
    ["first", "second"].map(|which| {
        ScriptedCall::new(which, "echo__get", json!({ "id": format!("{which}-{number:04}") }).to_string())
    })
}

/// Where the second call stands in a stream: its id, the end of the event that begins it, and the event that ends the
/// message.
struct Second {
    begins: usize,
    is_begun: usize,
    ends: usize,
}

impl Second {
    fn of(stream: &[u8]) -> Self {
        let place = |words: &[u8], from: usize| {
            from + stream[from..].windows(words.len()).position(|window| window == words).unwrap()
        };
        let begins = place(br#""id":"second""#, 0);
        Self {
            begins,
            is_begun: place(b"\n\n", begins) + 2,
            ends: place(br#""finish_reason":"tool_calls""#, begins),
        }
    }
}

/// Which calls arrived, which are on record, and the first calls of the messages in which a second surely began.
struct Tried {
    arrived: BTreeSet<String>,
    recorded: BTreeSet<String>,
    followed: BTreeSet<String>,
}

impl Tried {
    #[track_caller]
    fn nothing_left(&self) {
        assert_eq!((&self.arrived, &self.recorded), (&BTreeSet::new(), &BTreeSet::new()));
    }
}

/// Cuts the message at each byte of the second call. Where first calls leave, a message ends only when they have: the
/// model is slower than any disk.
async fn tried(shape: Shape, early: bool, first_leaves: bool, end: StreamEnd) -> Tried {
    let scene = Scene::instant().await;
    // Each cut is played once: a message that was cut before anything left would be asked for again.
    let once = RunSettings { model_attempts: 1, ..RunSettings::default() };
    scene.engine.save_run_settings(once).await.unwrap();
    let second = Second::of(&shape.stream(&calls(0)));
    let cuts: Vec<(usize, usize)> = (second.begins..second.ends).enumerate().collect();
    let mut followed = BTreeSet::new();
    for cuts in cuts.chunks(TOGETHER) {
        let gate = Gate::default();
        let reply = |(number, cut): &(usize, usize)| {
            let mut bytes = shape.stream(&calls(*number));
            bytes.truncate(*cut);
            ScriptedReply::Held { bytes, end, gate: gate.clone() }
        };
        scene.rehearsal.model_script(Script::new(cuts.iter().map(reply)));
        let begun = cuts.iter().filter(|(_, cut)| *cut >= second.is_begun);
        followed.extend(begun.map(|(number, _)| format!("first-{number:04}")));
        let turns = cuts.iter().map(async |_| {
            let question = Question { early: Some(early), ..Question::new("Do it") };
            let told = scene.put(question).await;
            assert!(told.batches().is_empty() && told.end().0.is_some(), "a cut message makes no batch");
        });
        let opened = async {
            if first_leaves {
                has_received(&scene.rehearsal, "echo", followed.len()).await;
            }
            gate.open();
        };
        futures_util::future::join(futures_util::future::join_all(turns), opened).await;
    }
    let asked = scene.prompts().len();
    assert_eq!(asked, cuts.len(), "each cut was played once");
    let requests = scene.rehearsal.requests();
    let arrived = requests.iter().filter(|request| request.service == "echo").map(|request| &request.path);
    let leaving = scene.record().await.leaving;
    let recorded =
        leaving.iter().filter(|request| request.line.starts_with("GET")).map(|request| &request.line);
    let (arrived, recorded) = (ids(arrived), ids(recorded));
    // Where only the empty line after the beginning is missing, the end of the body may stand for it: such a read is
    // started and taken back at once.
    scene.close_unheard().await;
    Tried { arrived, recorded, followed }
}

fn ids<'a>(addresses: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    addresses.map(|address| address.rsplit('/').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_early_start_the_first_call_leaves_and_the_cut_one_never_does() {
    for end in [StreamEnd::Cut, StreamEnd::Whole] {
        let Tried { arrived, recorded, followed } = tried(Shape::Pieces(12), true, true, end).await;
        assert!(!followed.is_empty(), "nothing starts early: this tries nothing");
        assert!(arrived.is_superset(&followed), "{end:?}: missing {:?}", followed.difference(&arrived));
        let second: Vec<&String> = recorded.union(&arrived).filter(|id| id.starts_with("second")).collect();
        assert!(second.is_empty(), "{end:?}: sent {second:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_early_start_nothing_of_a_cut_message_leaves() {
    for end in [StreamEnd::Cut, StreamEnd::Whole] {
        tried(Shape::WholeCalls, false, false, end).await.nothing_left();
    }
}

/// Calls whose pieces come by turns are never known to be complete before the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_written_by_turns_never_start_early() {
    tried(Shape::ByTurns(30), true, false, StreamEnd::Whole).await.nothing_left();
}
