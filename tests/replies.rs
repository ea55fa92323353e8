//! Headers and messages that nobody should write: none makes a turn wait for long, take a wrong turn, or send what was
//! not asked for.

use std::time::{Duration, Instant};

use domain::call::{Approval, Approve};
use domain::event::Happening;
use domain::fact::Dropped;
use domain::outcome::{FailureClass, Outcome};
use engine::Question;
use rehearsal::{Fault, Revision, Script, ScriptedCall, ScriptedMessage, ScriptedReply, Times};
use serde_json::json;

use crate::scene::{Scene, call, soon};

/// Far less than any of the waits that are asked for, far more than a turn takes.
const NOT_WAITED: Duration = Duration::from_secs(50);

fn answer(status: u16, headers: &[(&str, &str)]) -> Fault {
    let json = [("Content-Type", "application/json")];
    let headers = json.iter().chain(headers).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Fault::Answer { status, headers: headers.collect(), body: "{}".to_owned() }
}

async fn get(scene: &Scene, id: &str) -> (Outcome, Option<FailureClass>, String) {
    let told = scene.batch(vec![call("a", "echo__get", json!({ "id": id }))]).await;
    let ended = told.endings()[0].1;
    (ended.outcome, ended.failure, ended.words.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_asks_for_a_year_gets_no_year() {
    let scene = Scene::instant().await;
    let began = Instant::now();
    scene.rehearsal.faults().set(
        "echo",
        "/echo/a",
        answer(429, &[("Retry-After", "31536000")]),
        Times::Always,
    );
    let (outcome, failure, words) = get(&scene, "a").await;
    assert_eq!((outcome, failure), (Outcome::Failed, Some(FailureClass::Status)), "{words}");
    assert_eq!(scene.received("echo"), 1, "it is not asked again");
    // What it asked for holds for all of it, so the next call is not sent and says why, at once.
    let (outcome, failure, words) = get(&scene, "b").await;
    assert_eq!((outcome, failure), (Outcome::Failed, Some(FailureClass::Paused)), "{words}");
    assert!(words.contains("asks to wait") && words.contains("Ask again later"), "{words}");
    assert_eq!(scene.received("echo"), 1);
    assert!(began.elapsed() < NOT_WAITED);
    // Another source is not held up by it, and a person sees what it asks for.
    let told = scene.batch(vec![call("a", "records__list", json!({}))]).await;
    assert_eq!(told.outcomes(), [Outcome::Returned]);
    let echo = scene.engine.sources().await.unwrap();
    let echo = echo.iter().find(|view| view.spec.name.as_str() == "echo").unwrap();
    assert!(echo.asks_to_wait_ms > 60_000, "{}", echo.asks_to_wait_ms);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_of_nonsense_make_nobody_wait() {
    let scene = Scene::instant().await;
    let began = Instant::now();
    for (place, value) in ["-1", "soon", "", "1e9", "0x10", "Thu, 99 Foo 2026"].iter().enumerate() {
        let id = format!("after{place}");
        let fault = answer(429, &[("Retry-After", *value)]);
        scene.rehearsal.faults().set("echo", &format!("/echo/{id}"), fault, Times::Once);
        let (outcome, _, words) = get(&scene, &id).await;
        assert_eq!(outcome, Outcome::Returned, "Retry-After: {value}: {words}");
    }
    for (place, headers) in [
        &[("RateLimit", "lots")][..],
        &[("RateLimit", "\"default\";r=0;t=-5")],
        &[("RateLimit", "\"default\";r=-1;t=9999999")],
        &[("RateLimit", "\"a\";r=0;t=\"x\", ;;")],
        &[("RateLimit-Remaining", "none"), ("RateLimit-Reset", "tomorrow")],
        &[("RateLimit-Remaining", "-3"), ("RateLimit-Reset", "60")],
        &[("RateLimit-Remaining", "0"), ("RateLimit-Reset", "-60")],
        &[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "yesterday")],
        &[("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1000000000")],
    ]
    .iter()
    .enumerate()
    {
        for step in ["first", "second"] {
            let id = format!("quota{place}{step}");
            scene.rehearsal.faults().set("echo", &format!("/echo/{id}"), answer(200, headers), Times::Once);
            let (outcome, _, words) = get(&scene, &id).await;
            assert_eq!(outcome, Outcome::Returned, "{headers:?}, {step}: {words}");
        }
    }
    assert!(began.elapsed() < NOT_WAITED);
    scene.close().await;
}

/// Held, and refused: none of ten thousand is sent, each has an outcome, and the model is told to ask for fewer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_of_one_id_are_held_and_can_be_refused() {
    const CALLS: usize = 10_000;
    let scene = Scene::instant().await;
    scene.script(
        (0..CALLS).map(|place| call("same", "echo__get", json!({ "id": place.to_string() }))).collect(),
    );
    let question = Question { early: Some(false), approve: Approve::All, ..Question::new("Do it") };
    let run = scene.engine.ask(question).await.unwrap();
    let mut held = None;
    let told = scene
        .hear_and(run, |engine, run, what| {
            if let Happening::BatchHeld { batch, calls, limit, .. } = what {
                held = Some((*calls, *limit));
                assert_eq!(scene.received("echo"), 0, "held means not a byte");
                let refused = Approval::Refused { reason: "far too many".to_owned() };
                engine.release_batch(run.turn, *batch, refused).unwrap();
            }
        })
        .await;
    assert_eq!(held, Some((10_000, 128)));
    assert_eq!(scene.received("echo"), 0);
    let results = scene.results();
    assert_eq!(results.len(), CALLS);
    let mut ids: Vec<&String> = results.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), CALLS, "each result has an id of its own");
    let words = &results[CALLS - 1].1;
    assert!(words.contains("ask for fewer") && words.contains("far too many"), "{words}");
    let refused = told
        .events
        .iter()
        .filter(|event| {
            matches!(&event.what, Happening::CallEnded { ended, .. } if ended.outcome == Outcome::Refused)
        })
        .count();
    assert_eq!(refused, CALLS);
    // As `Scene::close` does, but for reading forty thousand entries one by one.
    crate::scene::record::verified(&scene.engine).await;
    assert_eq!(scene.engine.stats().await.unwrap().open_calls, 0);
    scene.engine.shutdown().await;
    soon("the company closes", scene.rehearsal.stop()).await;
}

