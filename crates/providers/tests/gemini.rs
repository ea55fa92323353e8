//! Gemini `generateContent`, both ways: the exact bytes of a request, and what the single parts of an answer mean.

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

fn spec(model: &str) -> ModelSpec {
    ModelSpec {
        name: "main".to_owned(),
        title: String::new(),
        protocol: Protocol::Gemini,
        base_url: "https://generativelanguage.googleapis.com/v1beta".to_owned(),
        model: model.to_owned(),
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

fn user(text: &str) -> Message {
    Message::User(text.to_owned())
}

fn kept(after: u32, item: Value) -> Reasoning {
    Reasoning { protocol: Protocol::Gemini, after, item: Json(item) }
}

fn prompt(messages: Vec<Message>) -> Prompt {
    Prompt { system: String::new(), messages, tools: Vec::new(), parallel: Parallel::Auto }
}

fn tool(name: &str) -> OfferedTool {
    let input = Json(json!({"type": "object", "properties": {"id": {"type": ["integer", "null"]}}}));
    OfferedTool { name: name.to_owned(), description: "One customer.".to_owned(), input }
}

fn body(prompt: &Prompt) -> Value {
    serde_json::from_slice(&encode(&spec("gemini-2.5-flash"), prompt).body).unwrap()
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
                vec![asked("x7", "{ \"id\": 7.0 }"), asked("call_1", "")],
                vec![
                    kept(0, json!({"text": "Hm.", "thought": true, "thoughtSignature": "s0"})),
                    kept(0, json!({"text": "", "thoughtSignature": "s1"})),
                    kept(0, json!({"functionCall": {"id": "x7"}, "thoughtSignature": "s2"})),
                ],
            ),
            Message::Results(vec![result("x7", 1, "{\"name\":\"Ada\"}"), result("call_1", 2, "no id")]),
            assistant("Ada.", vec![], vec![]),
            user("Sure?"),
        ])
    };
    let encoded = encode(&spec("gemini-3-pro-preview"), &conversation);
    assert_eq!(
        encoded.url,
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse"
    );
    let schema =
        r#""parametersJsonSchema":{"type":"object","properties":{"id":{"type":["integer","null"]}}}}"#;
    let expected = [
        r#"{"systemInstruction":{"parts":[{"text":"Be brief."}]},"tools":[{"functionDeclarations":["#,
        r#"{"name":"crm__list","description":"One customer.","#,
        schema,
        r#",{"name":"crm__get","description":"One customer.","#,
        schema,
        r#"]}],"contents":[{"role":"user","parts":[{"text":"Who is 7?"}]},"#,
        r#"{"role":"model","parts":[{"text":"Hm.","thought":true,"thoughtSignature":"s0"},"#,
        r#"{"text":"Let me see.","thoughtSignature":"s1"},"#,
        r#"{"functionCall":{"id":"x7","name":"crm__get","args":{ "id": 7.0 }},"thoughtSignature":"s2"},"#,
        r#"{"functionCall":{"name":"crm__get","args":{}}}]},"#,
        r#"{"role":"user","parts":[{"functionResponse":{"id":"x7","name":"crm__get","#,
        r#""response":{"output":"[c1] crm.get\n{\"name\":\"Ada\"}"}}},"#,
        r#"{"functionResponse":{"name":"crm__get","response":{"error":"[c2] crm.get\nno id"}}}]},"#,
        r#"{"role":"model","parts":[{"text":"Ada."}]},"#,
        r#"{"role":"user","parts":[{"text":"Sure?"}]}]}"#,
    ];
    assert_eq!(String::from_utf8(encoded.body).unwrap(), expected.concat());
}

