//! Bedrock's Converse: what is sent, and what comes back.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

mod recorded;

use domain::json::Json;
use domain::model::{Finish, Message, ModelEvent, Parallel, Prompt, Protocol, Reasoning, Usage};
use providers::{DecodeError, Encoder, encode};
use recorded::{all, asked, calls, decoded, finish, reasoned, result, spec, text, thinking, tool, usage};
use serde_json::{Value, json};

const BEDROCK: Protocol = Protocol::Bedrock;

/// A frame as AWS specifies it, with these headers of text.
fn frame(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let mut written = Vec::new();
    for (name, value) in headers {
        written.push(u8::try_from(name.len()).unwrap());
        written.extend(name.as_bytes());
        written.push(7);
        written.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        written.extend(value.as_bytes());
    }
    let number = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut frame = [number(16 + written.len() + payload.len()), number(written.len())].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend(written);
    frame.extend(payload.as_bytes());
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}

/// Events, each under its name, as frames and as lines: they must say the same.
fn both(events: &[Value]) -> (Vec<ModelEvent>, Result<(), DecodeError>) {
    let framed = events.iter().flat_map(|event| {
        let (name, payload) = event.as_object().unwrap().iter().next().unwrap();
        frame(&[(":message-type", "event"), (":event-type", name)], &payload.to_string())
    });
    let framed: Vec<u8> = framed.collect();
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let decoded_frames = all(BEDROCK, &framed);
    assert_eq!(decoded(BEDROCK, framed.chunks(5)), decoded_frames);
    assert_eq!(all(BEDROCK, lines.join("\n")), decoded_frames);
    decoded_frames
}

fn start(index: u64, id: &str, name: &str) -> Value {
    json!({"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": {"toolUseId": id, "name": name}}}})
}

fn delta(index: u64, delta: &Value) -> Value {
    json!({"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}})
}

fn more(index: u64, input: &str) -> Value {
    delta(index, &json!({"toolUse": {"input": input}}))
}

fn stop(index: u64) -> Value {
    json!({"contentBlockStop": {"contentBlockIndex": index}})
}

fn end(reason: &str) -> Value {
    json!({"messageStop": {"stopReason": reason}})
}

fn metadata() -> Value {
    json!({"metadata": {"usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 112,
        "cacheReadInputTokens": 60, "cacheWriteInputTokens": 40}, "metrics": {"latencyMs": 1}}})
}

#[test]
fn a_stream_and_a_document_say_the_same() {
    let thought = |piece: Value| delta(0, &json!({ "reasoningContent": piece }));
    let streamed = both(&[
        json!({"messageStart": {"role": "assistant"}}),
        thought(json!({"text": "Two "})),
        thought(json!({"text": "calls."})),
        thought(json!({"signature": "c2ln"})),
        stop(0),
        delta(1, &json!({"text": "Wait"})),
        stop(1),
        start(2, "a", "get"),
        more(2, "{\"id\""),
        more(2, ":7}"),
        stop(2),
        delta(3, &json!({"reasoningContent": {"redactedContent": "eHh4"}})),
        stop(3),
        start(4, "b", "list"),
        stop(4),
        end("tool_use"),
        metadata(),
    ]);
    let document = json!({"stopReason": "tool_use", "usage": metadata()["metadata"]["usage"],
    "output": {"message": {"role": "assistant", "content": [
        {"reasoningContent": {"reasoningText": {"text": "Two calls.", "signature": "c2ln"}}},
        {"text": "Wait"},
        {"toolUse": {"toolUseId": "a", "name": "get", "input": {"id":7}}},
        {"reasoningContent": {"redactedContent": "eHh4"}},
        {"toolUse": {"toolUseId": "b", "name": "list", "input": {}}},
    ]}}});
    let thoughts = [
        (0, json!({"reasoningContent": {"reasoningText": {"text": "Two calls.", "signature": "c2ln"}}})),
        (1, json!({"reasoningContent": {"redactedContent": "eHh4"}})),
    ];
    for (events, outcome) in [streamed, all(BEDROCK, serde_json::to_vec_pretty(&document).unwrap())] {
        assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::ToolCalls)));
        assert_eq!((text(&events), thinking(&events)), ("Wait".to_owned(), "Two calls.".to_owned()));
        assert_eq!(reasoned(&events), thoughts);
        let calls = calls(&events);
        assert_eq!(calls[1], asked("b", "list", "{}"));
        assert_eq!(
            (&*calls[0].id, serde_json::from_str::<Value>(&calls[0].arguments).unwrap()),
            ("a", json!({"id": 7}))
        );
        assert_eq!(usage(&events), Some(Usage { input: 105, output: 7, cached: 60, ..Usage::default() }));
    }
}