/// The model goes on in the arguments of a call that it had left: what started by the first reading is not used, what it
/// says now is what counts, and what it says now is no JSON.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_changed_after_the_next_began_counts_as_it_is_at_the_end() {
    let scene = Scene::instant().await;
    let get = |id: &str| ScriptedCall::new(id, "echo__get", json!({ "id": id }).to_string());
    let message = ScriptedMessage {
        calls: vec![get("a"), get("b"), get("c")],
        revisions: vec![Revision { of: 0, after: 1, arguments: ", \"ms\": 5}".to_owned() }],
        ..ScriptedMessage::default()
    };
    scene
        .rehearsal
        .model_script(Script::new([ScriptedReply::Message(message), ScriptedReply::text("Done.")]));
    let told = scene.ask("Do it").await;
    let dropped = told.events.iter().filter_map(|event| match &event.what {
        Happening::CallDropped { call, why } => Some((*call, *why)),
        _ => None,
    });
    let dropped: Vec<_> = dropped.collect();
    assert!(dropped.iter().all(|(_, why)| *why == Dropped::Changed), "{dropped:?}");
    let [batch] = &told.batches()[..] else { panic!("one batch") };
    assert_eq!(batch.calls.len(), 3);
    let ends: Vec<_> = batch.calls.iter().map(|call| told.ending(*call)).collect();
    assert_eq!((ends[0].outcome, ends[0].failure), (Outcome::Failed, Some(FailureClass::InvalidArguments)));
    assert_eq!([ends[1].outcome, ends[2].outcome], [Outcome::Returned; 2]);
    assert!(dropped.iter().all(|(call, _)| !batch.calls.contains(call)));
    let results = scene.results();
    assert!(results[0].1.contains("not JSON"), "{}", results[0].1);
    assert_eq!(results.len(), 3, "what was dropped is no part of the conversation");
    scene.close_unheard().await;
}

/// A call whose arguments never become JSON stands first. Those behind it may be reads that it must come before, so
/// nothing of the message starts early.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_starts_early_behind_a_call_that_is_not_whole() {
    let scene = Scene::instant().await;
    let get = |id: &str| ScriptedCall::new(id, "records__get", json!({ "id": id }).to_string());
    let put = ScriptedCall::new("put", "records__put", "{\"id\": \"a\", \"value\": 1");
    let message = ScriptedMessage {
        calls: vec![put, get("a"), get("b"), get("a")],
        revisions: vec![Revision { of: 0, after: 2, arguments: "}".to_owned() }],
        ..ScriptedMessage::default()
    };
    scene
        .rehearsal
        .model_script(Script::new([ScriptedReply::Message(message), ScriptedReply::text("Done.")]));
    let question = Question { approve: Approve::All, early: Some(true), ..Question::new("Do it") };
    let told = scene.put(question).await;
    assert_eq!(told.calls().len(), 4);
    let place = |wanted: fn(&Happening) -> bool| told.events.iter().position(|event| wanted(&event.what));
    let sealed = place(|what| matches!(what, Happening::BatchStarted { .. })).unwrap();
    let first = place(|what| matches!(what, Happening::Dispatched { .. })).unwrap();
    assert!(sealed < first, "something left before the message was whole");
    // The record is there for the read behind the write, and was not before.
    let results = scene.results();
    assert!(results[1].1.contains("\"value\":1"), "{}", results[1].1);
    assert_eq!(told.outcomes()[1], Outcome::Returned);
    scene.close().await;
}
