//! Promise 3: every call of a batch gets a result, returned in one message, in the model's order.

use domain::fact::Stopped;
use engine::Question;
use rehearsal::{Script, ScriptedReply};
use serde_json::{Value, json};

use crate::scene::{Scene, call};

/// The messages that follow the model's own in its last prompt.
fn follow_up(prompt: &Value) -> (Value, Vec<Value>) {
    let messages = prompt["messages"].as_array().unwrap();
    let place = messages.iter().rposition(|message| message["role"] == "assistant").unwrap();
    (messages[place].clone(), messages[place + 1..].to_vec())
}

/// The slowest comes first and the unfit in between, so that neither time nor failure can put them in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_follow_up_has_every_result_in_the_models_order() {
    let scene = Scene::instant().await;
    let told = scene
        .batch(vec![
            call("one", "echo__get", json!({ "id": "slowest", "ms": 400 })),
            call("two", "nothing__here", json!({})),
            call("three", "echo__get", json!({ "id": "middle", "ms": 200 })),
            call("four", "echo__get", json!({})),
            call("one", "echo__html", json!({})),
            call("", "echo__get", json!({ "id": "quickest" })),
        ])
        .await;
    assert_eq!(told.batches().len(), 1);
    let prompts = scene.prompts();
    assert_eq!(prompts.len(), 2, "one follow-up for the batch");
    let (message, results) = follow_up(&prompts[1]);
    let ids = |values: &[Value], key: &str| {
        values.iter().map(|value| value[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let asked = ids(message["tool_calls"].as_array().unwrap(), "id");
    assert_eq!(asked, ids(&results, "tool_call_id"), "each result answers its call, in its order");
    let mut distinct = asked.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 6, "an id that the model gave twice is told apart: {asked:?}");

    let contents = ids(&results, "content");
    let begins = [
        "[c1] echo.get\n",
        "[c2]\n",
        "[c3] echo.get\n",
        "[c4] echo.get\n",
        "[c5] echo.html\n",
        "[c6] echo.get\n",
    ];
    for (content, begin) in contents.iter().zip(begins) {
        assert!(content.starts_with(begin), "{content}");
    }
    assert!(
        contents[0].contains("slowest") && contents[2].contains("middle") && contents[5].contains("quickest")
    );
    for failed in [1, 3, 4] {
        assert!(contents[failed].contains("failed: "), "{}", contents[failed]);
    }
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_question_has_one_follow_up_for_each_batch() {
    let scene = Scene::instant().await;
    for question in rehearsal::Rehearsal::questions() {
        let before = scene.prompts().len();
        let told = scene.ask(question.text).await;
        let prompts = scene.prompts().split_off(before);
        assert_eq!(prompts.len(), told.batches().len() + 1, "{}", question.id);
        for (batch, prompt) in told.batches().iter().zip(&prompts[1..]) {
            let (message, results) = follow_up(prompt);
            assert_eq!(message["tool_calls"].as_array().unwrap().len(), batch.calls.len(), "{}", question.id);
            assert_eq!(results.len(), batch.calls.len(), "{}", question.id);
        }
    }
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles_go_on_through_a_conversation() {
    let scene = Scene::instant().await;
    let first = scene
        .batch(vec![call("a", "echo__get", json!({ "id": "x" })), call("b", "echo__html", json!({}))])
        .await;
    scene.script(vec![call("a", "echo__get", json!({ "id": "y" }))]);
    let second =
        scene.put(Question { conversation: Some(first.conversation), ..Question::new("And y?") }).await;
    assert_eq!(second.calls()[0].handle.to_string(), "c3");
    let prompt = scene.prompts().pop().unwrap();
    let results: Vec<_> =
        prompt["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "tool").collect();
    let begins: Vec<_> = results.iter().map(|result| &result["content"].as_str().unwrap()[..4]).collect();
    assert_eq!(begins, ["[c1]", "[c2]", "[c3]"], "the model is told the earlier results again");
    assert_eq!(second.answer().exposure.len(), 3);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_never_answers_is_stopped_at_the_step_limit() {
    let scene = Scene::instant().await;
    let again = || ScriptedReply::calls([call("a", "echo__get", json!({ "id": "again" }))]);
    scene.rehearsal.model_script(Script::new([again(), again(), again(), again()]));
    let told = scene.put(Question { max_steps: 3, ..Question::new("Do it") }).await;
    assert_eq!(told.end().0, Some(Stopped::StepLimit));
    assert!(told.end().1.contains("3 times"), "{}", told.end().1);
    assert_eq!((scene.prompts().len(), scene.received("echo")), (3, 3));
    scene.close().await;
}
