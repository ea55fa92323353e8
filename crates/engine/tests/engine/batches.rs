//! Batches: limits, attempts, shared requests, what people do about them, and what is on record of it.

use std::time::Duration;

use domain::call::{Approval, Approve};
use domain::event::{Happening, Waiting};
use domain::fact::Stopped;
use domain::id::CallId;
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::run::{RunSettings, Straggler};
use engine::{KeychainChoice, Question};
use rehearsal::{Fault, Plan, Times};
use serde_json::{Value, json};

use crate::scene::{Scene, watch};

/// How each call ended, in the order of their positions.
fn outcomes(events: &[Happening]) -> Vec<(Outcome, Option<FailureClass>)> {
    let mut calls: Vec<CallId> = Vec::new();
    for what in events {
        if let Happening::BatchStarted { calls: started, .. } = what {
            calls.extend(started);
        }
    }
    let end = |call: &CallId| {
        events.iter().find_map(|what| match what {
            Happening::CallEnded { call: ended, ended: end } if ended == call => {
                Some((end.outcome, end.failure))
            }
            _ => None,
        })
    };
    calls.iter().map(|call| end(call).unwrap()).collect()
}

fn get(id: &str) -> (&'static str, Value) {
    ("echo__get", json!({ "id": id }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_is_tried_again_and_each_attempt_is_on_record() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.faults().series("echo", "/echo/a", [Fault::Status(503), Fault::Reset]);
    scene.script(vec![vec![get("a"), get("b")]]);
    let (_, events) = scene.ask(None, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None); 2]);
    let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent, 3);
    let tried = events.iter().filter(|what| matches!(what, Happening::AttemptEnded { .. })).count();
    assert_eq!(tried, 2);
    let requests = events.iter().find_map(|what| match what {
        Happening::BatchEnded { requests, .. } => Some(*requests),
        _ => None,
    });
    assert_eq!(requests, Some(4));
    let row = scene.row("echo.get", "a").await;
    let detail = scene.engine.call(row.call).await.unwrap();
    let kinds: Vec<&str> = detail
        .entries
        .iter()
        .map(|entry| entry.kind.as_str())
        .filter(|kind| !kind.starts_with("answer"))
        .collect();
    let story = [
        "call.requested",
        "call.decided",
        "call.sent",
        "attempt.ended",
        "call.sent",
        "attempt.ended",
        "call.sent",
        "call.ended",
    ];
    assert_eq!((kinds.as_slice(), detail.row.attempts), (story.as_slice(), 3));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_not_idempotent_is_sent_once_whatever_happens() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::Status(503), Times::Always);
    scene.script(vec![vec![("echo__write", json!({ "id": "a", "value": 1 }))]]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let events = scene.asked(question, watch).await.1;
    assert_eq!(outcomes(&events), [(Outcome::Failed, Some(FailureClass::Status))]);
    let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent, 1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_with_an_idempotency_key_is_sent_again_with_the_same_key() {
    let named = |toml: &mut String| {
        if toml.contains("name = \"echo\"") {
            toml.insert_str(0, "idempotency_header = \"Idempotency-Key\"\n");
        }
    };
    let scene = Scene::with(KeychainChoice::Memory, Plan::instant(), named).await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::LostAnswer, Times::Once);
    scene.script(vec![vec![("echo__write", json!({ "id": "a", "value": 1 }))]]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let events = scene.asked(question, watch).await.1;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None)]);
    let requests = scene.rehearsal.requests();
    let keys: Vec<_> = requests
        .iter()
        .filter(|request| request.path == "/echo/a")
        .map(|request| &request.idempotency_key)
        .collect();
    assert!(keys.len() == 2 && keys[0].is_some() && keys[0] == keys[1], "{keys:?}");
    assert_eq!(scene.rehearsal.echo_writes()["a"].len(), 1, "it was done once");
    scene.close().await;
}

