//! What must hold when several things happen at one moment, and when people and sources change their minds.

use std::time::Duration;

use domain::call::{Approval, Approve};
use domain::event::Happening;
use domain::outcome::{FailureClass, Outcome};
use domain::run::{RunSettings, Straggler};
use engine::{KeychainChoice, Question};
use rehearsal::{Fault, Pace, Plan, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd, Times};
use serde_json::{Value, json};

use crate::scene::{Scene, watch};

fn get(id: &str) -> (&'static str, Value) {
    ("echo__get", json!({ "id": id }))
}

/// A message that is written slowly and breaks off in its third call.
fn cut(ids: &[&str]) -> ScriptedReply {
    let call = |id: &&str| {
        ScriptedCall::new(format!("call_{id}"), "echo__get", json!({ "id": id }).to_string()).in_tokens(10)
    };
    ScriptedReply::Message(ScriptedMessage {
        calls: ids.iter().map(call).collect(),
        pace: Some(Pace::Tokens { first: Duration::from_millis(10), per_second: 100 }),
        ends_after: Some((25, StreamEnd::Cut)),
        ..ScriptedMessage::default()
    })
}

/// The end of one call and the end of another's attempt come together: what the model reads of the second is how it
/// ended, and not how its first attempt did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_reads_how_a_call_ended_and_not_how_an_attempt_did() {
    let scene = Scene::in_memory().await;
    let ids: Vec<String> = (0..60).map(|id| format!("r{id}")).collect();
    for id in ids.iter().step_by(2) {
        scene.rehearsal.faults().set("echo", &format!("/echo/{id}"), Fault::Status(503), Times::Once);
    }
    scene.script(vec![ids.iter().map(|id| get(id)).collect()]);
    let question = Question { early: Some(false), ..Question::new("Do it") };
    scene.asked(question, watch).await;
    let bodies = scene.model_bodies();
    assert!(!bodies[1].contains("answered 503"), "{}", bodies[1]);
    scene.close().await;
}

/// Reads that wait at their gate go as soon as it lets them, whatever the model writes meanwhile: never before it is
/// on record that they were asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_in_line_is_on_record_before_it_leaves() {
    let narrow = |toml: &mut String| *toml = toml.replace("in_flight = 256", "in_flight = 1");
    let scene = Scene::with(KeychainChoice::Memory, Plan::instant(), narrow).await;
    scene.script(vec![(0..100).map(|id| get(&format!("g{id}"))).collect()]);
    scene.ask(None, watch).await;
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_before_a_person_s_own_write_is_not_used_again() {
    let scene = Scene::in_memory().await;
    let slow = Pace::Tokens { first: Duration::from_millis(10), per_second: 100 };
    let whole = ScriptedMessage {
        calls: vec![ScriptedCall::new("call_a", "echo__get", json!({ "id": "a" }).to_string())],
        pace: Some(slow),
        ..ScriptedMessage::default()
    };
    scene.rehearsal.model_script(Script::new([
        cut(&["a", "b", "c"]),
        ScriptedReply::Message(whole),
        ScriptedReply::text("Done."),
    ]));
    let (conversation, _) = scene.ask(None, watch).await;
    let before = scene.row("echo.get", "a").await;
    assert_eq!(before.outcome, Some(Outcome::Returned));
    let write = "echo.write".parse().unwrap();
    scene.engine.call_tool(&write, r#"{"id": "a", "value": 1}"#, Approve::All).await.unwrap();
    scene.ask(Some(conversation), watch).await;
    let view = scene.engine.conversation(conversation).await.unwrap();
    assert_eq!(view.turns[1].batches[0].calls[0].from, None, "it is read anew");
    scene.close().await;
}

/// Two identical reads start early; the second waits for the first when the message breaks off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_call_that_waits_keeps_its_label_when_it_is_dropped() {
    let public = |toml: &mut String| {
        if toml.contains("name = \"echo\"") {
            *toml = format!("label = {{ level = \"restricted\" }}\n{toml}");
        }
    };
    let scene = Scene::with(KeychainChoice::Memory, Plan::instant(), public).await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::Hang, Times::Always);
    scene.rehearsal.model_script(Script::new([cut(&["a", "a", "c"])]));
    let (conversation, events) = scene.ask(None, watch).await;
    let ends = events.iter().filter(|what| matches!(what, Happening::CallEnded { .. })).count();
    assert_eq!(ends, 2, "each is said to have ended: {events:#?}");
    let rows = scene.engine.calls(engine::CallQuery { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert_eq!(rows[0].label, rows[1].label, "both may have touched the same");
    assert!(rows.iter().all(|row| row.conversation == Some(conversation) && row.dropped.is_some()));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_ends_a_pause_that_the_source_asked_for() {
    let scene = Scene::in_memory().await;
    let long = Fault::RateLimited { retry_after: 3600 };
    scene.rehearsal.faults().set("echo", "/echo/a", long, Times::Once);
    let get = "echo.get".parse().unwrap();
    let outcome = async |id: &str| {
        let detail = scene.engine.call_tool(&get, &json!({ "id": id }).to_string(), Approve::All).await;
        let row = detail.unwrap().row;
        (row.outcome.unwrap(), row.failure)
    };
    assert_eq!(outcome("a").await, (Outcome::Failed, Some(FailureClass::Status)));
    assert_eq!(outcome("b").await, (Outcome::Failed, Some(FailureClass::Paused)));
    scene.engine.resume_source(&"echo".parse().unwrap()).await.unwrap();
    assert_eq!(outcome("c").await, (Outcome::Returned, None));
    scene.close().await;
}

/// Nobody is waited for any more, so the batch's time runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_taken_back_while_a_person_is_asked_holds_no_clock() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { batch_deadline_ms: 1000, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    scene.script(vec![vec![
        ("echo__write", json!({ "id": "w", "value": 1 })),
        ("echo__get", json!({ "id": "slow", "ms": 8000 })),
    ]]);
    let (_, events) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                engine.cancel_call(turn, asks[0].call).unwrap();
            }
        })
        .await;
    let timed_out = events
        .iter()
        .any(|what| matches!(what, Happening::CallEnded { ended, .. } if ended.outcome == Outcome::TimedOut));
    assert!(timed_out, "{events:#?}");
    scene.close().await;
}