/// The end of a block is marked even where the length limit cut it.
#[test]
fn a_call_is_ready_at_its_mark_if_nothing_of_it_can_be_missing() {
    let ready_before_the_end = |events: &[Value]| calls(&both(events).0).len();
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), more(0, "{\"id\":7}"), stop(0)]), 1);
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), more(0, "{\"id\":7}")]), 0, "it may go on");
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), stop(0)]), 0, "it may have been cut");
    assert_eq!(ready_before_the_end(&[start(0, "a", "get"), stop(0), start(1, "b", "get")]), 1);

    let cut =
        [start(0, "a", "get"), more(0, "{}"), stop(0), start(1, "b", "get"), more(1, "{\"id\":1"), stop(1)];
    let (events, outcome) = both(&[&cut[..], &[end("max_tokens")]].concat());
    assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::Length)));
    assert_eq!(calls(&events), [asked("a", "get", "{}")]);

    for going_on in [more(0, "{}"), more(3, "{}")] {
        let (_, outcome) = both(&[start(0, "a", "get"), more(0, "{}"), stop(0), going_on]);
        assert!(matches!(outcome, Err(DecodeError::Malformed(_))));
    }
}

/// A tool that the provider runs itself is none of ours.
#[test]
fn a_provider_s_own_tool_is_no_call() {
    let own = json!({"toolUseId": "s", "name": "nova_grounding", "type": "server_tool_use"});
    let begins = json!({"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": own}}});
    let said = delta(2, &json!({"text": "Hi"}));
    let (events, outcome) = both(&[begins, more(0, "{}"), stop(0), said, end("end_turn"), metadata()]);
    assert_eq!((outcome, finish(&events)), (Ok(()), Some(Finish::Stop)));
    assert_eq!(calls(&events), []);
}

#[test]
fn why_it_ended() {
    let said = delta(0, &json!({"text": "Hi"}));
    for (reason, expected) in [
        ("end_turn", Finish::Stop),
        ("stop_sequence", Finish::Stop),
        ("max_tokens", Finish::Length),
        ("model_context_window_exceeded", Finish::Length),
        ("guardrail_intervened", Finish::ContentFilter),
        ("content_filtered", Finish::ContentFilter),
        ("made_up_later", Finish::Stop),
    ] {
        for events in [
            vec![said.clone(), end(reason), metadata()],
            vec![said.clone(), metadata(), end(reason)],
            vec![said.clone(), end(reason)],
        ] {
            let (events, outcome) = both(&events);
            assert_eq!((outcome, finish(&events)), (Ok(()), Some(expected)), "{reason}");
        }
    }
    assert!(matches!(both(&[said.clone(), end("malformed_tool_use")]).1, Err(DecodeError::Malformed(_))));
    assert_eq!(both(&[said, metadata()]).1, Err(DecodeError::Cut));
    assert_eq!(all(BEDROCK, "").1, Err(DecodeError::Cut));
    for other in ["<html>", "{}", "data: {}\n\n", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        assert!(matches!(all(BEDROCK, other).1, Err(DecodeError::Malformed(_))), "{other}");
    }
}

