//! A model that is busy, cut off, silent, or asked too much: what is waited for, what is asked again, what is said, and that
//! each attempt is on record before it leaves.

use std::time::{Duration, Instant};

use domain::event::{Happening, RunEvent};
use domain::fact::{Dropped, Fact, Stopped};
use domain::model::ModelFailure;
use domain::run::RunSettings;
use engine::Question;
use rehearsal::{Fault, Pace, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd, Times};
use serde_json::json;

use crate::scene::told::Told;
use crate::scene::{Scene, call};

/// How the model was waited for: attempt, kind, and milliseconds.
fn waits(told: &Told) -> Vec<(u32, ModelFailure, u32)> {
    let waits = told.events.iter().filter_map(|RunEvent { what, .. }| match what {
        Happening::ModelWaits { attempt, failure, wait_ms, words } => {
            assert!(!words.is_empty());
            Some((*attempt, *failure, *wait_ms))
        }
        _ => None,
    });
    waits.collect()
}

/// The ends of requests to models, in order.
async fn returned(scene: &Scene) -> Vec<Option<ModelFailure>> {
    let record = scene.record().await;
    let returned = record.facts().filter_map(|fact| match fact {
        Fact::ModelReturned { failure, .. } => Some(*failure),
        _ => None,
    });
    returned.collect()
}

