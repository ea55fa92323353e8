//! Anthropic Messages, both ways: the exact bytes of a request, and what an answer's single events mean.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::id::Handle;
use domain::json::Json;
use domain::label::Level;
use domain::model::{
    AskedCall, Capabilities, Early, Finish, Message, ModelEvent, ModelSpec, OfferedTool, Parallel, Prompt,
    Protocol, Reasoning, Usage,
};
use domain::outcome::CallResult;
use providers::{DecodeError, Decoder, Encoder, encode};
use serde_json::{Value, json};

fn spec() -> ModelSpec {
    ModelSpec {
        name: "main".to_owned(),
        title: String::new(),
        protocol: Protocol::Anthropic,
        base_url: "https://api.anthropic.com/v1".to_owned(),
        model: "claude-x".to_owned(),
        secret: None,
        clearance: Level::Confidential,
        parallel: Parallel::Auto,
        early: Early::Auto,
        preset: None,
        capabilities: Capabilities::default(),
    }
}

fn asked(id: &str, arguments: &str) -> AskedCall {
    AskedCall { id: id.to_owned(), name: "crm__get".to_owned(), arguments: arguments.to_owned() }
}

fn result(id: &str, handle: u32, text: &str) -> CallResult {
    let tool = Some("crm.get".parse().unwrap());
    let (id, note, text) = (id.to_owned(), String::new(), text.to_owned());
    CallResult { id, handle: Handle(handle), tool, ok: handle != 2, note, text }
}

fn assistant(text: &str, calls: Vec<AskedCall>, reasoning: Vec<Reasoning>) -> Message {
    Message::Assistant { text: text.to_owned(), calls, reasoning }
}

fn thought(protocol: Protocol, after: u32, words: &str) -> Reasoning {
    let item = Json(json!({"type": "thinking", "thinking": words, "signature": "c2ln"}));
    Reasoning { protocol, after, item }
}

fn user(text: &str) -> Message {
    Message::User(text.to_owned())
}

fn prompt(messages: Vec<Message>) -> Prompt {
    Prompt { system: String::new(), messages, tools: Vec::new(), parallel: Parallel::Auto }
}

fn tool(name: &str) -> OfferedTool {
    let input = Json(json!({"type": "object", "properties": {"id": {"type": "integer"}}}));
    OfferedTool { name: name.to_owned(), description: "One customer.".to_owned(), input }
}

fn body(prompt: &Prompt) -> Value {
    serde_json::from_slice(&encode(&spec(), prompt).body).unwrap()
}

/// What stands on record as sent: a change is a decision.
#[test]
fn a_conversation_byte_for_byte() {
    let conversation = Prompt {
        system: "Be brief.".to_owned(),
        tools: vec![tool("crm__list"), tool("crm__get")],
        parallel: Parallel::Off,
        ..prompt(vec![
            user("Who is 7?"),
            assistant(
                "Let me see.",
                vec![asked("a", "{ \"id\": 7.0 }"), asked("b", "")],
                vec![thought(Protocol::Anthropic, 0, "Hm."), thought(Protocol::Anthropic, 1, "And?")],
            ),
            Message::Results(vec![result("a", 1, "{\"name\":\"Ada\"}"), result("b", 2, "no id")]),
            assistant("Ada.", vec![], vec![]),
            user("Sure?"),
        ])
    };
    let encoded = encode(&spec(), &conversation);
    assert_eq!(encoded.url, "https://api.anthropic.com/v1/messages");
    let header = |name: &str| encoded.headers.iter().find(|header| header.0 == name).unwrap().1.as_str();
    assert_eq!(header("anthropic-version"), "2023-06-01");
    assert_eq!(header("content-type"), "application/json");
    let schema = r#""input_schema":{"type":"object","properties":{"id":{"type":"integer"}}}"#;
    let expected = [
        r#"{"model":"claude-x","max_tokens":8192,"stream":true,"#,
        r#""tools":[{"name":"crm__list","description":"One customer.","#,
        schema,
        r#"},{"name":"crm__get","description":"One customer.","#,
        schema,
        r#","cache_control":{"type":"ephemeral"}}],"#,
        r#""system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],"messages":["#,
        r#"{"role":"user","content":[{"type":"text","text":"Who is 7?"}]},"#,
        r#"{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},"#,
        r#"{"type":"text","text":"Let me see."},"#,
        r#"{"type":"tool_use","id":"a","name":"crm__get","input":{ "id": 7.0 }},"#,
        r#"{"type":"thinking","thinking":"And?","signature":"c2ln"},"#,
        r#"{"type":"tool_use","id":"b","name":"crm__get","input":{}}]},"#,
        r#"{"role":"user","content":["#,
        r#"{"type":"tool_result","tool_use_id":"a","content":"[c1] crm.get\n{\"name\":\"Ada\"}"},"#,
        r#"{"type":"tool_result","tool_use_id":"b","content":"[c2] crm.get\nno id","is_error":true,"#,
        r#""cache_control":{"type":"ephemeral"}}]},"#,
        r#"{"role":"assistant","content":[{"type":"text","text":"Ada."}]},"#,
        r#"{"role":"user","content":[{"type":"text","text":"Sure?","cache_control":{"type":"ephemeral"}}]}],"#,
        r#""tool_choice":{"type":"auto","disable_parallel_tool_use":true}}"#,
    ];
    assert_eq!(String::from_utf8(encoded.body).unwrap(), expected.concat());
}

