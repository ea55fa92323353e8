//! What trying a model shows, what is learnt, and what a turn cost.

use domain::id::Seq;
use domain::model::{Capabilities, Price};
use domain::time::Micros;
use engine::{Checked, Code, Question};
use serde_json::json;

use crate::scene::{Scene, watch};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_model_is_shown_the_workspace_s_own_keys() {
    let scene = Scene::in_memory().await;
    let mut spec = scene.engine.models().await.unwrap().remove(0).spec;
    spec.secret = Some("workspace-root".parse().unwrap());
    let size = scene.engine.size().await.unwrap();
    let report = scene.engine.test_model(&spec).await.unwrap();
    assert!(report.checks.iter().any(|check| check.what == Checked::Key && check.ok == Some(false)));
    assert_eq!(scene.engine.size().await.unwrap(), size, "nothing was about to leave");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_says_each_thing_that_it_saw_and_keeps_what_it_learnt() {
    let scene = Scene::in_memory().await;
    let spec = scene.engine.models().await.unwrap().remove(0).spec;
    scene.script(vec![vec![
        ("trial__weather", json!({ "city": "Lisbon" })),
        ("trial__local_time", json!({ "city": "Lisbon" })),
    ]]);
    let report = scene.engine.test_model(&spec).await.unwrap();
    let said: Vec<_> = report.checks.iter().map(|check| (check.what, check.ok)).collect();
    assert_eq!(
        said,
        [
            (Checked::Reachable, Some(true)),
            (Checked::Key, Some(true)),
            (Checked::Streams, Some(true)),
            (Checked::Tools, Some(true)),
            (Checked::Parallel, Some(true)),
            (Checked::Context, None),
            (Checked::Speed, Some(true)),
        ]
    );
    let learnt = scene.engine.models().await.unwrap().remove(0).learnt;
    assert_eq!((learnt.tools, learnt.parallel), (Some(true), Some(true)));
    // The prompt, what that taught, and the list of models that was asked for after it: each request announced.
    let size = scene.engine.size().await.unwrap();
    let mut kinds = Vec::new();
    for seq in size - 5..size {
        kinds.push(scene.engine.entry(Seq(seq)).await.unwrap().kind);
    }
    assert_eq!(
        kinds,
        ["model.called", "model.returned", "settings.changed", "model.called", "model.returned"]
    );
    // Another model under the same name has shown nothing.
    scene.engine.save_model(domain::model::ModelSpec { model: "other".to_owned(), ..spec }).await.unwrap();
    assert_eq!(scene.engine.models().await.unwrap().remove(0).learnt, Capabilities::default());
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_without_tools_says_so_and_is_sent_nothing() {
    let scene = Scene::in_memory().await;
    let mut spec = scene.engine.models().await.unwrap().remove(0).spec;
    spec.capabilities.tools = Some(false);
    scene.engine.save_model(spec).await.unwrap();
    let before = scene.engine.size().await.unwrap();
    let refused = scene.engine.ask(Question::new("Do it")).await.map(drop).unwrap_err();
    assert_eq!(refused.code(), Code::BadInput);
    assert!(refused.to_string().contains("can't ask for tools"), "{refused}");
    assert_eq!(scene.engine.size().await.unwrap(), before);
    assert_eq!(scene.model_bodies(), Vec::<String>::new());
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_a_conversation_and_a_day_know_what_they_cost() {
    let scene = Scene::in_memory().await;
    let mut spec = scene.engine.models().await.unwrap().remove(0).spec;
    let price = Price { input: 2_000_000, cached: None, output: 8_000_000 };
    spec.capabilities.price = Some(price);
    scene.engine.save_model(spec).await.unwrap();
    scene.script(vec![vec![("echo__get", json!({ "id": "a" })), ("echo__get", json!({ "id": "b" }))]]);
    let (conversation, _) = scene.ask(None, watch).await;
    let view = scene.engine.conversation(conversation).await.unwrap();
    let spent = view.turns[0].spent;
    assert_eq!((spent.requests, spent.failures, spent.unpriced), (2, 0, 0));
    assert!(spent.usage.input > 0 && spent.usage.output > 0, "{spent:?}");
    // Each of the two is rounded up by itself.
    let exact = price.of(spent.usage);
    assert!((exact..=exact + 1).contains(&spent.cost), "{spent:?}");
    assert_eq!(view.row.spent, spent);
    let days = scene.engine.usage(Micros(0)).await.unwrap();
    assert_eq!(days.iter().map(|day| day.spent.cost).sum::<u64>(), spent.cost);
    scene.close().await;
}