async fn failure(scene: &Scene) -> (Told, ModelFailure) {
    let told = scene.ask("Do it").await;
    let failure = match told.events.last().map(|event| &event.what) {
        Some(Happening::TurnEnded { failure, .. }) => failure.unwrap(),
        other => panic!("{other:?}"),
    };
    (told, failure)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_is_waited_for_and_each_attempt_is_on_record() {
    let scene = Scene::instant().await;
    let began = Instant::now();
    let replies =
        [ScriptedReply::rate_limited(1), ScriptedReply::overloaded(529), ScriptedReply::text("Done.")];
    scene.rehearsal.model_script(Script::new(replies));
    let told = scene.ask("Do it").await;
    assert_eq!(told.answer().text, "Done.");
    let [limited, busy] = waits(&told)[..] else { panic!("{:?}", waits(&told)) };
    assert_eq!(limited, (2, ModelFailure::RateLimited, 1000));
    assert!(busy.0 == 3 && busy.1 == ModelFailure::Overloaded && busy.2 > 0, "{busy:?}");
    assert!(began.elapsed() >= Duration::from_secs(1), "the provider's word is honoured");
    let ends = [Some(ModelFailure::RateLimited), Some(ModelFailure::Overloaded), None];
    assert_eq!(returned(&scene).await, ends);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_is_too_long_and_a_quota_end_the_turn_at_once() {
    let scene = Scene::instant().await;
    let quota =
        json!({ "error": { "message": "You exceeded your current quota", "code": "insufficient_quota" } });
    let quota = ScriptedReply::Status { status: 429, retry_after: Some(1), body: quota };
    for (reply, kind) in [
        (ScriptedReply::rate_limited(3600), ModelFailure::RateLimited),
        (quota, ModelFailure::QuotaUsedUp),
        (ScriptedReply::refused_key(), ModelFailure::KeyRefused),
    ] {
        scene.rehearsal.model_script(Script::new([reply]));
        let (told, failed) = failure(&scene).await;
        assert_eq!(failed, kind);
        assert_eq!((told.end().0, waits(&told)), (Some(Stopped::Model), Vec::new()));
    }
    assert_eq!(scene.received("model"), 3, "nothing is asked twice");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_have_an_end() {
    let scene = Scene::instant().await;
    let run = RunSettings { model_attempts: 2, ..RunSettings::default() };
    scene.engine.save_run_settings(run).await.unwrap();
    scene.rehearsal.model_script(Script::new((0..3).map(|_| ScriptedReply::rate_limited(0))));
    let (told, failed) = failure(&scene).await;
    assert_eq!(failed, ModelFailure::RateLimited);
    assert!(told.end().1.contains("asked 2 times"), "{}", told.end().1);
    assert_eq!(scene.received("model"), 2);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_for_the_model_can_be_stopped() {
    let scene = Scene::instant().await;
    scene.rehearsal.model_script(Script::new([ScriptedReply::rate_limited(100)]));
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let began = Instant::now();
    let told = scene
        .hear_and(run, |engine, run, what| {
            if matches!(what, Happening::ModelWaits { .. }) {
                engine.stop(run.turn).unwrap();
            }
        })
        .await;
    assert_eq!(told.end().0, Some(Stopped::Cancelled));
    assert!(told.end().1.contains("stopped"), "{}", told.end().1);
    assert!(began.elapsed() < Duration::from_secs(90), "nobody waits on");
    assert_eq!(scene.received("model"), 1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_stream_is_asked_for_once_more() {
    let scene = Scene::instant().await;
    let cut = || {
        ScriptedReply::Message(ScriptedMessage {
            text: vec!["Half of ".to_owned(), "an answer".to_owned()],
            ends_after: Some((1, StreamEnd::Cut)),
            ..ScriptedMessage::default()
        })
    };
    scene.rehearsal.model_script(Script::new([cut(), ScriptedReply::text("All of it.")]));
    let told = scene.ask("Do it").await;
    assert_eq!(told.answer().text, "All of it.");
    assert_eq!(waits(&told), [(2, ModelFailure::CutStream, 0)]);
    let prompts = scene.prompts();
    assert_eq!(prompts[0], prompts[1], "the same is asked, from the start");

    scene.rehearsal.model_script(Script::new([cut(), cut(), ScriptedReply::text("Never asked for.")]));
    let (_, failed) = failure(&scene).await;
    assert_eq!(failed, ModelFailure::CutStream, "once and no more");
    assert_eq!(scene.received("model"), 4);
    scene.close().await;
}

/// What was run can't be unrun: the turn ends, and asking again is the person's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_stream_whose_calls_have_left_ends_the_turn() {
    let scene = Scene::instant().await;
    let call = |id: &str| {
        ScriptedCall::new(format!("call_{id}"), "echo__get", json!({ "id": id }).to_string()).in_tokens(10)
    };
    let cut = ScriptedMessage {
        calls: vec![call("a"), call("b"), call("c")],
        pace: Some(Pace::Tokens { first: Duration::from_millis(10), per_second: 100 }),
        ends_after: Some((25, StreamEnd::Cut)),
        ..ScriptedMessage::default()
    };
    let replies = [ScriptedReply::Message(cut), ScriptedReply::text("Never asked for.")];
    scene.rehearsal.model_script(Script::new(replies));
    let question = Question { early: Some(true), ..Question::new("Do it") };
    let told = scene.put(question).await;
    assert_eq!(told.end().0, Some(Stopped::Model));
    assert!(waits(&told).is_empty());
    let dropped = told
        .events
        .iter()
        .any(|event| matches!(event.what, Happening::CallDropped { why: Dropped::Failed, .. }));
    assert!(dropped && scene.received("echo") > 0, "an early call had left");
    assert_eq!(scene.received("model"), 1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_is_too_long_is_shortened_and_asked_again() {
    let scene = Scene::instant().await;
    let long = || call("a", "echo__big", json!({ "bytes": 60_000 }));
    let replies = [
        ScriptedReply::calls([long()]),
        ScriptedReply::text("First."),
        ScriptedReply::calls([call("b", "echo__get", json!({ "id": "short" }))]),
        ScriptedReply::context_too_long(),
        ScriptedReply::calls([call("c", "tieout__read_result", json!({ "call": "c1", "offset": 30_000 }))]),
        ScriptedReply::text("Second."),
    ];
    scene.rehearsal.model_script(Script::new(replies));
    let first = scene.ask("Do it").await;
    let question = Question { conversation: Some(first.conversation), ..Question::new("Go on") };
    let told = scene.put(question).await;
    assert_eq!(told.answer().text, "Second.");
    assert_eq!(waits(&told), [(2, ModelFailure::ContextTooLong, 0)]);
    let shortened: Vec<u32> = told
        .events
        .iter()
        .filter_map(|event| match event.what {
            Happening::Shortened { results } => Some(results),
            _ => None,
        })
        .collect();
    assert_eq!(shortened, [1]);

    let lengths: Vec<usize> = scene.prompts().iter().map(|prompt| prompt.to_string().len()).collect();
    assert!(lengths[3] > 60_000 && lengths[4] < lengths[3] / 2, "{lengths:?}");
    let prompts = scene.prompts();
    assert!(prompts[4].to_string().contains("read_result"), "the cut says how to read on");
    let (_, page) = scene.results().pop().unwrap();
    assert!(page.len() > 10_000, "the record has it whole: {page}");
    let record = scene.record().await;
    let recorded = record.facts().filter_map(|fact| match fact {
        Fact::ModelCalled { shortened, .. } => Some(*shortened),
        _ => None,
    });
    assert_eq!(recorded.collect::<Vec<_>>(), [0, 0, 0, 0, 1, 0]);
    let read_back = scene.engine.conversation(first.conversation).await.unwrap();
    let said: Vec<u32> = read_back.turns.iter().map(|turn| turn.shortened).collect();
    assert_eq!(said, [0, 1], "the turn says from the record what it said while it ran");
    scene.close().await;
}

/// Where the model's context is known, nobody has to be told that it is too small.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_context_is_kept_to_before_anything_is_sent() {
    let scene = Scene::instant().await;
    let mut spec = scene.engine.models().await.unwrap().remove(0).spec;
    spec.capabilities.context = Some(20_000);
    scene.engine.save_model(spec).await.unwrap();
    let long = |id: &str, bytes: u32| call(id, "echo__big", json!({ "bytes": bytes }));
    let told = scene.batch(vec![long("a", 60_000), long("b", 60_001)]).await;
    assert_eq!(told.answer().text, "Done.");
    let sent = scene.prompts()[1].to_string().len();
    assert!(sent < 20_000 * 4, "{sent} bytes");
    assert!(told.events.iter().any(|event| event.what == Happening::Shortened { results: 2 }));
    assert!(waits(&told).is_empty());
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_does_not_begin_and_one_that_stops_say_which() {
    let scene = Scene::instant().await;
    let run = RunSettings { first_word_ms: 1000, word_pause_ms: 1000, ..RunSettings::default() };
    scene.engine.save_run_settings(run).await.unwrap();
    scene.rehearsal.faults().set("model", "/", Fault::Hang, Times::Once);
    let (told, failed) = failure(&scene).await;
    assert_eq!(failed, ModelFailure::TimedOut);
    assert!(told.end().1.contains("first word"), "{}", told.end().1);

    let stops = ScriptedMessage {
        text: vec!["Let me think. ".to_owned(); 3],
        ends_after: Some((2, StreamEnd::Hang)),
        ..ScriptedMessage::default()
    };
    scene.rehearsal.model_script(Script::new([ScriptedReply::Message(stops)]));
    let (told, failed) = failure(&scene).await;
    assert_eq!(failed, ModelFailure::TimedOut);
    assert!(told.end().1.contains("between words"), "{}", told.end().1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_proxy_is_no_model_and_the_wire_shows_it() {
    let scene = Scene::instant().await;
    scene.rehearsal.faults().set("model", "/", Fault::Html, Times::Once);
    let run = scene.engine.ask(Question::new("Do it")).await.unwrap();
    let turn = run.turn;
    let told = scene.hear_and(run, |_, _, _| {}).await;
    assert!(told.end().1.contains("web page"), "{}", told.end().1);

    let wire = scene.engine.wire(turn, usize::MAX).await.unwrap();
    let [exchange] = &wire[..] else { panic!("{wire:#?}") };
    let sent = exchange.sent.as_ref().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&sent.text).unwrap(), scene.prompts()[0]);
    let returned = exchange.returned.as_ref().unwrap();
    assert_eq!(returned.failure, Some(ModelFailure::NotAModel));
    let received = returned.received.as_ref().unwrap();
    assert!(received.media.starts_with("text/html") && received.text.contains("<html"), "{received:?}");
    scene.close().await;
}