#[test]
fn an_exception_in_the_middle_is_a_complaint() {
    let said = frame(
        &[(":message-type", "event"), (":event-type", "contentBlockDelta")],
        r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#,
    );
    for (name, status) in [
        ("throttlingException", 429),
        ("serviceUnavailableException", 503),
        ("internalServerException", 500),
        ("modelStreamErrorException", 424),
        ("validationException", 400),
    ] {
        let exception =
            frame(&[(":message-type", "exception"), (":exception-type", name)], r#"{"message":"Too many."}"#);
        let line = format!(r#"{{"{name}":{{"message":"Too many."}}}}"#);
        for answer in [[said.clone(), exception].concat(), line.into_bytes()] {
            let Err(DecodeError::Complained(complaint)) = all(BEDROCK, answer).1 else {
                unreachable!("{name}")
            };
            assert_eq!(
                (complaint.status, &*complaint.kind, &*complaint.message),
                (Some(status), name, "Too many.")
            );
        }
    }
    let error =
        [(":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "Broken.")];
    let Err(DecodeError::Complained(complaint)) = all(BEDROCK, frame(&error, "")).1 else { unreachable!() };
    assert_eq!((complaint.status, &*complaint.message), (Some(500), "Broken."));
}

fn conversation() -> Vec<Message> {
    let thought = |protocol, after, item| Reasoning { protocol, after, item: Json(item) };
    let block = |text: &str| json!({"reasoningContent": {"redactedContent": text}});
    vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "crm__get", "{ \"id\": 7 }"), asked("functions.pay:1", "bank.pay", "")],
            reasoning: vec![
                thought(BEDROCK, 0, block("first")),
                thought(BEDROCK, 1, block("second")),
                thought(Protocol::Anthropic, 1, json!({"thinking": "another's"})),
            ],
        },
        Message::Results(vec![result("a", 1, true, "Ada"), result("functions.pay:1", 2, false, "no")]),
        Message::User("Go on.".to_owned()),
        Message::Assistant { text: " ".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
        Message::User("Well?".to_owned()),
        Message::Assistant { text: "Ada.".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
    ]
}

const MESSAGES: &str = concat!(
    r#""messages":[{"role":"user","content":[{"text":"Who is 7?"}]},"#,
    r#"{"role":"assistant","content":[{"reasoningContent":{"redactedContent":"first"}},"#,
    r#"{"toolUse":{"toolUseId":"a","name":"crm__get","input":{ "id": 7 }}},"#,
    r#"{"reasoningContent":{"redactedContent":"second"}},"#,
    r#"{"toolUse":{"toolUseId":"call00001","name":"bank_pay","input":{}}}]},"#,
    r#"{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"[c1] crm.get\nAda"}]}},"#,
    r#"{"toolResult":{"toolUseId":"call00001","content":[{"text":"[c2] crm.get\nno"}],"status":"error"}},"#,
    r#"{"text":"Go on."},{"text":"Well?"}]},{"role":"assistant","content":[{"text":"Ada."}]}]"#
);

#[test]
fn a_conversation_byte_for_byte() {
    let mut spec = spec(BEDROCK, "https://bedrock-runtime.eu-central-1.amazonaws.com");
    "anthropic.claude-x-v1:0".clone_into(&mut spec.model);
    spec.capabilities.max_output = Some(1000);
    let prompt = Prompt {
        system: "Be brief.".to_owned(),
        messages: conversation(),
        tools: vec![tool("crm__get")],
        parallel: Parallel::Off,
    };
    let encoded = encode(&spec, &prompt);
    assert_eq!(
        encoded.url,
        "https://bedrock-runtime.eu-central-1.amazonaws.com/model/anthropic.claude-x-v1%3A0/converse-stream"
    );
    assert_eq!(encoded.headers[0], ("accept".to_owned(), "application/vnd.amazon.eventstream".to_owned()));
    assert_eq!(encoded.names.own("bank_pay"), "bank.pay");
    let tools = concat!(
        r#""toolConfig":{"tools":[{"toolSpec":{"description":"One customer.","inputSchema":{"json":"#,
        r#"{"properties":{"id":{"type":"integer"}},"type":"object"}},"name":"crm__get"}}]}"#
    );
    let expected = format!(
        r#"{{"system":[{{"text":"Be brief."}}],"inferenceConfig":{{"maxTokens":1000}},{MESSAGES},{tools}}}"#
    );
    let body = String::from_utf8(encoded.body).unwrap();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(json(&body), json(&expected));
    assert!(body.contains(MESSAGES), "{body}");

    spec.capabilities.streaming = Some(false);
    "arn:aws:bedrock:eu-central-1:1:inference-profile/x".clone_into(&mut spec.model);
    let whole = encode(&spec, &prompt);
    assert!(
        whole.url.ends_with("/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Fx/converse")
    );
    assert_eq!(whole.headers[0].1, "application/json");
}

/// A conversation with calls in it is refused where no tool is offered.
#[test]
fn what_was_called_is_named_where_nothing_is_offered() {
    let prompt =
        |messages| Prompt { system: String::new(), messages, tools: Vec::new(), parallel: Parallel::Auto };
    let body = |messages| -> Value {
        serde_json::from_slice(&encode(&spec(BEDROCK, "https://a"), &prompt(messages)).body).unwrap()
    };
    let tools = body(conversation())["toolConfig"]["tools"].clone();
    let names: Vec<&str> =
        tools.as_array().unwrap().iter().map(|tool| tool["toolSpec"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bank_pay", "crm__get"]);
    assert_eq!(body(Vec::new()), json!({"messages": []}));
}

#[test]
fn a_longer_conversation_begins_with_the_bytes_of_the_shorter() {
    let mut encoder = Encoder::new(&spec(BEDROCK, "https://a"), "Be brief.", &[tool("crm__get")]);
    let mut before = encoder.request(Parallel::Auto).body;
    for message in conversation() {
        encoder.push(&message);
        let body = encoder.request(Parallel::Auto).body;
        let ending = br#"]}],"toolConfig""#;
        let place = before.windows(ending.len()).rposition(|part| part == ending);
        assert!(body.starts_with(&before[..place.unwrap_or(0)]));
        before = body;
    }
}