/// Apart from the marks, which the provider doesn't count as read: nothing that was sent is written otherwise later.
#[test]
fn message_by_message_the_bytes_are_the_same_and_only_grow() {
    let messages = vec![
        user("Who is 7?"),
        assistant("", vec![asked("a", "{}"), asked("a", "[")], vec![thought(Protocol::Anthropic, 0, "Hm.")]),
        Message::Results(vec![
            result("a", 1, "{\"name\":\"Ada\"}"),
            result("a", 3, "\u{1f980} \"quoted\"\n"),
        ]),
        user("Go on."),
        assistant("Ada.", vec![asked("b", "{}")], vec![]),
        Message::Results(vec![result("b", 4, "")]),
    ];
    let whole = Prompt { system: "Be brief.".to_owned(), tools: vec![tool("crm__get")], ..prompt(messages) };
    let mut encoder = Encoder::new(&spec(), &whole.system, &whole.tools);
    let mut before = String::new();
    for (place, message) in whole.messages.iter().enumerate() {
        match message {
            Message::Results(results) => results.iter().for_each(|result| encoder.push_result(result)),
            message => encoder.push(message),
        }
        let shorter = Prompt { messages: whole.messages[..=place].to_vec(), ..whole.clone() };
        let request = encoder.request(Parallel::Auto);
        assert_eq!(request, encode(&spec(), &shorter), "after {place}");
        let text = String::from_utf8(request.body).unwrap();
        let marks = text.matches("cache_control").count();
        assert!((3..=4).contains(&marks), "after {place}: {marks}");
        let unmarked = text.replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "");
        assert!(unmarked.starts_with(&before), "after {place}");
        unmarked.strip_suffix("]}]}").unwrap().clone_into(&mut before);
    }
    assert_eq!(encoder.request(Parallel::Off), encode(&spec(), &Prompt { parallel: Parallel::Off, ..whole }));
}

/// One batch of more results than the provider looks back over: the place up to which it kept the conversation is marked
/// again.
#[test]
fn the_end_of_the_request_before_is_marked_too() {
    let calls: Vec<AskedCall> = (0..30).map(|call| asked(&format!("c{call}"), "{}")).collect();
    let results = (0..30).map(|call| result(&format!("c{call}"), call + 3, "ok")).collect();
    let body = body(&prompt(vec![user("All."), assistant("", calls, vec![]), Message::Results(results)]));
    let is_marked = |block: &Value| block.get("cache_control").is_some();
    assert!(is_marked(&body["messages"][0]["content"][0]));
    let marked: Vec<bool> =
        body["messages"][2]["content"].as_array().unwrap().iter().map(is_marked).collect();
    assert_eq!(marked.iter().filter(|mark| **mark).count(), 1);
    assert!(marked[29]);
}

