//! The model's protocol.

use std::time::{Duration, Instant};

use rehearsal::{Pace, Plan, Rehearsal};
use serde_json::{Value, json};

use crate::client::get;
use crate::conversation::{assembled, chat, events, offered};

fn asking(text: &str) -> Value {
    json!({ "model": "rehearsal-1", "messages": [{ "role": "user", "content": text }] })
}

#[tokio::test]
async fn it_is_listed_by_its_name_and_says_that_it_is_no_ai() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let model = rehearsal.model();
    assert_eq!((model.name.as_str(), model.title.as_str()), ("rehearsal", "Rehearsal model (no AI)"));
    let key = format!("Bearer {}", model.secret);
    let listed = get(&model.base_url, "/models").header("authorization", &key).send().await.json();
    assert_eq!(listed["data"][0]["id"], model.model_id.as_str());
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_as_openai_refuses_it() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let mut model = rehearsal.model();
    model.secret = "wrong".to_owned();
    let seen = chat(&model, &asking("Hi")).await;
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (401, &json!("invalid_api_key")));
    rehearsal.stop().await;
}

#[tokio::test]
async fn mistakes_in_a_request_are_named() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let model = rehearsal.model();
    let mut unknown = asking("Hi");
    unknown["model"] = json!("gpt-9");
    assert_eq!(chat(&model, &unknown).await.json()["error"]["code"], "model_not_found");
    assert_eq!(chat(&model, &json!({ "model": "rehearsal-1" })).await.status, 400);
    let mut gap = asking("Hi");
    let call = json!({ "id": "call_1", "type": "function", "function": { "name": "a", "arguments": "{}" } });
    gap["messages"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "role": "assistant", "content": null, "tool_calls": [call] }));
    let seen = chat(&model, &gap).await;
    assert_eq!(seen.status, 400);
    assert!(seen.text().contains("call_1"));
    rehearsal.stop().await;
}

#[tokio::test]
async fn streamed_and_whole_are_one_message() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let tools: Vec<Value> = rehearsal.sources().iter().flat_map(offered).collect();
    for question in ["What can you do?", Rehearsal::demo_question().text] {
        let mut request = asking(question);
        request["tools"] = json!(tools);
        let whole = chat(&rehearsal.model(), &request).await.json();
        request["stream"] = json!(true);
        let streamed = assembled(&chat(&rehearsal.model(), &request).await);
        let message = &whole["choices"][0]["message"];
        assert_eq!(streamed["content"], message["content"]);
        let plain = |calls: &Value| -> Vec<(Value, Value)> {
            let calls = calls.as_array().into_iter().flatten();
            calls.map(|call| (call["id"].clone(), call["function"].clone())).collect()
        };
        assert_eq!(plain(&streamed["tool_calls"]), plain(&message["tool_calls"]));
        assert!(whole["usage"]["total_tokens"].as_u64().unwrap() > 0);
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_call_is_streamed_as_index_id_name_and_fragments() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let tools: Vec<Value> = rehearsal.sources().iter().flat_map(offered).collect();
    let mut request = asking(Rehearsal::demo_question().text);
    request["tools"] = json!(tools);
    request["stream"] = json!(true);
    request["stream_options"] = json!({ "include_usage": true });
    let events = events(&chat(&rehearsal.model(), &request).await);
    let (last, before) = events.split_last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["completion_tokens"].as_u64().unwrap() > 15);
    assert!(before.iter().all(|event| event["usage"].is_null()));

    let deltas: Vec<&Value> = before
        .iter()
        .map(|event| &event["choices"][0]["delta"]["tool_calls"][0])
        .filter(|delta| !delta.is_null())
        .collect();
    let begun: Vec<&&Value> = deltas.iter().filter(|delta| !delta["id"].is_null()).collect();
    assert_eq!(begun.len(), 15);
    for (index, delta) in begun.iter().enumerate() {
        assert_eq!((&delta["index"], &delta["function"]["arguments"]), (&json!(index), &json!("")));
    }
    let fragments = deltas.iter().filter(|delta| delta["index"] == 0 && delta["id"].is_null()).count();
    assert!(fragments > 1);
    let mut ids: Vec<&str> = begun.iter().map(|delta| delta["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 15);
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_pace_is_kept() {
    let pace = Pace::Tokens { first: Duration::from_millis(50), per_second: 1_000 };
    let rehearsal = Rehearsal::start(Plan { model_pace: pace, ..Plan::instant() }).await.unwrap();
    let mut request = asking("What can you do?");
    for stream in [true, false] {
        request["stream"] = json!(stream);
        let before = Instant::now();
        let seen = chat(&rehearsal.model(), &request).await;
        let took = before.elapsed();
        assert_eq!(seen.status, 200);
        assert!(took >= Duration::from_millis(100), "{took:?}");
    }
    rehearsal.stop().await;
}
