//! Cohere's chat: what is sent, and what comes back.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

mod recorded;

use domain::json::Json;
use domain::model::{Finish, Message, ModelEvent, Parallel, Prompt, Protocol, Reasoning, Usage};
use providers::{DecodeError, Encoder, encode};
use recorded::{all, asked, calls, finish, reasoned, result, spec, text, thinking, tool, usage};
use serde_json::{Value, json};

const COHERE: Protocol = Protocol::Cohere;

fn stream(events: &[Value]) -> String {
    events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()))
        .collect()
}

fn start(index: u64, id: &str, name: &str) -> Value {
    let call = json!({"id": id, "type": "function", "function": {"name": name, "arguments": ""}});
    json!({"type": "tool-call-start", "index": index, "delta": {"message": {"tool_calls": call}}})
}

fn more(index: u64, arguments: &str) -> Value {
    let call = json!({"function": {"arguments": arguments}});
    json!({"type": "tool-call-delta", "index": index, "delta": {"message": {"tool_calls": call}}})
}

fn stop(index: u64) -> Value {
    json!({"type": "tool-call-end", "index": index})
}

fn end(reason: &str) -> Value {
    json!({"type": "message-end", "delta": {"finish_reason": reason,
        "usage": {"billed_units": {"input_tokens": 1.0, "output_tokens": 2.0}}}})
}

#[test]
fn a_stream_and_a_document_say_the_same() {
    let content = |kind: &str, text: &str| json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {kind: text}}}});
    let stream = stream(&[
        json!({"type": "message-start", "id": "x", "delta": {"message": {"role": "assistant", "content": [],
            "tool_plan": "", "tool_calls": [], "citations": []}}}),
        content("thinking", "Two "),
        content("thinking", "calls."),
        json!({"type": "content-end", "index": 0}),
        content("text", "Wait"),
        json!({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I ask"}}}),
        json!({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": " both."}}}),
        start(0, "a", "get"),
        more(0, "{\"id\":"),
        more(0, "7}"),
        stop(0),
        start(1, "b", "list"),
        stop(1),
        json!({"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"start": 0}}}}),
        end("TOOL_CALL"),
    ]);
    let call = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    let document = json!({"id": "x", "finish_reason": "TOOL_CALL",
        "usage": {"billed_units": {"input_tokens": 1, "output_tokens": 2}},
        "message": {"role": "assistant", "tool_plan": "I ask both.",
            "content": [{"type": "thinking", "thinking": "Two calls."}, {"type": "text", "text": "Wait"}],
            "tool_calls": [call("a", "get", "{\"id\":7}"), call("b", "list", "")]}});
    for answer in [stream, document.to_string()] {
        let (events, outcome) = all(COHERE, &answer);
        assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::ToolCalls)), "{answer}");
        assert_eq!(text(&events), "Wait");
        assert_eq!(thinking(&events).len(), "Two calls.I ask both.".len());
        let thoughts = [
            (0, json!({"type": "thinking", "thinking": "Two calls."})),
            (0, json!({"type": "tool_plan", "tool_plan": "I ask both."})),
        ];
        assert_eq!(reasoned(&events), thoughts);
        assert_eq!(calls(&events), [asked("a", "get", "{\"id\":7}"), asked("b", "list", "{}")]);
        assert_eq!(usage(&events), Some(Usage { input: 1, output: 2, ..Usage::default() }));
    }
}

/// The end of a call is marked even where the length limit cut it.
#[test]
fn a_call_is_ready_at_its_mark_if_nothing_of_it_can_be_missing() {
    let ready_before_the_end = |events: &[Value]| calls(&all(COHERE, stream(events)).0).len();
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), more(0, "{\"id\":7}"), stop(0)]), 1);
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), more(0, "{\"id\":7}")]), 0, "it may go on");
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), stop(0)]), 0, "it may have been cut");
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), stop(0), start(1, "b", "get")]), 1);

    let cut =
        [start(0, "a", "get"), more(0, "{}"), stop(0), start(1, "b", "get"), more(1, "{\"id\":1"), stop(1)];
    let (events, outcome) = all(COHERE, stream(&[&cut[..], &[end("MAX_TOKENS")]].concat()));
    assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::Length)));
    assert_eq!(calls(&events), [asked("a", "get", "{}")]);

    let (events, outcome) = all(COHERE, stream(&[&cut[..], &[end("TOOL_CALL")]].concat()));
    assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::ToolCalls)));
    assert_eq!(calls(&events).last().unwrap().arguments, "{\"id\":1", "the model wrote it so");

    for going_on in [more(0, "{}"), more(3, "{}")] {
        let events = [start(0, "a", "get"), more(0, "{}"), stop(0), going_on];
        assert!(matches!(all(COHERE, stream(&events)).1, Err(DecodeError::Malformed(_))));
    }
}

