//! The model under a script.

use std::io::ErrorKind;
use std::time::Duration;

use rehearsal::{
    Pace, Plan, Rehearsal, Revision, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd,
};
use serde_json::{Value, json};

use crate::client::Seen;
use crate::conversation::{assembled, chat, events};

async fn under(rehearsal: &Rehearsal) -> Seen {
    let request = json!({
        "model": "any",
        "stream": true,
        "messages": [{ "role": "user", "content": "Go" }],
    });
    chat(&rehearsal.model(), &request).await
}

async fn said(reply: ScriptedReply) -> Seen {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    rehearsal.model_script(Script::new([reply]));
    let seen = under(&rehearsal).await;
    rehearsal.stop().await;
    seen
}

#[tokio::test]
async fn replies_come_in_their_order_and_then_the_model_plans_again() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    rehearsal.model_script(Script::new([
        ScriptedReply::text("One"),
        ScriptedReply::overloaded(529),
        ScriptedReply::text("Three"),
    ]));
    assert_eq!(assembled(&under(&rehearsal).await)["content"], "One");
    assert_eq!(under(&rehearsal).await.status, 529);
    assert_eq!(assembled(&under(&rehearsal).await)["content"], "Three");
    assert_eq!(under(&rehearsal).await.json()["error"]["code"], "model_not_found");
    rehearsal.stop().await;
}

#[tokio::test]
async fn calls_may_be_many_and_wrong_in_every_part() {
    let calls: Vec<ScriptedCall> = (0..128)
        .map(|number| ScriptedCall::new(format!("call_{}", number / 2), "echo__get", "{not json"))
        .collect();
    let message = assembled(&said(ScriptedReply::calls(calls)).await);
    let calls = message["tool_calls"].as_array().unwrap();
    assert_eq!(calls.len(), 128);
    assert_eq!(calls[0]["id"], calls[1]["id"]);
    assert!(calls.iter().all(|call| call["function"]["arguments"] == "{not json"));
}