/// It may have taken effect, and to call it failed would have the model write once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_is_cut_off_after_it_was_sent_is_unknown_and_sent_once() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::LostAnswer, Times::Always);
    scene.script(vec![vec![("echo__write", json!({ "id": "a", "value": 1 }))]]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let events = scene.asked(question, watch).await.1;
    assert_eq!(outcomes(&events), [(Outcome::Unknown, Some(FailureClass::Interrupted))]);
    assert_eq!(scene.rehearsal.echo_writes()["a"].len(), 1, "it did take effect");
    assert_eq!(scene.row("echo.write", "a").await.outcome, Some(Outcome::Unknown));
    let told = &scene.model_bodies()[1];
    assert!(told.contains("unknown: ") && told.contains("may have been done: look before"), "{told}");
    scene.close().await;
}

/// Attempts that the source turns away say nothing of the one before them, whether a turn makes them or a person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_was_cut_off_stays_unknown_until_its_source_says_yes_or_no() {
    let named = |toml: &mut String| {
        if toml.contains("name = \"echo\"") {
            toml.insert_str(0, "idempotency_header = \"Idempotency-Key\"\n");
        }
    };
    let scene = Scene::with(KeychainChoice::Memory, Plan::instant(), named).await;
    let turned_away = || [Fault::LostAnswer, Fault::Status(503), Fault::Status(503)];
    let unknown = (Outcome::Unknown, Some(FailureClass::Status));
    let says_why = |words: &str| {
        words.contains("503 Service Unavailable") && words.contains("An attempt before this one was cut off")
    };

    scene.rehearsal.faults().series("echo", "/echo/a", turned_away());
    scene.script(vec![vec![("echo__write", json!({ "id": "a", "value": 1 }))]]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let events = scene.asked(question, watch).await.1;
    assert_eq!(outcomes(&events), [unknown]);
    assert!(says_why(&scene.model_bodies()[1]), "{}", scene.model_bodies()[1]);

    scene.rehearsal.faults().series("echo", "/echo/b", turned_away());
    let write = "echo.write".parse().unwrap();
    let detail = scene.engine.call_tool(&write, r#"{"id": "b", "value": 1}"#, Approve::All).await.unwrap();
    assert_eq!(
        (detail.row.outcome, detail.row.failure, detail.row.attempts),
        (Some(unknown.0), unknown.1, 3)
    );
    assert_eq!(scene.rehearsal.echo_writes()["b"].len(), 1);

    scene.rehearsal.faults().series("echo", "/echo/c", [Fault::Reset, Fault::Status(409)]);
    let detail = scene.engine.call_tool(&write, r#"{"id": "c", "value": 1}"#, Approve::All).await.unwrap();
    assert_eq!((detail.row.outcome, detail.row.status), (Some(Outcome::Failed), Some(409)));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identical_reads_send_one_request_and_each_is_on_record() {
    let scene = Scene::in_memory().await;
    let other_order = ("echo__get", json!({ "ms": 20, "id": "a" }));
    let one = ("echo__get", json!({ "id": "a", "ms": 20 }));
    scene.script(vec![vec![one.clone(), get("b"), other_order, one]]);
    let (conversation, events) = scene.ask(None, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None); 4]);
    let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent, 1);
    let view = scene.engine.conversation(conversation).await.unwrap();
    let rows = &view.turns[0].batches[0].calls;
    let from: Vec<_> = rows.iter().map(|row| row.from).collect();
    assert_eq!(from, [None, None, Some(rows[0].call), Some(rows[0].call)]);
    assert_eq!(rows[3].size, rows[0].size);
    let shared = scene.engine.call(rows[3].call).await.unwrap();
    let result = shared.payloads.iter().find(|payload| payload.role == PayloadRole::Result);
    assert!(result.is_some_and(|result| result.text.contains("\"a\"")), "its result is the other's");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_and_what_it_touches_keep_the_model_s_order() {
    let scene = Scene::in_memory().await;
    let put = |value: u32| ("records__put", json!({ "id": "a", "ms": 60, "value": value }));
    let read = || ("records__get", json!({ "id": "a" }));
    scene.script(vec![vec![put(1), read(), put(2), ("records__get", json!({ "id": "b" })), read()]]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let events = scene.asked(question, watch).await.1;
    let waits = events.iter().filter(|what| {
        matches!(what, Happening::Waits { waiting: Waiting::Resource { resource, .. }, .. } if resource.ends_with("/a"))
    });
    assert!(waits.count() >= 3, "they say whom they wait for");
    let mut requests = scene.rehearsal.requests();
    requests.retain(|request| request.path == "/records/a");
    requests.sort_by_key(|request| request.began_us);
    let methods: Vec<&str> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["PUT", "GET", "PUT", "GET"]);
    for pair in requests.windows(2) {
        assert!(pair[0].ended_us.unwrap() <= pair[1].began_us, "they never overlap");
    }
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_with_too_many_calls_is_held_and_sends_nothing_until_a_person_says_so() {
    for allow in [true, false] {
        let scene = Scene::in_memory().await;
        let settings = RunSettings { batch_calls: 4, ..RunSettings::default() };
        scene.engine.save_run_settings(settings).await.unwrap();
        scene.script(vec![(0..6).map(|id| get(&id.to_string())).collect()]);
        let question = Question { early: Some(false), ..Question::new("Do it") };
        let events = scene
            .asked(question, async |engine, turn, what| {
                if let Happening::BatchHeld { batch, calls, limit, tools } = what {
                    assert_eq!((*calls, *limit, tools[0].count), (6, 4, 6));
                    assert!(scene.rehearsal.requests().iter().all(|request| request.service != "echo"));
                    let refused = Approval::Refused { reason: "too many".to_owned() };
                    let approval = if allow { Approval::Allowed } else { refused };
                    engine.release_batch(turn, *batch, approval).unwrap();
                }
            })
            .await
            .1;
        let expected = if allow { Outcome::Returned } else { Outcome::Refused };
        assert!(outcomes(&events).iter().all(|(outcome, _)| *outcome == expected), "{:?}", outcomes(&events));
        let sent = scene.rehearsal.requests().iter().filter(|request| request.service == "echo").count();
        assert_eq!(sent, if allow { 6 } else { 0 });
        scene.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_asks_to_wait_is_left_alone_by_all() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::RateLimited { retry_after: 1 }, Times::Once);
    scene.script(vec![vec![get("a")], vec![get("b"), get("c")]]);
    let (_, events) = scene.ask(None, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None); 3]);
    let requests = scene.rehearsal.requests();
    let began: Vec<u64> =
        requests.iter().filter(|request| request.service == "echo").map(|request| request.began_us).collect();
    assert!(began[1] - began[0] >= 1_000_000, "{began:?}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_source_waits_for_the_person_and_says_so() {
    let scene = Scene::in_memory().await;
    scene.engine.pause_source(&"echo".parse().unwrap()).await.unwrap();
    scene.script(vec![vec![get("a")]]);
    let (_, events) = scene
        .ask(None, async |engine, _, what| {
            if let Happening::Waits { waiting: Waiting::PausedByPerson { source }, .. } = what {
                assert!(scene.rehearsal.requests().iter().all(|request| request.service != "echo"));
                assert!(
                    engine
                        .sources()
                        .await
                        .unwrap()
                        .iter()
                        .any(|view| view.spec.name == *source && view.paused)
                );
                engine.resume_source(source).await.unwrap();
            }
        })
        .await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None)]);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_changes_arguments_and_the_model_s_own_stay_on_record() {
    let scene = Scene::in_memory().await;
    scene.script(vec![vec![("echo__write", json!({ "id": "a", "value": 1 }))]]);
    let arguments = r#"{"id": "b", "value": 2}"#;
    let (conversation, events) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                let tool = "echo.write".parse().unwrap();
                assert_eq!(engine.check_arguments(&tool, arguments).await.unwrap(), Vec::<String>::new());
                assert_ne!(engine.check_arguments(&tool, "{}").await.unwrap(), Vec::<String>::new());
                let edited = Approval::Edited { arguments: arguments.to_owned() };
                engine.approve(turn, vec![(asks[0].call, edited)]).unwrap();
            }
        })
        .await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None)]);
    let writes = scene.rehearsal.echo_writes();
    assert!(writes.contains_key("b") && !writes.contains_key("a"), "{writes:?}");
    let view = scene.engine.conversation(conversation).await.unwrap();
    let row = &view.turns[0].batches[0].calls[0];
    assert!(row.edited);
    let detail = scene.engine.call(row.call).await.unwrap();
    let arguments: Vec<&str> = detail
        .payloads
        .iter()
        .filter(|payload| payload.role == PayloadRole::Arguments)
        .map(|payload| payload.text.as_str())
        .collect();
    assert_eq!(arguments.len(), 2, "the model's and the person's");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_call_is_made_again_by_hand_and_the_next_question_goes_on_with_its_result() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::Status(404), Times::Once);
    scene.script(vec![vec![get("a")]]);
    let (conversation, events) = scene.ask(None, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Failed, Some(FailureClass::Status))]);
    let failed = scene.row("echo.get", "a").await;
    let again = scene.engine.retry_call(failed.call, None).await.unwrap();
    assert_eq!((again.row.outcome, again.row.retry_of), (Some(Outcome::Returned), Some(failed.call)));
    assert_eq!(again.row.handle.to_string(), "c2");
    let view = scene.engine.conversation(conversation).await.unwrap();
    assert_eq!(view.turns[0].retries.iter().map(|row| row.call).collect::<Vec<_>>(), [again.row.call]);

    scene.script(vec![]);
    scene.ask(Some(conversation), watch).await;
    let requests = scene.rehearsal.requests();
    let last = requests.iter().rev().find(|request| request.service == "model").unwrap();
    let body = last.body.as_deref().unwrap();
    assert!(body.contains("[c2] echo.get"), "the model is told of it: {body}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_of_a_long_result_is_read_from_the_record() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { shown_bytes: 2048, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    let rows: Vec<Value> = (0..500).map(|row| json!({ "row": row, "name": format!("name {row}") })).collect();
    let answer = Fault::Answer {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: json!({ "rows": rows }).to_string(),
    };
    scene.rehearsal.faults().set("echo", "/echo/a", answer, Times::Once);
    let read = ("tieout__read_result", json!({ "call": "c1", "pointer": "/rows", "offset": 250 }));
    let wrong = ("tieout__read_result", json!({ "call": "c9" }));
    scene.script(vec![vec![get("a")], vec![read, wrong]]);
    let (conversation, events) = scene.ask(None, watch).await;
    let ends = outcomes(&events);
    assert_eq!(ends[1], (Outcome::Returned, None));
    assert_eq!(ends[2], (Outcome::Failed, Some(FailureClass::InvalidArguments)));
    let sent = scene.rehearsal.requests().iter().filter(|request| request.service == "echo").count();
    assert_eq!(sent, 1, "nothing was asked twice");
    let view = scene.engine.conversation(conversation).await.unwrap();
    let [first, second] = [0, 1].map(|batch: usize| &view.turns[0].batches[batch].calls[0]);
    assert_eq!((second.tool.as_str(), second.from), ("tieout.read_result", Some(first.call)));
    let detail = scene.engine.call(second.call).await.unwrap();
    let result = detail.payloads.iter().find(|payload| payload.role == PayloadRole::Result).unwrap();
    assert!(result.text.contains("name 250") && !result.text.contains("name 249\""), "{}", result.text);
    assert!(result.text.len() <= 2048);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_straggler_goes_back_as_pending_and_can_be_read_later() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { straggler: Straggler::Pending { after_ms: 50 }, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    scene.script(vec![
        vec![("echo__get", json!({ "id": "slow", "ms": 600 })), get("b")],
        vec![("tieout__read_result", json!({ "call": "c1" }))],
    ]);
    let (conversation, events) = scene.ask(None, watch).await;
    assert!(events.iter().any(|what| matches!(what, Happening::Pending { .. })));
    assert!(events.iter().any(|what| matches!(what, Happening::Answer { .. })));
    let view = scene.engine.conversation(conversation).await.unwrap();
    let slow = &view.turns[0].batches[0].calls[0];
    let read = &view.turns[0].batches[1].calls[0];
    assert_eq!((slow.outcome, read.outcome), (Some(Outcome::Returned), Some(Outcome::Returned)));
    assert_eq!(read.from, Some(slow.call));
    let bodies = scene.model_bodies();
    assert!(bodies[1].contains("pending: it is still under way"), "{}", bodies[1]);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_straggler_is_hedged_once() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { straggler: Straggler::Hedge { after_ms: 50 }, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    scene.rehearsal.faults().set("echo", "/echo/a", Fault::Hang, Times::Once);
    scene.script(vec![vec![get("a")]]);
    let (_, events) = scene.ask(None, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None)]);
    let sent = scene.rehearsal.requests().iter().filter(|request| request.path == "/echo/a").count();
    assert_eq!(sent, 2);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_has_a_deadline_and_a_person_can_cancel_it() {
    for by_person in [true, false] {
        let scene = Scene::in_memory().await;
        if !by_person {
            let settings = RunSettings { batch_deadline_ms: 1000, ..RunSettings::default() };
            scene.engine.save_run_settings(settings).await.unwrap();
        }
        scene.script(vec![vec![("echo__get", json!({ "id": "a", "ms": 5000 })), get("b")]]);
        let question = Question { early: Some(false), ..Question::new("Do it") };
        let events = scene
            .asked(question, async |engine, turn, what| {
                if let Happening::BatchStarted { batch, .. } = what
                    && by_person
                {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    engine.cancel_batch(turn, *batch).unwrap();
                }
            })
            .await
            .1;
        let expected = if by_person { Outcome::Cancelled } else { Outcome::TimedOut };
        assert_eq!(outcomes(&events)[0].0, expected);
        assert_eq!(outcomes(&events)[1].0, Outcome::Returned);
        assert!(events.iter().any(|what| matches!(what, Happening::Answer { .. })), "the turn goes on");
        scene.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_its_source_calls_fresh_is_used_again_within_the_turn() {
    let fresh = Plan { fresh_for: Some(Duration::from_secs(60)), ..Plan::instant() };
    let scene = Scene::with(KeychainChoice::Memory, fresh, |_| {}).await;
    let read = || ("records__get", json!({ "id": "a" }));
    let put = ("records__put", json!({ "id": "a", "value": 2 }));
    scene.script(vec![
        vec![("records__put", json!({ "id": "a", "value": 1 }))],
        vec![read()],
        vec![read()],
        vec![put, read()],
    ]);
    let question = Question { approve: Approve::All, ..Question::new("Do it") };
    let (conversation, _) = scene.asked(question, watch).await;
    let view = scene.engine.conversation(conversation).await.unwrap();
    let calls = |batch: usize| &view.turns[0].batches[batch].calls;
    assert_eq!(calls(2)[0].from, Some(calls(1)[0].call), "it is used again");
    assert_eq!(calls(3)[1].from, None, "a write on it came between");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_is_stopped_while_it_waits_sends_nothing_more() {
    let scene = Scene::in_memory().await;
    scene.engine.pause_source(&"echo".parse().unwrap()).await.unwrap();
    scene.script(vec![(0..4).map(|id| get(&id.to_string())).collect()]);
    let (_, events) = scene
        .ask(None, async |engine, turn, what| {
            if matches!(what, Happening::Waits { .. }) {
                // Said once for each call; a turn that is over hears no more.
                let _over = engine.stop(turn);
            }
        })
        .await;
    assert!(matches!(events.last(), Some(Happening::TurnEnded { stopped: Some(Stopped::Cancelled), .. })));
    assert!(scene.rehearsal.requests().iter().all(|request| request.service != "echo"));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_calls_of_a_large_batch_leave_while_the_last_are_still_being_recorded() {
    let scene = Scene::in_memory().await;
    let settings = RunSettings { in_flight: 200, batch_calls: 200, ..RunSettings::default() };
    scene.engine.save_run_settings(settings).await.unwrap();
    scene.script(vec![(0..200).map(|id| get(&format!("n{id}"))).collect()]);
    let question = Question { early: Some(false), ..Question::new("Do it") };
    let (conversation, events) = scene.asked(question, watch).await;
    assert_eq!(outcomes(&events), [(Outcome::Returned, None); 200]);
    let view = scene.engine.conversation(conversation).await.unwrap();
    let calls = &view.turns[0].batches[0].calls;
    let first = scene.entry(calls[0].call, "call.sent").await;
    let last = scene.entry(calls[199].call, "call.requested").await;
    assert!(first < last, "the first left with entry {first}, the last was asked for with entry {last}");
    scene.close().await;
}
