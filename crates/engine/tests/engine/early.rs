//! Early start: what may begin while the model still writes, and what becomes of it when the message ends badly.

use std::time::Duration;

use domain::event::Happening;
use domain::fact::Dropped;
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{Pace, Revision, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd};
use serde_json::json;

use crate::scene::{Scene, watch};

/// Calls of ten tokens each, written slowly.
fn slowly(ids: &[&str]) -> ScriptedMessage {
    let call = |id: &&str| {
        ScriptedCall::new(format!("call_{id}"), "echo__get", json!({ "id": id }).to_string()).in_tokens(10)
    };
    ScriptedMessage {
        calls: ids.iter().map(call).collect(),
        pace: Some(Pace::Tokens { first: Duration::from_millis(10), per_second: 100 }),
        ..ScriptedMessage::default()
    }
}

fn place(events: &[Happening], wanted: impl Fn(&Happening) -> bool) -> usize {
    events.iter().position(wanted).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_leaves_while_the_model_still_writes_the_next() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.model_script(Script::new([
        ScriptedReply::Message(slowly(&["a", "b", "c"])),
        ScriptedReply::text("Done."),
    ]));
    let (conversation, _) = scene.ask(None, watch).await;
    let view = scene.engine.conversation(conversation).await.unwrap();
    let rows = &view.turns[0].batches[0].calls;
    let early: Vec<bool> = rows.iter().map(|row| row.early).collect();
    assert_eq!(early, [true, true, false], "the last is complete when the message is");
    let sent = scene.entry(rows[0].call, "call.sent").await;
    let last = scene.entry(rows[2].call, "call.requested").await;
    assert!(sent < last, "it had left before the message was whole: entry {sent}, entry {last}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaves_early_where_a_person_said_so() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.model_script(Script::new([
        ScriptedReply::Message(slowly(&["a", "b"])),
        ScriptedReply::text("Done."),
    ]));
    let question = Question { early: Some(false), ..Question::new("Do it") };
    let (_, events) = scene.asked(question, watch).await;
    let first = place(&events, |what| matches!(what, Happening::Dispatched { .. }));
    let whole = place(&events, |what| matches!(what, Happening::BatchStarted { .. }));
    assert!(whole < first);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cut_message_started_is_recorded_not_used_and_serves_the_same_call_asked_again() {
    let scene = Scene::in_memory().await;
    let cut = ScriptedMessage { ends_after: Some((25, StreamEnd::Cut)), ..slowly(&["a", "b", "c"]) };
    scene.rehearsal.model_script(Script::new([
        ScriptedReply::Message(cut),
        ScriptedReply::Message(slowly(&["a", "b"])),
        ScriptedReply::text("Done."),
    ]));
    let (conversation, events) = scene.ask(None, watch).await;
    let dropped =
        events.iter().filter(|what| matches!(what, Happening::CallDropped { why: Dropped::Failed, .. }));
    assert!(dropped.count() >= 1, "{events:#?}");
    assert!(!events.iter().any(|what| matches!(what, Happening::BatchStarted { .. })));
    let before = scene.row("echo.get", "a").await;
    assert_eq!((before.outcome, before.dropped), (Some(Outcome::Returned), Some(Dropped::Failed)));

    let sent = || scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent(), 1);
    scene.ask(Some(conversation), watch).await;
    assert_eq!(sent(), 1, "the result that was there is used");
    let view = scene.engine.conversation(conversation).await.unwrap();
    assert_eq!(view.turns[1].batches[0].calls[0].from, Some(before.call));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_ends_by_length_uses_none_of_what_it_started() {
    let scene = Scene::in_memory().await;
    let long = ScriptedMessage { finish: Some("length".to_owned()), ..slowly(&["a", "b"]) };
    scene.rehearsal.model_script(Script::new([ScriptedReply::Message(long)]));
    let (_, events) = scene.ask(None, watch).await;
    assert!(events.iter().any(|what| matches!(what, Happening::CallDropped { why: Dropped::Length, .. })));
    assert!(matches!(events.last(), Some(Happening::TurnEnded { stopped: Some(_), .. })));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_revises_a_call_gets_what_it_meant_and_starts_nothing_early_again() {
    let scene = Scene::in_memory().await;
    let revision = Revision { of: 0, after: 1, arguments: " ".to_owned() };
    let revised = ScriptedMessage { revisions: vec![revision], ..slowly(&["a", "b", "c"]) };
    scene.rehearsal.model_script(Script::new([
        ScriptedReply::Message(revised),
        ScriptedReply::Message(slowly(&["d", "e"])),
        ScriptedReply::text("Done."),
    ]));
    let (conversation, events) = scene.ask(None, watch).await;
    assert!(events.iter().any(|what| matches!(what, Happening::CallDropped { why: Dropped::Changed, .. })));
    let view = scene.engine.conversation(conversation).await.unwrap();
    let [first, second] = [0, 1].map(|batch: usize| &view.turns[0].batches[batch].calls);
    assert!(first.iter().chain(second).all(|row| row.outcome == Some(Outcome::Returned)));
    let kept: Vec<bool> = first.iter().filter(|row| row.dropped.is_none()).map(|row| row.early).collect();
    assert_eq!(kept, [false, true, false]);
    assert!(second.iter().all(|row| !row.early));
    scene.close().await;
}
