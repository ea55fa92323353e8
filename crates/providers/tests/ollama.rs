//! Ollama's chat: what is sent, and what comes back.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

mod recorded;

use domain::json::Json;
use domain::model::{Finish, Message, ModelEvent, Parallel, Prompt, Protocol, Reasoning, Usage};
use providers::{DecodeError, Encoder, encode};
use recorded::{all, asked, calls, finish, reasoned, result, spec, text, thinking, tool, usage};
use serde_json::{Value, json};

const OLLAMA: Protocol = Protocol::Ollama;

#[test]
fn calls_of_several_chunks_without_ids_are_ready_at_once() {
    let first = r#"{"message":{"role":"assistant","content":"","tool_calls":[
        {"function":{"name":"a","arguments":{"id": 7}}},{"function":{"name":"b","arguments":{}}}]},"done":false}"#;
    let second = r#"{"message":{"role":"assistant","content":null,"tool_calls":[{"id":"","function":{"name":"a","arguments":null}}]},"done":false}"#;
    let last =
        r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":3}"#;
    let (events, outcome) = all(OLLAMA, [first, second, last].join("\n"));
    assert_eq!(outcome, Ok(()));
    let expected =
        [asked("call_0", "a", r#"{"id": 7}"#), asked("call_1", "b", "{}"), asked("call_2", "a", "{}")];
    assert_eq!(calls(&events), expected);
    assert_eq!(finish(&events), Some(Finish::ToolCalls));
    assert_eq!(usage(&events), Some(Usage { output: 3, ..Usage::default() }), "a prompt kept from before");

    let (events, outcome) = all(OLLAMA, [first, &second[..second.len() - 1]].join("\n"));
    assert_eq!(outcome, Err(DecodeError::Cut));
    assert_eq!(calls(&events), expected[..2], "its line is cut");
}

#[test]
fn a_stream_and_a_document_say_the_same() {
    let stream = concat!(
        r#"{"message":{"role":"assistant","content":"","thinking":"Let me"},"done":false}"#,
        "\n",
        r#"{"message":{"role":"assistant","content":"","thinking":" see."},"done":false}"#,
        "\n",
        r#"{"message":{"role":"assistant","content":"","tool_calls":[{"id":"x","function":{"index":0,"name":"a","arguments":{"b":1}}}]},"done":false}"#,
        "\r\n",
        r#"{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":3}"#,
        "\n"
    );
    let document = r#"{
        "message": {"role": "assistant", "content": "", "thinking": "Let me see.",
            "tool_calls": [{"id": "x", "function": {"name": "a", "arguments": "{\"b\":1}"}}]},
        "done": true, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 3
    }"#;
    for answer in [stream, document] {
        let (events, outcome) = all(OLLAMA, answer);
        assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::ToolCalls)));
        assert_eq!(thinking(&events), "Let me see.");
        assert_eq!(reasoned(&events), [(0, json!({"thinking": "Let me see."}))]);
        assert_eq!(calls(&events), [asked("x", "a", r#"{"b":1}"#)]);
        assert_eq!(usage(&events), Some(Usage { input: 5, output: 3, ..Usage::default() }));
    }
}

#[test]
fn why_it_ended() {
    for (last, expected) in [
        (r#""done":true,"done_reason":"stop""#, Finish::Stop),
        (r#""done":true,"done_reason":"length""#, Finish::Length),
        (r#""done":true,"done_reason":"load""#, Finish::Stop),
        (r#""done":true"#, Finish::Stop),
    ] {
        let (events, outcome) = all(OLLAMA, format!(r#"{{"message":{{"content":"Hi"}},{last}}}"#));
        assert_eq!((outcome, finish(&events)), (Ok(()), Some(expected)), "{last}");
        assert_eq!(text(&events), "Hi");
    }
    let cut = r#"{"message":{"content":"Hi"},"done":false}"#;
    assert_eq!(all(OLLAMA, cut), (vec![ModelEvent::Text("Hi".to_owned())], Err(DecodeError::Cut)));
    assert_eq!(all(OLLAMA, ""), (Vec::new(), Err(DecodeError::Cut)));
}

#[test]
fn a_complaint_in_the_middle_and_what_is_no_answer() {
    let failed = "{\"message\":{\"content\":\"Hi\"},\"done\":false}\n{\"error\":\"an error was encountered while running the model\"}\n";
    let (events, outcome) = all(OLLAMA, failed);
    assert_eq!(text(&events), "Hi");
    let Err(DecodeError::Complained(complaint)) = outcome else { unreachable!("{outcome:?}") };
    assert_eq!(complaint.message, "an error was encountered while running the model");
    for other in
        ["<!doctype html>", "404 page not found", "{\"models\":[]}", "{\"message\":{\"content\":[]}}", "[]"]
    {
        assert!(matches!(all(OLLAMA, other).1, Err(DecodeError::Malformed(_))), "{other}");
    }
}

fn conversation() -> Vec<Message> {
    let thought = |protocol, item| Reasoning { protocol, after: 0, item: Json(item) };
    vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "crm__get", "{ \"id\": 7 }"), asked("a", "bank.pay", "nonsense")],
            reasoning: vec![
                thought(OLLAMA, json!({"thinking": "Look it up."})),
                thought(Protocol::Anthropic, json!({"thinking": "another's"})),
            ],
        },
        Message::Results(vec![result("a", 1, true, "Ada"), result("a", 2, false, "no such tool")]),
        Message::Assistant { text: "Ada.".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
    ]
}

#[test]
fn a_conversation_byte_for_byte() {
    let prompt = Prompt {
        system: "Be brief.".to_owned(),
        messages: conversation(),
        tools: vec![tool("crm__get")],
        parallel: Parallel::Off,
    };
    let encoded = encode(&spec(OLLAMA, "http://127.0.0.1:11434"), &prompt);
    assert_eq!(encoded.url, "http://127.0.0.1:11434/api/chat");
    assert_eq!(encoded.headers[0], ("accept".to_owned(), "application/x-ndjson".to_owned()));
    assert_eq!(encoded.names.own("bank_pay"), "bank.pay");
    assert_eq!(
        String::from_utf8(encoded.body).unwrap(),
        concat!(
            r#"{"model":"model-x","stream":true,"tools":[{"type":"function","function":{"name":"crm__get","#,
            r#""description":"One customer.","parameters":{"type":"object","properties":{"id":{"type":"integer"}}}}}],"#,
            r#""messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Who is 7?"},"#,
            r#"{"role":"assistant","content":"","thinking":"Look it up.","tool_calls":["#,
            r#"{"id":"a","function":{"name":"crm__get","arguments":{ "id": 7 }}},"#,
            r#"{"id":"call00001","function":{"name":"bank_pay","arguments":{"arguments_as_written":"nonsense"}}}]},"#,
            r#"{"role":"tool","content":"[c1] crm.get\nAda","tool_name":"crm__get","tool_call_id":"a"},"#,
            r#"{"role":"tool","content":"[c2] crm.get\nno such tool","tool_name":"bank_pay","tool_call_id":"call00001"},"#,
            r#"{"role":"assistant","content":"Ada."}]}"#
        )
    );
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let mut encoder = Encoder::new(&spec(OLLAMA, "http://a"), "", &[tool("crm__get")]);
    let mut before = encoder.request(Parallel::Auto).body;
    for message in conversation() {
        encoder.push(&message);
        let body = encoder.request(Parallel::Auto).body;
        assert!(body.starts_with(&before[..before.len() - 2]));
        before = body;
    }
}

#[test]
fn what_a_person_says_of_the_model_goes_along() {
    let mut spec = spec(OLLAMA, "http://a");
    spec.capabilities.context = Some(32_768);
    spec.capabilities.max_output = Some(1000);
    spec.capabilities.streaming = Some(false);
    let encoded = Encoder::new(&spec, "", &[]).request(Parallel::Auto);
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    let expected = json!({"model": "model-x", "stream": false, "messages": [],
        "options": {"num_ctx": 32_768, "num_predict": 1000}});
    assert_eq!(body, expected);
    assert_eq!(encoded.headers[0].1, "application/json");
}