#[test]
fn what_would_be_refused_is_left_out_or_merged() {
    let body = body(&prompt(vec![
        user(" "),
        user("One."),
        user("Two."),
        // Nothing to say, and a thought may not end a message.
        assistant("\n", vec![], vec![thought(Protocol::Anthropic, 0, "Hm.")]),
        user("Three."),
        assistant(
            "",
            vec![asked("functions.get:0", "{\"id\":"), asked("", "null"), asked("functions.get:0", "{}")],
            vec![
                thought(Protocol::Gemini, 0, "Another's."),
                thought(Protocol::Anthropic, 3, "Behind the last call."),
            ],
        ),
        Message::Results(vec![
            result("functions.get:0", 1, ""),
            result("", 3, ""),
            result("functions.get:0", 4, ""),
        ]),
        user("Four."),
    ]));
    assert!(body.get("system").is_none() && body.get("tools").is_none() && body.get("tool_choice").is_none());
    let shape = |message: &Value| -> (String, Vec<String>) {
        let blocks = message["content"].as_array().unwrap().iter();
        let said = |block: &Value| {
            let key = ["text", "id", "tool_use_id"].iter().find_map(|key| block[key].as_str());
            key.unwrap().to_owned()
        };
        (message["role"].as_str().unwrap().to_owned(), blocks.map(said).collect())
    };
    let shapes: Vec<_> = body["messages"].as_array().unwrap().iter().map(shape).collect();
    let expected = [
        ("user", vec!["One.", "Two.", "Three."]),
        ("assistant", vec!["functions_get_0", "call00001", "call00002"]),
        ("user", vec!["functions_get_0", "call00001", "call00002", "Four."]),
    ];
    let expected =
        expected.map(|(role, said)| (role.to_owned(), said.into_iter().map(str::to_owned).collect()));
    assert_eq!(shapes, expected);
    let inputs: Vec<&Value> =
        body["messages"][1]["content"].as_array().unwrap().iter().map(|block| &block["input"]).collect();
    assert_eq!(inputs, [&json!({"arguments_as_written": "{\"id\":"}), &json!({}), &json!({})]);
}

#[test]
fn limits_choices_and_names() {
    let capabilities = Capabilities { max_output: Some(64_000), ..Capabilities::default() };
    let spec = ModelSpec { capabilities, ..spec() };
    let asks = |tools: Vec<OfferedTool>, parallel| {
        let encoded = encode(&spec, &Prompt { tools, parallel, ..prompt(vec![user("Hi")]) });
        (serde_json::from_slice::<Value>(&encoded.body).unwrap(), encoded.names)
    };
    let (body, names) = asks(vec![tool("bank.transfer"), tool("bank_transfer")], Parallel::On);
    assert_eq!(body["max_tokens"], 64_000);
    assert_eq!(body["tool_choice"], json!({"type": "auto", "disable_parallel_tool_use": false}));
    assert_eq!([&body["tools"][0]["name"], &body["tools"][1]["name"]], ["bank_transfer_2", "bank_transfer"]);
    assert_eq!(names.own("bank_transfer_2"), "bank.transfer");
    assert_eq!(asks(vec![tool("t")], Parallel::Auto).0.get("tool_choice"), None);
    assert_eq!(asks(vec![], Parallel::Off).0.get("tool_choice"), None);
}

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded(bytes: impl AsRef<[u8]>) -> Decoded {
    let mut decoder = Decoder::new(Protocol::Anthropic);
    let mut events = Vec::new();
    let outcome = decoder.feed(bytes.as_ref(), &mut events).and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

/// A stream of these events.
fn stream(events: &[Value]) -> String {
    events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()))
        .collect()
}

