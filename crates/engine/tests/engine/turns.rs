//! What a person sees of a turn, when, and what is on record then.

use std::time::Duration;

use domain::answer::Exposure;
use domain::call::{Approval, Approve};
use domain::event::Happening;
use domain::outcome::{FailureClass, Outcome};
use engine::{Code, Question};
use serde_json::{Value, json};

use crate::scene::{Scene, watch};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_is_shown_when_it_is_on_record_and_after_its_beginning() {
    let scene = Scene::in_memory().await;
    scene.script(vec![(0..8).map(|id| ("echo__get", json!({ "id": id.to_string() }))).collect()]);
    let mut left = Vec::new();
    let (_, events) = scene
        .ask(None, async |engine, _, what| match what {
            Happening::Dispatched { call, .. } => left.push(*call),
            Happening::CallEnded { call, ended } => {
                assert!(left.contains(call), "it ends before it left");
                assert_eq!(engine.call(*call).await.unwrap().row.outcome, Some(ended.outcome));
            }
            _ => {}
        })
        .await;
    assert_eq!(events.iter().filter(|what| matches!(what, Happening::CallEnded { .. })).count(), 8);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_s_time_is_without_the_time_that_a_person_took() {
    const THINKING: Duration = Duration::from_millis(1500);
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![
        ("echo__get", json!({ "id": "a", "ms": 100 })),
        ("echo__write", json!({ "id": "b", "ms": 100, "value": 1 })),
    ]]);
    let (conversation, events) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                tokio::time::sleep(THINKING).await;
                engine.approve(turn, vec![(asks[0].call, Approval::Allowed)]).unwrap();
            }
        })
        .await;
    let told = events.iter().find_map(|what| match what {
        Happening::BatchEnded { elapsed_ms, sequential_ms, .. } => Some((*elapsed_ms, *sequential_ms)),
        _ => None,
    });
    let (elapsed, sequential) = told.unwrap();
    assert!((200..1500).contains(&elapsed) && elapsed <= sequential, "{elapsed} ms of {sequential} ms");
    let view = scene.engine.conversation(conversation).await.unwrap();
    let batch = &view.turns[0].batches[0];
    assert!(batch.elapsed_ms.abs_diff(elapsed) <= 2, "{} ms on record, {elapsed} ms told", batch.elapsed_ms);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keychain_that_is_lost_in_the_middle_fails_the_calls_that_need_it() {
    let scene = Scene::with_a_file_of_keys().await;
    scene.script(vec![
        vec![("echo__get", json!({ "id": "a", "ms": 200 }))],
        vec![("crm__get_customer", json!({ "id": 7 })), ("echo__get", json!({ "id": "b" }))],
    ]);
    let (_, events) = scene
        .ask(None, async |_, _, what| {
            if matches!(what, Happening::BatchStarted { calls, .. } if calls.len() == 1) {
                scene.lose_the_keys();
            }
        })
        .await;
    let failures: Vec<_> = events
        .iter()
        .filter_map(|what| match what {
            Happening::CallEnded { ended, .. } => Some(ended.failure),
            _ => None,
        })
        .collect();
    assert_eq!(failures.len(), 3);
    assert!(failures.contains(&Some(FailureClass::MissingSecret)), "{failures:?}");
    assert!(events.iter().any(|what| matches!(what, Happening::Answer { .. })));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_turn_cannot_begin_is_not_on_record() {
    let scene = Scene::with_a_file_of_keys().await;
    scene.lose_the_keys();
    let refused = scene.engine.ask(Question::new("Do it")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Keychain);
    assert_eq!(scene.engine.conversations(10).await.unwrap(), []);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_closes_takes_no_question_and_does_not_call_its_trail_broken() {
    let scene = Scene::in_memory().await;
    scene.engine.shutdown().await;
    assert_eq!(scene.engine.ask(Question::new("Do it")).await.unwrap_err().code(), Code::BadInput);
    scene.rehearsal.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_on_after_a_call_for_a_tool_that_does_not_exist() {
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![("get_weather", json!({ "city": "Lisbon" }))]]);
    let (conversation, _) = scene.ask(None, watch).await;
    scene.script(vec![]);
    scene.ask(Some(conversation), watch).await;
    let prompts: Vec<Value> = (scene.rehearsal.requests().into_iter())
        .filter(|request| request.service == "model")
        .map(|request| serde_json::from_str(&request.body.unwrap()).unwrap())
        .collect();
    let messages = prompts.last().unwrap()["messages"].as_array().unwrap();
    let asked = messages.iter().find_map(|message| message["tool_calls"][0]["function"]["name"].as_str());
    assert_eq!(asked, Some("unknown_tool"), "{messages:?}");
    scene.close().await;
}

/// What the answer says of the one result that it drew on: how many bytes the model saw, of how many.
fn exposed(events: &[Happening]) -> (u64, u64) {
    let answer = events.iter().find_map(|what| match what {
        Happening::Answer { answer } => Some(answer),
        _ => None,
    });
    match answer.unwrap().exposure[0].mode {
        Exposure::Truncated { shown, of } => (shown, of),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_was_cut_is_called_cut_in_later_turns_too() {
    let scene = Scene::in_memory().await;
    let mut echo = scene.engine.source(&"echo".parse().unwrap()).await.unwrap();
    echo.limits.result_bytes = 2000;
    scene.engine.save_source(echo).await.unwrap();
    scene.script(vec![vec![("echo__big", json!({ "bytes": 5000 }))]]);
    let (conversation, events) = scene.ask(None, watch).await;
    let first = exposed(&events);
    assert_eq!(first.0, 2000);
    assert!(first.1 >= 5000, "{first:?}");
    scene.script(Vec::new());
    let (_, events) = scene.ask(Some(conversation), watch).await;
    assert_eq!(exposed(&events), first);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_waits_until_a_call_by_hand_is_on_record() {
    let scene = Scene::in_memory().await;
    let engine = scene.engine.clone();
    let by_hand = tokio::spawn(async move {
        engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id": "1", "ms": 20000}"#, Approve::Reads).await
    });
    while !scene.rehearsal.requests().iter().any(|request| request.service == "echo") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    scene.engine.shutdown().await;
    assert_eq!(by_hand.await.unwrap().unwrap().row.outcome, Some(Outcome::Cancelled));
    let late = scene.engine.call_tool(&"echo.get".parse().unwrap(), r#"{"id": "2"}"#, Approve::Reads).await;
    assert_eq!(late.unwrap_err().code(), Code::BadInput);
    scene.rehearsal.stop().await;
}