#[test]
fn why_it_ended() {
    let said =
        json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hi"}}}});
    for (reason, expected) in [
        ("COMPLETE", Finish::Stop),
        ("STOP_SEQUENCE", Finish::Stop),
        ("MAX_TOKENS", Finish::Length),
        ("NEW", Finish::Stop),
    ] {
        let (events, outcome) = all(COHERE, stream(&[said.clone(), end(reason)]));
        assert_eq!((outcome, finish(&events)), (Ok(()), Some(expected)), "{reason}");
    }
    for reason in ["ERROR", "TIMEOUT"] {
        let (_, outcome) = all(COHERE, stream(&[said.clone(), end(reason)]));
        let Err(DecodeError::Complained(complaint)) = outcome else { unreachable!("{outcome:?}") };
        assert_eq!(complaint.status, Some(503));
    }
    let failed = json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "no capacity"}});
    let (_, outcome) = all(COHERE, stream(&[said.clone(), failed]));
    let Err(DecodeError::Complained(complaint)) = outcome else { unreachable!("{outcome:?}") };
    assert_eq!(complaint.message, "no capacity");

    let hi = ModelEvent::Text("Hi".to_owned());
    assert_eq!(all(COHERE, stream(std::slice::from_ref(&said))), (vec![hi.clone()], Err(DecodeError::Cut)));
    let (events, outcome) = all(COHERE, format!("{}data: [DONE]\n\n", stream(&[said])));
    assert_eq!((events, outcome), (vec![hi, ModelEvent::Finished(Finish::Stop)], Ok(())));
    for other in ["<html>", "{}", "{\"a\":1}", "data: {\"a\":1}\n\n", "data: x\n\n"] {
        assert!(matches!(all(COHERE, other).1, Err(DecodeError::Malformed(_))), "{other}");
    }
    let (_, outcome) = all(COHERE, "{\"id\":\"1\",\"message\":\"invalid api token\"}");
    assert!(
        matches!(outcome, Err(DecodeError::Complained(complaint)) if complaint.message == "invalid api token")
    );
}

fn conversation() -> Vec<Message> {
    let thought = |protocol, item| Reasoning { protocol, after: 0, item: Json(item) };
    vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "crm__get", "{ \"id\": 7 }"), asked("", "bank-pay", "")],
            reasoning: vec![
                thought(COHERE, json!({"type": "thinking", "thinking": "Hm."})),
                thought(COHERE, json!({"type": "tool_plan", "tool_plan": "I ask."})),
                thought(Protocol::Gemini, json!({"type": "thinking", "thinking": "another's"})),
            ],
        },
        Message::Results(vec![result("a", 1, true, "Ada"), result("", 2, false, "no")]),
        Message::Assistant { text: String::new(), calls: Vec::new(), reasoning: Vec::new() },
        Message::Assistant { text: "Ada.".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
    ]
}

#[test]
fn a_conversation_byte_for_byte() {
    let prompt = Prompt {
        system: "Be brief.".to_owned(),
        messages: conversation(),
        tools: vec![tool("crm__get")],
        parallel: Parallel::On,
    };
    let encoded = encode(&spec(COHERE, "https://api.cohere.com/v2/"), &prompt);
    assert_eq!(encoded.url, "https://api.cohere.com/v2/chat");
    assert_eq!(encoded.headers[0], ("accept".to_owned(), "text/event-stream".to_owned()));
    assert_eq!(encoded.names.own("bank_pay"), "bank-pay");
    assert_eq!(
        String::from_utf8(encoded.body).unwrap(),
        concat!(
            r#"{"model":"model-x","stream":true,"tools":[{"type":"function","function":{"name":"crm__get","#,
            r#""description":"One customer.","parameters":{"type":"object","properties":{"id":{"type":"integer"}}}}}],"#,
            r#""messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Who is 7?"},"#,
            r#"{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."}],"tool_plan":"I ask.","tool_calls":["#,
            r#"{"id":"a","type":"function","function":{"name":"crm__get","arguments":"{ \"id\": 7 }"}},"#,
            r#"{"id":"call00001","type":"function","function":{"name":"bank_pay","arguments":"{}"}}]},"#,
            r#"{"role":"tool","tool_call_id":"a","content":[{"type":"document","document":{"data":"[c1] crm.get\nAda"}}]},"#,
            r#"{"role":"tool","tool_call_id":"call00001","content":[{"type":"document","document":{"data":"[c2] crm.get\nno"}}]},"#,
            r#"{"role":"assistant","content":[{"type":"text","text":"Ada."}]}]}"#
        )
    );
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let mut spec = spec(COHERE, "https://a");
    spec.capabilities.max_output = Some(500);
    let mut encoder = Encoder::new(&spec, "", &[tool("crm__get")]);
    let mut before = encoder.request(Parallel::Auto).body;
    assert_eq!(serde_json::from_slice::<Value>(&before).unwrap()["max_tokens"], 500);
    for message in conversation() {
        encoder.push(&message);
        let body = encoder.request(Parallel::Auto).body;
        assert!(body.starts_with(&before[..before.len() - 2]));
        before = body;
    }
}