fn start(index: u32, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn call(index: u32, id: &str, input: Value) -> Value {
    start(index, json!({"type": "tool_use", "id": id, "name": "t", "input": input}))
}

fn delta(index: u32, kind: &str, key: &str, more: &str) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": {"type": kind, key: more}})
}

fn input(index: u32, more: &str) -> Value {
    delta(index, "input_json_delta", "partial_json", more)
}

fn stop(index: u32) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn ended(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}})
}

fn over() -> Value {
    json!({"type": "message_stop"})
}

fn started(index: u32) -> ModelEvent {
    ModelEvent::CallStarted { index, name: "t".to_owned() }
}

fn ready(index: u32, id: &str, arguments: &str) -> ModelEvent {
    let call = AskedCall { id: id.to_owned(), name: "t".to_owned(), arguments: arguments.to_owned() };
    ModelEvent::CallReady { index, call }
}

fn text(words: &str) -> ModelEvent {
    ModelEvent::Text(words.to_owned())
}

fn thinking(words: &str) -> ModelEvent {
    ModelEvent::Thinking(words.to_owned())
}

fn reasoned(after: u32, item: Value) -> ModelEvent {
    ModelEvent::Reasoned(Reasoning { protocol: Protocol::Anthropic, after, item: Json(item) })
}

const CALLED: ModelEvent = ModelEvent::Finished(Finish::ToolCalls);
const STOPPED: ModelEvent = ModelEvent::Finished(Finish::Stop);

#[track_caller]
fn check(parts: &[Value], expected: &[ModelEvent]) {
    assert_eq!(decoded(stream(parts)), (expected.to_vec(), Ok(())));
}

#[test]
fn a_call_is_ready_at_its_own_end() {
    let parts = [call(0, "a", json!({})), input(0, ""), input(0, "{\"x\":"), input(0, " 1}"), stop(0)];
    let (events, outcome) = decoded(stream(&parts));
    assert_eq!(events, [started(0), ready(0, "a", "{\"x\": 1}")]);
    assert_eq!(outcome, Err(DecodeError::Cut));
    let open = [&parts[..4], &[call(1, "b", json!({})), input(1, "{}"), stop(1)]].concat();
    assert_eq!(decoded(stream(&open)).0, [started(0), started(1)], "in the model's order");
}

#[test]
fn a_call_without_input_and_one_with_the_whole_of_it_at_its_beginning() {
    let bare = start(0, json!({"type": "tool_use", "id": "a", "name": "t"}));
    for first in [bare, call(0, "a", json!({})), call(0, "a", Value::Null)] {
        check(
            &[first, stop(0), call(1, "b", json!({"x": 1})), stop(1), ended("tool_use"), over()],
            &[started(0), ready(0, "a", "{}"), started(1), ready(1, "b", "{\"x\":1}"), CALLED],
        );
    }
    // Pieces say it again.
    let parts = [call(0, "", json!({"x": 1})), input(0, "{\"x\":2}"), stop(0), ended("end_turn"), over()];
    check(&parts, &[started(0), ready(0, "call_0", "{\"x\":2}"), CALLED]);
}

/// The provider ends the block of a call that its limit cut like any other, and says only then why the message ended.
#[test]
fn a_call_that_a_limit_cut_is_never_ready() {
    for cut in ["", "{\"to\":\"a", "{\"x\":1", "{"] {
        for (reason, finish) in [
            ("max_tokens", Finish::Length),
            ("model_context_window_exceeded", Finish::Length),
            ("refusal", Finish::ContentFilter),
        ] {
            let first = [call(0, "a", json!({})), input(0, "{\"x\":1}"), stop(0), call(1, "b", json!({}))];
            let parts = [&first[..], &[input(1, cut), stop(1), ended(reason), over()]].concat();
            let finished = ModelEvent::Finished(finish);
            check(&parts, &[started(0), ready(0, "a", "{\"x\":1}"), started(1), finished]);
        }
    }
    let block = json!({"type": "tool_use", "id": "a", "name": "t", "input": {"x": "mended"}});
    let document = json!({"type": "message", "content": [block, block], "stop_reason": "max_tokens"});
    let (events, outcome) = decoded(document.to_string());
    let whole = ready(0, "a", "{\"x\":\"mended\"}");
    assert_eq!(events, [started(0), whole, started(1), ModelEvent::Finished(Finish::Length)]);
    assert_eq!(outcome, Ok(()));
}

