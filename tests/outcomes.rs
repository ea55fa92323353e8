//! Promise 2: every call ends in exactly one outcome. `Scene::close` counts them on record.

use domain::call::{Approval, Approve};
use domain::event::{Ended, Happening};
use domain::fact::{Fact, Stopped};
use domain::outcome::{FailureClass, Outcome};
use engine::{CallQuery, Question};
use rehearsal::{Plan, Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply};
use serde_json::json;

use crate::scene::record::{self, Record};
use crate::scene::workspace::Workspace;
use crate::scene::{Scene, call, has_received, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_one_call_and_very_many() {
    let scene = Scene::instant().await;
    let none = scene.ask("What can you do?").await;
    assert_eq!((none.calls().len(), none.batches().len()), (0, 0));
    for count in [1, 128] {
        let asks = (0..count)
            .map(|place| call(&format!("id{place}"), "echo__get", json!({ "id": place.to_string() })));
        let told = scene.batch(asks.collect()).await;
        assert_eq!(told.answer().text, "Done.");
        assert_eq!(told.outcomes(), vec![Outcome::Returned; count]);
        let [batch] = &told.batches()[..] else { panic!("not one batch") };
        assert_eq!(batch.calls, told.calls().iter().map(|call| call.id).collect::<Vec<_>>());
    }
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_says_it_calls_and_calls_nothing_ends_the_turn_in_words() {
    let scene = Scene::instant().await;
    let empty = ScriptedMessage { finish: Some("tool_calls".to_owned()), ..ScriptedMessage::default() };
    scene.rehearsal.model_script(Script::new([ScriptedReply::Message(empty)]));
    let told = scene.ask("Do it").await;
    let (stopped, words) = told.end();
    assert_eq!(stopped, Some(Stopped::Model));
    assert_eq!(words, "the model answered nothing");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_cannot_run_end_in_words_and_the_others_run() {
    let scene = Scene::instant().await;
    let told = scene
        .batch(vec![
            call("a", "echo__get", json!({ "id": "first" })),
            call("b", "echo__fetch", json!({ "id": "x" })),
            call("c", "get_weather", json!({ "city": "Lisbon" })),
            call("d", "echo__get", json!({ "ms": "soon" })),
            ScriptedCall::new("e", "echo__get", "{\"id\": "),
            ScriptedCall::new("f", "echo__get", ""),
            call("a", "echo__get", json!({ "id": "html?x=1&y#z" })),
            call("g", "echo__get", json!({ "id": "../html" })),
        ])
        .await;
    let ended: Vec<_> =
        told.endings().into_iter().map(|(_, Ended { outcome, failure, .. })| (*outcome, *failure)).collect();
    let failed = |class| (Outcome::Failed, Some(class));
    assert_eq!(
        ended,
        [
            (Outcome::Returned, None),
            failed(FailureClass::UnknownTool),
            failed(FailureClass::UnknownTool),
            failed(FailureClass::InvalidArguments),
            failed(FailureClass::InvalidArguments),
            failed(FailureClass::InvalidArguments),
            (Outcome::Returned, None),
            failed(FailureClass::InvalidArguments),
        ]
    );
    let words: Vec<_> = told.endings().into_iter().map(|(_, ended)| ended.words.clone()).collect();
    assert!(words[1].contains("there is no tool `echo__fetch`"), "{}", words[1]);
    assert!(words[3].contains("id") && words[3].contains("ms"), "names every field: {}", words[3]);
    // An argument stays the one segment of the path that it is.
    let paths: Vec<_> =
        scene.rehearsal.requests().into_iter().filter(|request| request.service == "echo").collect();
    assert_eq!(paths.len(), 2);
    assert!(
        paths.iter().all(|request| request.path.starts_with("/echo/") && request.query.is_empty()),
        "{paths:?}"
    );
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_is_taken_back_and_its_siblings_go_on() {
    let scene = Scene::instant().await;
    scene.script(vec![
        call("slow", "echo__get", json!({ "id": "slow", "ms": 60_000 })),
        call("quick", "echo__get", json!({ "id": "quick" })),
    ]);
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let turn = run.turn;
    let take_back = async {
        has_received(&scene.rehearsal, "echo", 2).await;
        let calls = scene.engine.calls(CallQuery { limit: 10, ..CallQuery::default() }).await.unwrap();
        let slow = calls.iter().find(|row| row.telling.contains("slow")).unwrap();
        scene.engine.cancel_call(turn, slow.call).unwrap();
    };
    let (told, ()) = tokio::join!(scene.hear(run, |_| Approval::Allowed), take_back);
    assert_eq!(told.outcomes(), [Outcome::Cancelled, Outcome::Returned]);
    assert_eq!(told.answer().text, "Done.");
    let words = &told.endings()[0].1.words;
    assert!(words.contains("cancelled by the person after it was sent"), "{words}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_turn_waits_for_the_writes_that_are_out_and_not_for_the_reads() {
    let scene = Scene::instant().await;
    scene.script(vec![
        call("read", "echo__get", json!({ "id": "read", "ms": 60_000 })),
        call("write", "echo__write", json!({ "id": "write", "ms": 500, "value": 1 })),
        call("lost", "echo__write", json!({ "id": "lost", "ms": 60_000, "value": 1 })),
        call("unfit", "echo__get", json!({})),
    ]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let run = scene.engine.ask(question).await.unwrap();
    let turn = run.turn;
    let stop = async {
        has_received(&scene.rehearsal, "echo", 3).await;
        scene.engine.stop(turn).unwrap();
    };
    let (told, ()) = tokio::join!(scene.hear(run, |_| Approval::Allowed), stop);
    assert_eq!(told.outcomes(), [Outcome::Cancelled, Outcome::Returned, Outcome::Unknown, Outcome::Failed]);
    assert_eq!(told.end().0, Some(Stopped::Cancelled));
    let words = &told.endings()[2].1.words;
    assert!(words.contains("may or may not have taken effect"), "{words}");
    assert_eq!(scene.prompts().len(), 1, "nothing is sent to the model after a stop");
    // What was left of the script is not what the next turn is about.
    scene.rehearsal.model_script(Script::default());
    let next = scene
        .put(Question { conversation: Some(told.conversation), ..Question::new("What can you do?") })
        .await;
    assert!(!next.answer().text.is_empty());
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_is_stopped_while_it_writes_is_heard_no_further() {
    let scene = Scene::instant().await;
    let endless = ScriptedMessage {
        text: vec!["Let me think. ".to_owned(); 3],
        ends_after: Some((2, rehearsal::StreamEnd::Hang)),
        ..ScriptedMessage::default()
    };
    scene.rehearsal.model_script(Script::new([ScriptedReply::Message(endless)]));
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let mut stopped = false;
    let told = scene
        .hear_and(run, |engine, run, what| {
            if matches!(what, Happening::TextDelta { .. }) && !std::mem::replace(&mut stopped, true) {
                engine.stop(run.turn).unwrap();
            }
        })
        .await;
    assert_eq!(told.end().0, Some(Stopped::Cancelled));
    scene.close().await;
}

/// Closing the window in mid-turn: what it asked for is closed on record, and stays closed when it opens again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutting_down_in_mid_turn_leaves_nothing_open() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let engine = workspace.open().await;
    let asks = (0..8).map(|place| call("x", "echo__get", json!({ "id": place.to_string(), "ms": 60_000 })));
    rehearsal.model_script(Script::new([ScriptedReply::calls(asks)]));
    engine.ask(Question::new("Do it")).await.unwrap();
    has_received(&rehearsal, "echo", 8).await;
    soon("the engine shuts down", engine.shutdown()).await;

    let engine = workspace.open().await;
    record::verified(&engine).await;
    let record = Record::of(&engine).await;
    record::agree(&record.leaving, &record::arrived(&rehearsal));
    record.has_one_outcome_each();
    let cancelled = |fact: &&Fact| matches!(fact, Fact::CallEnded { outcome: Outcome::Cancelled, .. });
    assert_eq!(record.facts().filter(cancelled).count(), 8);
    assert!(record.facts().any(|fact| matches!(fact, Fact::TurnStopped { why: Stopped::Cancelled, .. })));
    assert!(
        !record.facts().any(|fact| matches!(fact, Fact::TrailRecovered { .. })),
        "there was nothing to recover"
    );
    engine.shutdown().await;
    soon("the company closes", rehearsal.stop()).await;
}