#[test]
fn message_by_message_the_bytes_are_the_same_and_only_grow() {
    let messages = vec![
        user("Who is 7?"),
        assistant(
            "",
            vec![asked("a", "{}"), asked("a", "[")],
            vec![kept(0, json!({"functionCall": {"id": "a"}}))],
        ),
        Message::Results(vec![
            result("a", 1, "{\"name\":\"Ada\"}"),
            result("a", 3, "\u{1f980} \"quoted\"\n"),
        ]),
        user("Go on."),
        assistant("Ada.", vec![asked("b", "{}")], vec![]),
        Message::Results(vec![result("b", 4, "")]),
    ];
    let whole = Prompt { system: "Be brief.".to_owned(), tools: vec![tool("crm__get")], ..prompt(messages) };
    let spec = spec("gemini-2.5-flash");
    let mut encoder = Encoder::new(&spec, &whole.system, &whole.tools);
    let mut before = Vec::new();
    for (place, message) in whole.messages.iter().enumerate() {
        match message {
            Message::Results(results) => results.iter().for_each(|result| encoder.push_result(result)),
            message => encoder.push(message),
        }
        let shorter = Prompt { messages: whole.messages[..=place].to_vec(), ..whole.clone() };
        let request = encoder.request(Parallel::Auto);
        assert_eq!(request, encode(&spec, &shorter), "after {place}");
        assert!(request.body.starts_with(&before), "after {place}");
        before = request.body.strip_suffix(b"]}]}").unwrap().to_vec();
    }
}

#[test]
fn a_model_s_address() {
    let asked = |base: &str, model: &str| {
        let spec = ModelSpec { base_url: base.to_owned(), ..spec(model) };
        encode(&spec, &prompt(vec![user("Hi")])).url
    };
    let google = "https://generativelanguage.googleapis.com/v1beta";
    let ending = ":streamGenerateContent?alt=sse";
    assert_eq!(asked(google, "models/gemini-x"), format!("{google}/models/gemini-x{ending}"));
    assert_eq!(asked(google, "tunedModels/mine"), format!("{google}/tunedModels/mine{ending}"));
    assert_eq!(asked(google, "a?b#c%"), format!("{google}/models/a%3Fb%23c%25{ending}"));
    let vertex = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1";
    let publisher = format!("{vertex}/publishers/google");
    assert_eq!(asked(&publisher, "gemini-x"), format!("{publisher}/models/gemini-x{ending}"));
    assert_eq!(asked(vertex, "endpoints/123"), format!("{vertex}/endpoints/123{ending}"));
    assert_eq!(
        asked("http://127.0.0.1:4000/?key=1", "m"),
        format!("http://127.0.0.1:4000/models/m{}&alt=sse", ":streamGenerateContent?key=1")
    );
}