#[test]
fn arguments_that_do_not_parse_are_the_model_s_when_the_message_went_on() {
    let parts = [call(0, "a", json!({})), input(0, "{\"x\":"), stop(0)];
    let on =
        [&parts[..], &[start(1, json!({"type": "text", "text": "So."})), stop(1), ended("end_turn"), over()]];
    check(&on.concat(), &[started(0), ready(0, "a", "{\"x\":"), text("So."), CALLED]);
    let good = [&parts[..], &[ended("tool_use"), over()]].concat();
    check(&good, &[started(0), ready(0, "a", "{\"x\":"), CALLED]);
    assert_eq!(decoded(stream(&parts)).0, [started(0)], "cut");
}

#[test]
fn thoughts_are_shown_kept_in_place_and_handed_back() {
    let parts = [
        start(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, "thinking_delta", "thinking", "Let me"),
        delta(0, "thinking_delta", "thinking", " see."),
        delta(0, "signature_delta", "signature", "c2ln"),
        stop(0),
        start(1, json!({"type": "redacted_thinking", "data": "ZW5j"})),
        stop(1),
        call(2, "a", json!({"x": 1})),
        stop(2),
        start(3, json!({"type": "thinking", "thinking": "Unsigned."})),
        stop(3),
        start(4, json!({"type": "thinking", "thinking": "More.", "signature": "c2"})),
        stop(4),
        ended("tool_use"),
        over(),
    ];
    let first = json!({"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"});
    let second = json!({"type": "redacted_thinking", "data": "ZW5j"});
    let third = json!({"type": "thinking", "thinking": "More.", "signature": "c2"});
    let expected = [
        thinking("Let me"),
        thinking(" see."),
        reasoned(0, first.clone()),
        reasoned(0, second.clone()),
        started(0),
        ready(0, "a", "{\"x\":1}"),
        thinking("Unsigned."),
        thinking("More."),
        reasoned(1, third),
        CALLED,
    ];
    check(&parts, &expected);
    let reasoning = expected.iter().filter_map(|event| match event {
        ModelEvent::Reasoned(reasoning) => Some(reasoning.clone()),
        _ => None,
    });
    let said = assistant("", vec![asked("a", "{}")], reasoning.collect());
    let body = body(&prompt(vec![user("Hi"), said]));
    let blocks = body["messages"][1]["content"].as_array().unwrap();
    assert_eq!(blocks[..2], [first, second]);
    assert_eq!(blocks.len(), 3, "none stands behind the last call");
}

#[test]
fn a_provider_s_own_tools_say_nothing() {
    let parts = [
        start(0, json!({"type": "text", "text": "I look. "})),
        stop(0),
        start(1, json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
        input(1, "{\"query\":\"x\"}"),
        stop(1),
        start(
            2,
            json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "text", "text": "No"}]}),
        ),
        stop(2),
        start(3, json!({"type": "a_block_of_tomorrow", "text": {"not": "text"}, "data": 7})),
        delta(3, "tomorrow_delta", "text", "No"),
        stop(3),
        start(4, json!({"type": "text", "text": "", "citations": []})),
        json!({"type": "content_block_delta", "index": 4, "delta": {"type": "citations_delta", "citation": {"cited_text": "No"}}}),
        delta(4, "text_delta", "text", "Found."),
        json!({"type": "an_event_of_tomorrow", "index": 4}),
        stop(4),
        ended("pause_turn"),
        over(),
    ];
    check(&parts, &[text("I look. "), text("Found."), STOPPED]);
}