#[tokio::test]
async fn fragments_finish_and_pace_are_the_scripts_own() {
    let message = ScriptedMessage {
        text: vec!["<script>".into(), "alert(1)</script>".into()],
        calls: vec![ScriptedCall {
            id: "a".into(),
            name: "nobody__nothing".into(),
            arguments: vec!["{\"a\"".into(), ":1}".into()],
        }],
        finish: Some("length".into()),
        pace: Some(Pace::Tokens { first: Duration::from_millis(1), per_second: 10_000 }),
        ..ScriptedMessage::default()
    };
    let events = events(&said(ScriptedReply::Message(message)).await);
    assert_eq!(events.len(), 6);
    assert_eq!(events[0]["choices"][0]["delta"]["content"], "<script>");
    assert_eq!(events[4]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"], ":1}");
    assert_eq!(events[5]["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn a_stream_can_be_cut_or_hang_in_its_middle() {
    for (end, error) in [(StreamEnd::Cut, None), (StreamEnd::Hang, Some(ErrorKind::TimedOut))] {
        let message = ScriptedMessage {
            text: vec!["one ".into(), "two ".into(), "three".into()],
            ends_after: Some((2, end)),
            ..ScriptedMessage::default()
        };
        let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
        rehearsal.model_script(Script::new([ScriptedReply::Message(message)]));
        let seen = impatient(&rehearsal).await;
        assert_eq!((seen.status, seen.complete, seen.error), (200, false, error));
        assert!(seen.text().contains("two ") && !seen.text().contains("three"));
        assert!(!seen.text().contains("[DONE]"));
        rehearsal.stop().await;
    }
}

#[tokio::test]
async fn raw_bytes_are_sent_as_they_are() {
    let pieces = vec![b"data: {\"odd".to_vec(), b"\xff\xfe\n\n: comment\n".to_vec()];
    let seen = said(ScriptedReply::Raw { pieces, end: StreamEnd::Whole }).await;
    assert_eq!(seen.body, b"data: {\"odd\xff\xfe\n\n: comment\n");
    assert_eq!((seen.headers["content-type"].as_str(), seen.complete), ("text/event-stream", true));
}

#[tokio::test]
async fn a_line_of_five_megabytes_arrives() {
    let seen = said(ScriptedReply::text("x".repeat(5_000_000))).await;
    assert_eq!(assembled(&seen)["content"].as_str().unwrap().len(), 5_000_000);
}

#[tokio::test]
async fn errors_are_those_of_the_protocol() {
    let expected = [
        (ScriptedReply::refused_key(), 401, "invalid_api_key"),
        (ScriptedReply::rate_limited(9), 429, "rate_limit_exceeded"),
        (ScriptedReply::overloaded(503), 503, "overloaded"),
        (ScriptedReply::context_too_long(), 400, "context_length_exceeded"),
    ];
    for (reply, status, code) in expected {
        let seen = said(reply).await;
        assert_eq!((seen.status, &seen.json()["error"]["code"]), (status, &Value::from(code)));
        assert_eq!(seen.headers.get("retry-after").map(String::as_str), (status == 429).then_some("9"));
    }
}

async fn impatient(rehearsal: &Rehearsal) -> Seen {
    let model = rehearsal.model();
    crate::client::get(&model.base_url, "/chat/completions")
        .method("POST")
        .header("authorization", &format!("Bearer {}", model.secret))
        .body(&json!({ "messages": [{ "role": "user", "content": "Go" }], "stream": true }))
        .patience(Duration::from_millis(300))
        .send()
        .await
}

#[tokio::test]
async fn a_stream_can_be_cut_at_every_byte() {
    let call = |arguments: &[&str]| ScriptedCall {
        id: "a".into(),
        name: "echo__get".into(),
        arguments: arguments.iter().map(|&fragment| fragment.to_owned()).collect(),
    };
    let message = ScriptedMessage { calls: vec![call(&["{\"id\":", "1}"])], ..ScriptedMessage::default() };
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    rehearsal.model_script(Script::new([ScriptedReply::Message(message.clone())]));
    let whole = under(&rehearsal).await.body;
    for bytes in (0..whole.len()).step_by(17) {
        let cut = ScriptedMessage { cut_at: Some((bytes, StreamEnd::Cut)), ..message.clone() };
        rehearsal.model_script(Script::new([ScriptedReply::Message(cut)]));
        let seen = under(&rehearsal).await;
        assert_eq!((seen.status, seen.complete), (200, false));
        assert_eq!(seen.body, whole[..bytes]);
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_stream_can_end_in_the_protocols_error() {
    let message = ScriptedMessage {
        text: vec!["one ".into(), "two ".into()],
        ends_after: Some((1, StreamEnd::Error)),
        ..ScriptedMessage::default()
    };
    let seen = said(ScriptedReply::Message(message)).await;
    assert_eq!((seen.status, seen.complete), (200, true));
    let last = seen.text().trim_end().rsplit("\n\n").next().unwrap();
    let error: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["type"], "server_error");
    assert!(!seen.text().contains("two ") && !seen.text().contains("[DONE]"));
}

#[tokio::test]
async fn arguments_can_grow_after_the_next_call_began() {
    let calls: Vec<ScriptedCall> =
        ["a", "b", "c"].map(|id| ScriptedCall::new(id, "echo__get", "{\"id\":\"1\"}")).into();
    let late = Revision { of: 0, after: 1, arguments: " ".into() };
    let message = ScriptedMessage { calls, revisions: vec![late], ..ScriptedMessage::default() };
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    rehearsal.model_script(Script::new([
        ScriptedReply::Message(message.clone()),
        ScriptedReply::Message(message),
    ]));
    let seen = under(&rehearsal).await;
    let indexes: Vec<u64> = events(&seen)
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["tool_calls"][0]["index"].as_u64())
        .collect();
    assert_eq!(indexes, [0, 0, 1, 1, 0, 2, 2]);
    let streamed = assembled(&seen);
    assert_eq!(streamed["tool_calls"][0]["function"]["arguments"], "{\"id\":\"1\"} ");
    let asking = json!({ "messages": [{ "role": "user", "content": "Go" }] });
    let whole = chat(&rehearsal.model(), &asking).await.json();
    let first = &whole["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(first["function"]["arguments"], "{\"id\":\"1\"} ");
    rehearsal.stop().await;
}

#[test]
fn arguments_fall_into_as_many_tokens_as_wanted() {
    let call = ScriptedCall::new("a", "echo__get", "{\"id\":\"ü\"}");
    for tokens in [1, 3, 10, 40] {
        let cut = call.clone().in_tokens(tokens);
        assert_eq!(cut.arguments.len(), tokens);
        assert!(cut.arguments.iter().all(|fragment| !fragment.is_empty()));
        let read: Value = serde_json::from_str(&cut.arguments.concat()).unwrap();
        assert_eq!(read, json!({ "id": "ü" }));
    }
}