#[test]
fn what_would_be_refused_is_left_out_or_merged() {
    let body = body(&prompt(vec![
        user(""),
        user("One."),
        user("Two."),
        assistant(
            "",
            vec![],
            vec![kept(0, json!({"text": "Hm.", "thought": true, "thoughtSignature": "s"}))],
        ),
        user("Three."),
        assistant("", vec![asked("a", "{\"id\":"), asked("a", "null")], vec![]),
        Message::Results(vec![result("a", 1, "x"), result("a", 3, "y")]),
        user("Four."),
    ]));
    assert!(body.get("systemInstruction").is_none() && body.get("tools").is_none());
    let contents = body["contents"].as_array().unwrap();
    let roles: Vec<&str> = contents.iter().map(|content| content["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "model", "user"]);
    assert_eq!(contents[0]["parts"], json!([{"text": "One."}, {"text": "Two."}, {"text": "Three."}]));
    let call = |args: Value| json!({"functionCall": {"name": "crm__get", "args": args}});
    assert_eq!(
        contents[1]["parts"],
        json!([call(json!({"arguments_as_written": "{\"id\":"})), call(json!({}))])
    );
    assert_eq!(contents[2]["parts"].as_array().unwrap().len(), 3);
}

#[test]
fn names_that_the_protocol_forbids_are_sent_under_others() {
    let called = AskedCall { name: "7.list".to_owned(), ..asked("a", "{}") };
    let tools = vec![tool("7.list"), tool("crm__get")];
    let messages =
        vec![user("Hi"), assistant("", vec![called], vec![]), Message::Results(vec![result("a", 1, "")])];
    let encoded = encode(&spec("gemini-2.5-flash"), &Prompt { tools, ..prompt(messages) });
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    for path in [
        "/tools/0/functionDeclarations/0/name",
        "/contents/1/parts/0/functionCall/name",
        "/contents/2/parts/0/functionResponse/name",
    ] {
        assert_eq!(body.pointer(path).unwrap(), "_7_list", "{path}");
    }
    assert_eq!(encoded.names.own("_7_list"), "7.list");
}

/// A model that refuses unsigned calls goes on with what another model began.
#[test]
fn calls_of_another_model_are_sent_as_unsigned() {
    let anothers =
        Reasoning { protocol: Protocol::Anthropic, after: 0, item: Json(json!({"thinking": "x"})) };
    let messages = vec![user("Hi"), assistant("", vec![asked("a", "{}"), asked("b", "{}")], vec![anothers])];
    for (model, is_strict) in [
        ("gemini-3-pro-preview", true),
        ("publishers/google/models/gemini-3.5-flash", true),
        ("gemini-2.5-flash", false),
        ("gemini-flash-latest", false),
        ("gemma-3", false),
    ] {
        let body = encode(&spec(model), &prompt(messages.clone())).body;
        let body: Value = serde_json::from_slice(&body).unwrap();
        let parts = body["contents"][1]["parts"].as_array().unwrap();
        let signatures: Vec<Option<&str>> =
            parts.iter().map(|part| part["thoughtSignature"].as_str()).collect();
        let first = is_strict.then_some("skip_thought_signature_validator");
        assert_eq!(signatures, [first, None], "{model}");
    }
}

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded(bytes: impl AsRef<[u8]>) -> Decoded {
    let mut decoder = Decoder::new(Protocol::Gemini);
    let mut events = Vec::new();
    let outcome = decoder.feed(bytes.as_ref(), &mut events).and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

/// A chunk with these parts; a string is the reason for which the message ends.
fn chunk(parts: &[Value]) -> Value {
    let said: Vec<&Value> = parts.iter().filter(|part| part.is_object()).collect();
    let mut candidate = json!({"content": {"role": "model", "parts": said}, "index": 0});
    if let Some(reason) = parts.iter().find(|part| part.is_string()) {
        candidate["finishReason"] = reason.clone();
    }
    json!({"candidates": [candidate], "modelVersion": "gemini-x"})
}

fn stream(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\r\n\r\n")).collect()
}

fn call(args: Value) -> Value {
    json!({"functionCall": {"name": "t", "args": args}})
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

const CALLED: ModelEvent = ModelEvent::Finished(Finish::ToolCalls);
const STOPPED: ModelEvent = ModelEvent::Finished(Finish::Stop);

#[track_caller]
fn check(chunks: &[Value], expected: &[ModelEvent]) {
    assert_eq!(decoded(stream(chunks)), (expected.to_vec(), Ok(())));
    // The same without `alt=sse`.
    assert_eq!(decoded(json!(chunks).to_string()), (expected.to_vec(), Ok(())));
}

#[test]
fn a_call_is_ready_when_it_comes() {
    let bare = json!({"functionCall": {"id": "x1", "name": "t"}});
    let chunks =
        [chunk(&[call(json!({"x": 1}))]), chunk(&[bare, call(Value::Null)]), chunk(&[json!("STOP")])];
    let given = ModelEvent::Reasoned(kept(1, json!({"functionCall": {"id": "x1"}})));
    let expected = [
        started(0),
        ready(0, "call_0", "{\"x\":1}"),
        started(1),
        given,
        ready(1, "x1", "{}"),
        started(2),
        ready(2, "call_2", "{}"),
        CALLED,
    ];
    check(&chunks, &expected);
    assert_eq!(decoded(stream(&chunks[..1])), (expected[..2].to_vec(), Err(DecodeError::Cut)));
}

#[test]
fn signatures_and_ids_go_back_on_the_parts_they_came_with() {
    let mut signed = call(json!({}));
    signed["thoughtSignature"] = json!("s2");
    let chunks = [
        chunk(&[
            json!({"text": "Hm.", "thought": true}),
            json!({"text": " So.", "thought": true, "thoughtSignature": "s0"}),
        ]),
        chunk(&[json!({"text": "I look."}), json!({"text": "", "thoughtSignature": "s1"})]),
        chunk(&[signed, call(json!({})), json!("STOP")]),
    ];
    let (events, outcome) = decoded(stream(&chunks));
    assert_eq!(outcome, Ok(()));
    let thought = |words: &str| ModelEvent::Thinking(words.to_owned());
    let reasoned = |item: Value| ModelEvent::Reasoned(kept(0, item));
    assert_eq!(
        events,
        [
            thought("Hm."),
            thought(" So."),
            reasoned(json!({"text": " So.", "thought": true, "thoughtSignature": "s0"})),
            text("I look."),
            reasoned(json!({"text": "", "thoughtSignature": "s1"})),
            started(0),
            reasoned(json!({"functionCall": {}, "thoughtSignature": "s2"})),
            ready(0, "call_0", "{}"),
            started(1),
            ready(1, "call_1", "{}"),
            CALLED,
        ]
    );
    let reasoning = events.iter().filter_map(|event| match event {
        ModelEvent::Reasoned(reasoning) => Some(reasoning.clone()),
        _ => None,
    });
    let calls = vec![asked("call_0", "{}"), asked("call_1", "{}")];
    let body = body(&prompt(vec![user("Hi"), assistant("I look.", calls, reasoning.collect())]));
    assert_eq!(
        body["contents"][1]["parts"],
        json!([
            {"text": " So.", "thought": true, "thoughtSignature": "s0"},
            {"text": "I look.", "thoughtSignature": "s1"},
            {"functionCall": {"name": "crm__get", "args": {}}, "thoughtSignature": "s2"},
            {"functionCall": {"name": "crm__get", "args": {}}},
        ])
    );
}

fn piece(path: &str, more: &str, goes_on: bool) -> Value {
    let arg = json!({"jsonPath": path, "stringValue": more, "willContinue": goes_on});
    json!({"functionCall": {"partialArgs": [arg], "willContinue": true}})
}

#[test]
fn arguments_in_pieces_are_ready_when_nothing_more_is_announced() {
    let begins = json!({"functionCall": {"name": "t", "willContinue": true}, "thoughtSignature": "s"});
    let ends = json!({"functionCall": {}});
    let parts =
        [begins, piece("$.a", "x", true), piece("$.b[0]", "z", false), piece("$.a", "y\n", false), ends];
    let chunks: Vec<Value> = parts.iter().map(|part| chunk(std::slice::from_ref(part))).collect();
    let signed = ModelEvent::Reasoned(kept(0, json!({"functionCall": {}, "thoughtSignature": "s"})));
    let whole = ready(0, "call_0", "{\"a\":\"xy\\n\",\"b\":[\"z\"]}");
    let expected = [started(0), signed, whole, CALLED];
    check(&[&chunks[..], &[chunk(&[json!("STOP")])]].concat(), &expected);
    for count in 1..chunks.len() {
        let (events, outcome) = decoded(stream(&chunks[..count]));
        assert_eq!((events, outcome), (vec![started(0)], Err(DecodeError::Cut)), "{count} chunks");
        let limited = [&chunks[..count], &[chunk(&[json!("MAX_TOKENS")])]].concat();
        check(&limited, &[started(0), ModelEvent::Finished(Finish::Length)]);
    }
    // The message's good end is one of the call too.
    check(&[&chunks[..4], &[chunk(&[json!("STOP")])]].concat(), &expected);
}

#[test]
fn the_next_call_does_not_end_the_one_before() {
    let begins = |name: &str| json!({"functionCall": {"name": name, "willContinue": true}});
    let parts = [begins("t"), piece("$.a", "x", false), begins("u"), json!({"functionCall": {}})];
    let (events, _) = decoded(stream(&[chunk(&parts)]));
    let is_ready = |event: &&ModelEvent| matches!(event, ModelEvent::CallReady { index: 0, .. });
    assert_eq!(events.iter().filter(is_ready).count(), 0);
    let (events, _) = decoded(stream(&[chunk(&parts), chunk(&[json!("STOP")])]));
    assert_eq!(events.iter().filter(is_ready).count(), 1);
    let stray = decoded(stream(&[chunk(&[call(json!({})), piece("$.a", "x", false)])]));
    assert!(matches!(stray.1, Err(DecodeError::Malformed(_))), "{stray:?}");
}

#[test]
fn every_reason_to_end() {
    for (reason, finish) in [
        ("STOP", Finish::Stop),
        ("OTHER", Finish::Stop),
        ("MAX_TOKENS", Finish::Length),
        ("SAFETY", Finish::ContentFilter),
        ("RECITATION", Finish::ContentFilter),
        ("PROHIBITED_CONTENT", Finish::ContentFilter),
        ("BLOCKLIST", Finish::ContentFilter),
        ("SPII", Finish::ContentFilter),
        ("LANGUAGE", Finish::ContentFilter),
    ] {
        check(&[chunk(&[json!({"text": "Hi"}), json!(reason)])], &[text("Hi"), ModelEvent::Finished(finish)]);
    }
    // Some write it with every chunk; the last word counts.
    let words = |more: &str, reason: &str| chunk(&[json!({"text": more}), json!(reason)]);
    let finished = ModelEvent::Finished(Finish::Length);
    check(&[words("a", "STOP"), words("b", "MAX_TOKENS")], &[text("a"), text("b"), finished]);
    assert_eq!(decoded(stream(&[chunk(&[json!({"text": "Hi"})])])).1, Err(DecodeError::Cut));
    let document = chunk(&[json!({"text": "Hi"})]).to_string();
    assert_eq!(decoded(document), (vec![text("Hi"), STOPPED], Ok(())));
}

#[test]
fn what_the_provider_could_make_nothing_of_is_an_error_that_says_so() {
    for reason in ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"] {
        let mut chunk = chunk(&[json!(reason)]);
        chunk["candidates"][0]["content"] = json!({});
        chunk["candidates"][0]["finishMessage"] = json!("Malformed function call: print(x)");
        let Err(DecodeError::Complained(complaint)) = decoded(stream(&[chunk])).1 else { panic!("{reason}") };
        assert!(complaint.message.contains(reason), "{complaint:?}");
        assert!(complaint.message.ends_with("print(x)"), "{complaint:?}");
        assert_eq!(complaint.status, Some(503), "asking again may help");
    }
}

#[test]
fn a_question_that_the_filter_refuses() {
    let feedback = json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 7}});
    let (events, outcome) = decoded(feedback.to_string());
    assert_eq!(events, [ModelEvent::Usage(Usage { input: 7, ..Usage::default() })]);
    let Err(DecodeError::Complained(complaint)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(complaint.code, "content_filter");
    assert_eq!(complaint.message, "its filter refused the question: PROHIBITED_CONTENT");
    let finished = ModelEvent::Finished(Finish::ContentFilter);
    check(
        &[chunk(&[json!({"text": "Hi"})]), feedback],
        &[text("Hi"), ModelEvent::Usage(Usage { input: 7, ..Usage::default() }), finished],
    );
}

#[test]
fn usage_counts_thoughts_as_written_and_what_was_kept() {
    let counted = |counts: Value| json!({"candidates": [{"content": {"parts": [{"text": "a"}]}}], "usageMetadata": counts});
    let chunks = [
        counted(json!({"trafficType": "ON_DEMAND"})),
        counted(json!({"promptTokenCount": 9, "cachedContentTokenCount": 4, "totalTokenCount": 9})),
        counted(json!({"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 30})),
        chunk(&[json!("STOP")]),
    ];
    let usage = |output, reasoning| ModelEvent::Usage(Usage { input: 9, output, cached: 4, reasoning });
    check(&chunks, &[text("a"), usage(0, 0), text("a"), usage(32, 30), text("a"), STOPPED]);
}

#[test]
fn errors_within_an_answer() {
    let error =
        json!({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}});
    let began = chunk(&[json!({"text": "Hi"})]);
    for bytes in [
        stream(&[began.clone(), error.clone()]),
        error.to_string(),
        json!([error]).to_string(),
        json!([began, error]).to_string(),
        format!("event: error\ndata: {error}\n\n"),
    ] {
        let Err(DecodeError::Complained(complaint)) = decoded(&bytes).1 else { panic!("{bytes}") };
        assert_eq!((complaint.status, complaint.message.as_str()), (Some(503), "The model is overloaded."));
    }
    assert!(matches!(decoded("{}").1, Err(DecodeError::Malformed(_))));
    assert_eq!(decoded("[{\"candidates\":[").1, Err(DecodeError::Cut));
}