#[test]
fn usage_counts_what_was_kept_and_grows() {
    let begun = json!({"type": "message_start", "message": {"content": [], "usage": {
        "input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 1000, "output_tokens": 1}}});
    let mut end = ended("end_turn");
    end["usage"] =
        json!({"output_tokens": 50, "input_tokens": 0, "output_tokens_details": {"thinking_tokens": 20}});
    let usage = |output, reasoning| ModelEvent::Usage(Usage { input: 1110, output, cached: 100, reasoning });
    let parts = [begun, delta(0, "text_delta", "text", "Hi"), end.clone(), over()];
    check(&parts, &[usage(1, 0), text("Hi"), usage(50, 20), STOPPED]);
}

#[test]
fn every_reason_to_end() {
    for (reason, finish) in [
        ("end_turn", Finish::Stop),
        ("stop_sequence", Finish::Stop),
        ("pause_turn", Finish::Stop),
        ("a_reason_of_tomorrow", Finish::Stop),
        ("max_tokens", Finish::Length),
        ("model_context_window_exceeded", Finish::Length),
        ("refusal", Finish::ContentFilter),
    ] {
        check(&[ended(reason), over()], &[ModelEvent::Finished(finish)]);
        check(&[ended(reason)], &[ModelEvent::Finished(finish)]);
    }
    let parts = [call(0, "a", json!({"x": 1})), stop(0), ended("a_reason_of_tomorrow")];
    assert!(matches!(decoded(stream(&parts)).1, Err(DecodeError::Malformed(_))));
    let unsaid = [delta(0, "text_delta", "text", "Hi"), over()];
    check(&unsaid, &[text("Hi"), STOPPED]);
    assert_eq!(decoded(stream(&[call(0, "a", json!({})), over()])).1, Err(DecodeError::Cut));
    assert_eq!(decoded(stream(&[json!({"type": "ping"})])).1.unwrap_err().to_string(), "it holds no message");
}

#[test]
fn errors_within_an_answer() {
    let begun = json!({"type": "message_start", "message": {"content": []}});
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    for bytes in [
        stream(&[begun.clone(), error.clone()]),
        format!("data: {error}\n\n"),
        error.to_string(),
        json!([error]).to_string(),
    ] {
        let Err(DecodeError::Complained(complaint)) = decoded(&bytes).1 else { panic!("{bytes}") };
        assert_eq!((complaint.kind.as_str(), complaint.message.as_str()), ("overloaded_error", "Overloaded"));
    }
    assert_eq!(decoded(stream(&[begun, json!({"type": "ping"})])).1, Err(DecodeError::Cut));
    let stray = stream(&[call(0, "a", json!({"x": 1})), stop(0), input(0, "{}")]);
    assert!(matches!(decoded(stray).1, Err(DecodeError::Malformed(_))), "it may be running already");
}

#[test]
fn what_a_message_begins_with_and_what_relays_leave_out() {
    let block = json!({"type": "tool_use", "id": "a", "name": "t", "input": {}});
    let begun = json!({"type": "message_start", "message": {"content": [block], "stop_reason": null}});
    check(&[begun, ended("tool_use"), over()], &[started(0), ready(0, "a", "{}"), CALLED]);
    // Neither the event's name nor its type twice, no beginning of a text, the other protocol's end mark.
    let lines = [delta(0, "text_delta", "text", "Hi"), ended("end_turn")];
    let bytes: String = lines.iter().map(|event| format!("data:{event}\r\n\r\n")).collect();
    assert_eq!(decoded(bytes + "data: [DONE]\n\n"), (vec![text("Hi"), STOPPED], Ok(())));
    let untyped = "event: content_block_delta\ndata: {\"delta\":{\"text\":\"Hi\"}}\n\nevent: message_stop\ndata: {}\n\n";
    assert_eq!(decoded(untyped), (vec![text("Hi"), STOPPED], Ok(())));
    // Without an end mark of its own a call is ready when the message is over.
    let parts = [call(0, "a", json!({})), input(0, "{\"x\":1}"), ended("tool_use")];
    check(&parts, &[started(0), ready(0, "a", "{\"x\":1}"), CALLED]);
}