/// Both attempts of a hedged read end at one moment: one of them is the call's end, for the record and the model alike.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_reads_the_attempt_that_is_on_record() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { straggler: Straggler::Hedge { after_ms: 1 }, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    let ids: Vec<String> = (0..60).map(|id| format!("h{id}")).collect();
    scene.script(vec![ids.iter().map(|id| ("echo__get", json!({ "id": id, "ms": 40 }))).collect()]);
    let (_, events) = scene.ask(None, watch).await;
    let bodies = scene.model_bodies();
    assert!(!bodies[1].contains("nobody needs its result"), "{}", bodies[1]);
    let ends = events.iter().filter(
        |what| matches!(what, Happening::CallEnded { ended, .. } if ended.outcome == Outcome::Returned),
    );
    assert_eq!(ends.count(), 60);
    scene.close().await;
}

/// The keychain asks a person for something, and they stop the turn instead.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_heard_while_the_keychain_waits_for_a_person() {
    let scene = Scene::with_a_file_of_keys().await;
    let message = ScriptedMessage {
        calls: vec![ScriptedCall::new("call_a", "crm__get_customer", json!({ "id": 1001 }).to_string())],
        pace: Some(Pace::Tokens { first: Duration::from_millis(300), per_second: 1000 }),
        ..ScriptedMessage::default()
    };
    scene.rehearsal.model_script(Script::new([ScriptedReply::Message(message)]));
    let mut run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    // A pipe in the place of the file of keys: whoever reads it waits until somebody writes.
    let keys = scene.folder.path().join("workspace/keys.age");
    std::fs::remove_file(&keys).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&keys).status().unwrap().success());
    let open = move || std::fs::OpenOptions::new().write(true).open(keys).unwrap();
    let prompt = tokio::task::spawn_blocking(open).await.unwrap();
    scene.engine.stop(run.turn).unwrap();
    while let Some(event) = run.events.recv().await {
        assert!(!matches!(event.what, Happening::Dispatched { .. }));
    }
    drop(prompt);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_by_hand_does_not_wait_for_ever_at_a_paused_source() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { batch_deadline_ms: 1000, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    scene.engine.pause_source(&"echo".parse().unwrap()).await.unwrap();
    let get = "echo.get".parse().unwrap();
    let detail = scene.engine.call_tool(&get, r#"{"id": "a"}"#, Approve::All).await.unwrap();
    assert_eq!((detail.row.outcome, detail.row.sent_at), (Some(Outcome::Cancelled), None));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_line_of_a_header_counts_like_the_first() {
    for forbids in [("Cache-Control", "no-store"), ("Vary", "*")] {
        let scene = Scene::in_memory().await;
        let lines =
            [("Content-Type", "application/json"), ("Cache-Control", "max-age=60"), ("Vary", "Accept")];
        let headers =
            lines.into_iter().chain([forbids]).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = Fault::Answer { status: 200, headers: headers.collect(), body: "{}".to_owned() };
        scene.rehearsal.faults().set("echo", "/echo/a", answer, Times::Always);
        scene.script(vec![vec![get("a")], vec![get("a")]]);
        scene.ask(None, watch).await;
        let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
        assert_eq!(sent, 2, "{forbids:?}");
        scene.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_result_that_a_write_spoils_is_asked_for_anew() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.model_script(Script::new([
        cut(&["a", "b", "c"]),
        ScriptedReply::calls([
            ScriptedCall::new("w", "echo__write", json!({ "id": "z", "value": 1 }).to_string()),
            ScriptedCall::new("r", "echo__get", json!({ "id": "a" }).to_string()),
        ]),
        ScriptedReply::text("Done."),
    ]));
    let (conversation, _) = scene.ask(None, watch).await;
    let question = Question {
        conversation: Some(conversation),
        sequential: Some(true),
        approve: Approve::All,
        ..Question::new("Again")
    };
    scene.asked(question, watch).await;
    let view = scene.engine.conversation(conversation).await.unwrap();
    let row = &view.turns[1].batches[0].calls[1];
    assert_eq!(row.outcome, Some(Outcome::Returned), "{row:#?}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_grew_too_old_while_a_person_thought_is_asked_for_anew() {
    let scene = Scene::in_memory().await;
    let fresh = ("echo__get", json!({ "id": "a", "cache": "max-age=1" }));
    scene.script(vec![vec![fresh.clone()], vec![fresh]]);
    let question = Question { approve: Approve::None, ..Question::new("Do it") };
    let mut asked = 0;
    scene
        .asked(question, async |engine, turn, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                asked += 1;
                if asked == 2 {
                    tokio::time::sleep(Duration::from_millis(1500)).await;
                }
                engine.approve(turn, vec![(asks[0].call, Approval::Allowed)]).unwrap();
            }
        })
        .await;
    let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent, 2);
    scene.close().await;
}
