//! A stream that is cut at any byte inside a call's arguments never sends that call.

use std::collections::BTreeSet;

use engine::Question;
use rehearsal::{Script, ScriptedCall, ScriptedReply, StreamEnd};
use serde_json::json;

use crate::scene::Scene;
use crate::scene::stream::Shape;

/// So many turns at one time.
const TOGETHER: usize = 12;

/// The calls of cut number `number`: two reads that nothing else asks for.
fn calls(number: usize) -> [ScriptedCall; 2] {
    ["first", "second"].map(|which| {
        ScriptedCall::new(which, "echo__get", json!({ "id": format!("{which}-{number:04}") }).to_string())
    })
}

/// The place of the second call's arguments in a stream, from the event that begins it to the one that ends the message.
fn second_call(stream: &[u8]) -> std::ops::Range<usize> {
    let place = |words: &[u8]| stream.windows(words.len()).position(|window| window == words).unwrap();
    let ends = place(br#""finish_reason":"tool_calls""#);
    place(br#""id":"second""#)..ends
}

/// Cuts the message at each byte of the second call, and says which calls were sent.
async fn sent(shape: Shape, early: bool, end: StreamEnd) -> BTreeSet<String> {
    let scene = Scene::instant().await;
    let cuts: Vec<(usize, usize)> = second_call(&shape.stream(&calls(0))).enumerate().collect();
    for cuts in cuts.chunks(TOGETHER) {
        let reply = |(number, bytes): &(usize, usize)| {
            let mut stream = shape.stream(&calls(*number));
            stream.truncate(*bytes);
            ScriptedReply::Raw { pieces: vec![stream], end }
        };
        scene.rehearsal.model_script(Script::new(cuts.iter().map(reply)));
        let turns = cuts.iter().map(async |_| {
            let question = Question { early: Some(early), ..Question::new("Do it") };
            let told = scene.put(question).await;
            assert!(told.batches().is_empty() && told.end().0.is_some(), "a cut message makes no batch");
        });
        for turn in futures_util::future::join_all(turns).await {
            let () = turn;
        }
    }
    let asked = scene.prompts().len();
    assert_eq!(asked, cuts.len(), "each cut was played once");
    let requests = scene.rehearsal.requests();
    let paths = requests.iter().filter(|request| request.service == "echo").map(|request| &request.path);
    let sent = paths.map(|path| path.trim_start_matches("/echo/").to_owned()).collect();
    // A read that was started and is no longer needed may be taken back between its entry and its first byte.
    scene.close_unheard().await;
    sent
}

#[track_caller]
fn none_second(sent: &BTreeSet<String>, what: &str) {
    let second: Vec<_> = sent.iter().filter(|id| id.starts_with("second")).collect();
    assert!(second.is_empty(), "{what}: sent {second:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_early_start_the_first_call_may_leave_and_the_cut_one_never_does() {
    for end in [StreamEnd::Cut, StreamEnd::Whole] {
        let sent = sent(Shape::Pieces(12), true, end).await;
        none_second(&sent, "early");
        assert!(!sent.is_empty(), "nothing started early: this tries nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_early_start_nothing_of_a_cut_message_leaves() {
    for end in [StreamEnd::Cut, StreamEnd::Whole] {
        let sent = sent(Shape::WholeCalls, false, end).await;
        assert!(sent.is_empty(), "{sent:?}");
    }
}

/// Calls whose pieces come by turns are never known to be complete before the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_written_by_turns_never_start_early() {
    let sent = sent(Shape::ByTurns(30), true, StreamEnd::Whole).await;
    assert!(sent.is_empty(), "{sent:?}");
}
