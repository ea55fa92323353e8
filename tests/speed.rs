//! Promise 4: a batch takes as long as its slowest call. No test here fails because a machine is slow: the ratio is
//! printed, and only a batch that plainly ran one after another fails.

use domain::fact::Fact;
use engine::Question;
use rehearsal::{Plan, Rehearsal};
use serde_json::json;

use crate::scene::{Scene, call};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_takes_as_long_as_its_slowest_call() {
    let scene = Scene::of(Plan { model_pace: rehearsal::Pace::Instant, ..Plan::default() }).await;
    let told = scene.ask(Rehearsal::demo_question().text).await;
    let [batch] = &told.batches()[..] else { panic!("the demo's question makes one batch") };
    assert_eq!(batch.calls.len(), 15);
    let slowest = told.endings().into_iter().map(|(_, ended)| ended.took_ms).max().unwrap();
    let ratio = f64::from(batch.elapsed_ms) / f64::from(slowest);
    println!(
        "speed: 15 calls in {} ms, the slowest in {slowest} ms ({ratio:.3}), one after another {} ms",
        batch.elapsed_ms, batch.sequential_ms
    );
    assert!(batch.elapsed_ms * 2 < batch.sequential_ms, "one after another, or nearly");
    scene.close().await;
}

/// All 128 stand at the server at one time: each is answered only because the others came as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_of_a_batch_is_out_before_the_first_returns() {
    let scene = Scene::instant().await;
    let asks = (0..64)
        .map(|place| call(&place.to_string(), "echo__get", json!({ "id": place.to_string(), "ms": 5_000 })));
    let told = scene.batch(asks.collect()).await;
    assert_eq!(told.calls().len(), 64);
    let mut out = 0;
    for fact in scene.record().await.facts() {
        match fact {
            Fact::CallSent { .. } => out += 1,
            Fact::CallEnded { .. } => break,
            _ => {}
        }
    }
    assert_eq!(out, 64);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_at_a_time_is_one_at_a_time_and_in_order() {
    let scene = Scene::instant().await;
    let wait = |id: &str, ms: u32| call(id, "echo__get", json!({ "id": id, "ms": ms }));
    scene.script(vec![wait("a", 60), wait("b", 0), wait("c", 30), wait("d", 0)]);
    let told = scene.put(Question { sequential: Some(true), ..Question::new("Do it") }).await;
    let calls: Vec<_> = told.calls().iter().map(|call| call.id).collect();
    let record = scene.record().await;
    let story = record.facts().filter_map(|fact| match fact {
        Fact::CallSent { call, .. } => Some((*call, "sent")),
        Fact::CallEnded { call, .. } => Some((*call, "ended")),
        _ => None,
    });
    let story: Vec<_> = story.collect();
    let expected: Vec<_> = calls.iter().flat_map(|call| [(*call, "sent"), (*call, "ended")]).collect();
    assert_eq!(story, expected);
    assert_eq!(scene.prompts()[0]["parallel_tool_calls"], json!(false), "the model is told");
    scene.close().await;
}
