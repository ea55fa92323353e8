//! One message in every wire protocol, and what each protocol's provider refuses.

use rehearsal::{Plan, Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply};
use serde_json::{Value, json};

use crate::client::{Seen, get};

/// A protocol: where it is spoken, with which headers, and how it says things.
struct Spoken {
    path: &'static str,
    header: Option<(&'static str, &'static str)>,
    question: Value,
    /// What the model said and the person's next words, without the result that is due.
    gap: Value,
    /// What every stream of a call ends with.
    end: &'static str,
}

const SCHEMA: &str = r#"{"type":"object","properties":{"id":{"type":"integer"}}}"#;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn spoken() -> Vec<Spoken> {
    let (user, function) =
        (json!({ "role": "user", "content": "Hi" }), json!({ "name": "a", "arguments": "{}" }));
    let call = json!({ "id": "1", "type": "function", "function": function });
    let assistant = json!({ "role": "assistant", "content": "", "tool_calls": [call] });
    let tool = json!({ "type": "function", "function": { "name": "a", "parameters": schema() } });
    let parts = |part: Value, role: &str| json!({ "role": role, "parts": [part] });
    let blocks = |block: Value, role: &str| json!({ "role": role, "content": [block] });
    let anthropic_tools = json!([{ "name": "a", "input_schema": schema() }]);
    let anthropic = |messages: Value| json!({ "model": "rehearsal-1", "max_tokens": 9, "stream": true, "tools": anthropic_tools, "messages": messages });
    let gemini = |contents: Value| json!({ "contents": contents, "tools": [{ "functionDeclarations": [{ "name": "a" }] }] });
    let bedrock = |messages: Value| {
        let spec = json!({ "name": "a", "inputSchema": { "json": schema() } });
        json!({ "messages": messages, "toolConfig": { "tools": [{ "toolSpec": spec }] } })
    };
    let listed = |messages: Value| json!({ "model": "rehearsal-1", "stream": true, "tools": [tool], "messages": messages });
    let input = |items: Value| {
        let tool = json!({ "type": "function", "name": "a", "parameters": schema() });
        json!({ "model": "rehearsal-1", "stream": true, "tools": [tool], "input": items })
    };
    vec![
        Spoken {
            path: "/v1/chat/completions",
            header: Some(("authorization", "Bearer {key}")),
            question: listed(json!([user])),
            gap: listed(json!([user, assistant, user])),
            end: "data: [DONE]",
        },
        Spoken {
            path: "/v1/responses",
            header: Some(("authorization", "Bearer {key}")),
            question: input(json!([user])),
            gap: input(
                json!([user, { "type": "function_call", "call_id": "1", "name": "a", "arguments": "{}" }, user]),
            ),
            end: "\"type\":\"response.completed\"",
        },
        Spoken {
            path: "/v1/messages",
            header: Some(("x-api-key", "{key}")),
            question: anthropic(json!([user])),
            gap: anthropic(json!([
                user,
                blocks(json!({ "type": "tool_use", "id": "1", "name": "a", "input": {} }), "assistant"),
                user
            ])),
            end: "\"type\":\"message_stop\"",
        },
        Spoken {
            path: "/v1beta/models/rehearsal-1:streamGenerateContent?alt=sse",
            header: Some(("x-goog-api-key", "{key}")),
            question: gemini(json!([parts(json!({ "text": "Hi" }), "user")])),
            gap: gemini(json!([
                parts(json!({ "text": "Hi" }), "user"),
                parts(json!({ "functionCall": { "name": "a", "args": {} } }), "model"),
                parts(json!({ "text": "Hi" }), "user"),
            ])),
            end: "\"finishReason\":\"STOP\"",
        },
        Spoken {
            path: "/api/chat",
            header: None,
            question: listed(json!([user])),
            gap: listed(json!([user, assistant, user])),
            end: "\"done\":true",
        },
        Spoken {
            path: "/v2/chat",
            header: Some(("authorization", "Bearer {key}")),
            question: listed(json!([user])),
            gap: listed(json!([user, assistant, user])),
            end: "\"type\":\"message-end\"",
        },
        Spoken {
            path: "/model/rehearsal-1/converse-stream",
            header: Some(("authorization", "Bearer {key}")),
            question: bedrock(json!([blocks(json!({ "text": "Hi" }), "user")])),
            gap: bedrock(json!([
                blocks(json!({ "text": "Hi" }), "user"),
                blocks(json!({ "toolUse": { "toolUseId": "1", "name": "a", "input": {} } }), "assistant"),
                blocks(json!({ "text": "Hi" }), "user"),
            ])),
            end: "metadata",
        },
    ]
}

async fn say(rehearsal: &Rehearsal, spoken: &Spoken, key: &str, body: &Value) -> Seen {
    let model = rehearsal.model();
    let mut ask = get(&model.address, spoken.path).method("POST").header("content-type", "application/json");
    if let Some((name, value)) = spoken.header {
        ask = ask.header(name, &value.replace("{key}", key));
    }
    if spoken.path == "/v1/messages" {
        ask = ask.header("anthropic-version", "2023-06-01");
    }
    ask.body(body).send().await
}

#[tokio::test]
async fn each_protocol_carries_one_message_whole() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let key = rehearsal.model().secret;
    for spoken in spoken() {
        let calls = ["one", "two"]
            .map(|id| ScriptedCall::new(id, "a", format!("{{\"id\":\"{id}-7\"}}")).in_tokens(4));
        let message = ScriptedMessage {
            text: vec!["Let ".into(), "me.".into()],
            calls: calls.into(),
            ..Default::default()
        };
        rehearsal.model_script(Script::new([ScriptedReply::Message(message)]));
        let seen = say(&rehearsal, &spoken, &key, &spoken.question).await;
        let text = String::from_utf8_lossy(&seen.body);
        assert_eq!(seen.status, 200, "{}: {text}", spoken.path);
        assert!(seen.complete && text.contains(spoken.end), "{}: {text}", spoken.path);
        let begun = text.matches("\"name\":\"a\"").count();
        assert!(begun >= 2 && text.contains("Let "), "{}: {text}", spoken.path);
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_call_without_a_result_and_a_wrong_key_are_refused_in_the_protocols_words() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let key = rehearsal.model().secret;
    for spoken in spoken() {
        // Ollama takes what its model's template makes of it, and asks nobody for a key.
        if spoken.header.is_none() {
            continue;
        }
        let seen = say(&rehearsal, &spoken, &key, &spoken.gap).await;
        assert_eq!(seen.status, 400, "{}: {}", spoken.path, seen.text());
        assert!(seen.text().contains("message"), "{}: {}", spoken.path, seen.text());
        let seen = say(&rehearsal, &spoken, "wrong", &spoken.question).await;
        assert_eq!(seen.status, 401, "{}: {}", spoken.path, seen.text());
    }
    rehearsal.stop().await;
}
