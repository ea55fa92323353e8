//! The exact bytes of a request in OpenAI Responses.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use domain::id::Handle;
use domain::json::Json;
use domain::label::Level;
use domain::model::{
    AskedCall, Capabilities, Early, Message, ModelSpec, OfferedTool, Parallel, Prompt, Protocol, Reasoning,
};
use domain::outcome::CallResult;
use providers::{Encoder, encode};
use serde_json::{Value, json};

fn spec() -> ModelSpec {
    ModelSpec {
        name: "main".to_owned(),
        title: String::new(),
        protocol: Protocol::OpenaiResponses,
        base_url: "https://api.example.com/v1".to_owned(),
        model: "gpt-x".to_owned(),
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
    CallResult {
        id: id.to_owned(),
        handle: Handle(handle),
        tool,
        ok: true,
        note: String::new(),
        text: text.to_owned(),
    }
}

fn thought(after: u32, item: Value) -> Reasoning {
    Reasoning { protocol: Protocol::OpenaiResponses, after, item: Json(item) }
}

fn sealed(id: &str) -> Value {
    json!({"type": "reasoning", "id": id, "encrypted_content": "x", "summary": []})
}

fn prompt(messages: Vec<Message>) -> Prompt {
    let input = Json(json!({"type": "object", "properties": {"id": {"type": "integer"}}}));
    let tool = OfferedTool { name: "crm__get".to_owned(), description: "One customer.".to_owned(), input };
    Prompt { system: "Be brief.".to_owned(), messages, tools: vec![tool], parallel: Parallel::Auto }
}

fn items(message: Message) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&encode(&spec(), &prompt(vec![message])).body).unwrap();
    body["input"].as_array().unwrap().clone()
}

/// What each item is: its type, and its text, id or name.
fn order(items: &[Value]) -> Vec<String> {
    let named = |item: &Value| {
        let name = item.pointer("/content/0/text").or(item.get("call_id")).or(item.get("id")).unwrap();
        format!("{} {}", item["type"].as_str().unwrap(), name.as_str().unwrap())
    };
    items.iter().map(named).collect()
}

/// These bytes are on record as what was sent, and providers' prompt caches compare them: a change is a decision.
#[test]
fn a_conversation_byte_for_byte() {
    let conversation = Prompt {
        parallel: Parallel::Off,
        ..prompt(vec![
            Message::User("Who is 7?".to_owned()),
            Message::Assistant {
                text: String::new(),
                calls: vec![asked("a", "{ \"id\": 7 }"), asked("b", "")],
                reasoning: vec![thought(0, sealed("rs_1"))],
            },
            Message::Results(vec![result("a", 1, "{\"name\":\"Ada\"}"), result("b", 2, "no id")]),
            Message::Assistant { text: "Ada.".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
            Message::User("Sure?".to_owned()),
        ])
    };
    let encoded = encode(&spec(), &conversation);
    assert_eq!(encoded, encode(&spec(), &conversation));
    assert_eq!(encoded.url, "https://api.example.com/v1/responses");
    assert_eq!(
        String::from_utf8(encoded.body).unwrap(),
        concat!(
            r#"{"model":"gpt-x","instructions":"Be brief.","input":["#,
            r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"Who is 7?"}]},"#,
            r#"{"type":"reasoning","id":"rs_1","encrypted_content":"x","summary":[]},"#,
            r#"{"type":"function_call","call_id":"a","name":"crm__get","arguments":"{ \"id\": 7 }"},"#,
            r#"{"type":"function_call","call_id":"b","name":"crm__get","arguments":"{}"},"#,
            r#"{"type":"function_call_output","call_id":"a","output":"[c1] crm.get\n{\"name\":\"Ada\"}"},"#,
            r#"{"type":"function_call_output","call_id":"b","output":"[c2] crm.get\nno id"},"#,
            r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Ada."}]},"#,
            r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"Sure?"}]}],"#,
            r#""tools":[{"type":"function","name":"crm__get","description":"One customer.","#,
            r#""parameters":{"type":"object","properties":{"id":{"type":"integer"}}},"strict":false}],"#,
            r#""parallel_tool_calls":false,"store":false,"include":["reasoning.encrypted_content"],"#,
            r#""stream":true}"#,
        )
    );
}

#[test]
fn message_by_message_the_bytes_are_the_same() {
    let messages = vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant {
            text: "Wait.".to_owned(),
            calls: vec![asked("a", "{}"), asked("a", "[")],
            reasoning: vec![thought(0, sealed("rs_1")), thought(1, sealed("rs_2"))],
        },
        Message::Results(vec![result("a", 1, "{}"), result("a", 2, "\u{1f980} \"quoted\"\n")]),
        Message::Assistant { text: "Ada.".to_owned(), calls: vec![asked("b", "{}")], reasoning: Vec::new() },
        Message::Results(vec![result("b", 3, "")]),
    ];
    let whole = prompt(messages);
    let mut encoder = Encoder::new(&spec(), &whole.system, &whole.tools);
    let mut before = Vec::new();
    for (place, message) in whole.messages.iter().enumerate() {
        match message {
            Message::Results(results) => results.iter().for_each(|result| encoder.push_result(result)),
            message => encoder.push(message),
        }
        let shorter = Prompt { messages: whole.messages[..=place].to_vec(), ..whole.clone() };
        let request = encoder.request(Parallel::Auto);
        assert_eq!(request, encode(&spec(), &shorter), "after {place}");
        assert!(request.body.starts_with(&before), "after {place}");
        let end = request.body.windows(10).rposition(|part| part == b"],\"tools\":").unwrap();
        before = request.body[..end].to_vec();
    }
    let ids = |kind: &str| -> Vec<String> {
        let body: Value = serde_json::from_slice(&encoder.request(Parallel::Auto).body).unwrap();
        let items = body["input"].as_array().unwrap().iter().filter(|item| item["type"] == kind);
        items.map(|item| item["call_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("function_call"), ["a", "call00001", "b"]);
    assert_eq!(ids("function_call_output"), ids("function_call"));
}

#[test]
fn thoughts_and_words_stand_where_they_stood() {
    let place = |length: usize, phase: &str| json!({"type": "message", "length": length, "phase": phase});
    let message = |text: &str, reasoning: Vec<Reasoning>| Message::Assistant {
        text: text.to_owned(),
        calls: vec![asked("a", "{}"), asked("b", "{}")],
        reasoning,
    };
    let thoughts = || {
        vec![
            thought(0, sealed("rs_1")),
            thought(0, place(5, "commentary")),
            thought(1, sealed("rs_2")),
            thought(1, place(6, "commentary")),
            thought(2, sealed("rs_3")),
        ]
    };
    let found = items(message("Wait. More.", thoughts()));
    assert_eq!(
        order(&found),
        [
            "reasoning rs_1",
            "message Wait.",
            "function_call a",
            "reasoning rs_2",
            "message  More.",
            "function_call b",
            "reasoning rs_3",
        ]
    );
    assert_eq!(found[1]["phase"], "commentary");
    // Words that a key was taken out of are longer or shorter than they were; none of them is lost.
    let all = |items: &[Value]| -> String {
        let words = items.iter().filter_map(|item| item.pointer("/content/0/text")?.as_str());
        words.collect()
    };
    for words in ["W", "Wait. More. And more.", "Wait\u{e4} More", ""] {
        assert_eq!(all(&items(message(words, thoughts()))), words);
    }
    // Another protocol's thoughts stay out, and the words stand before the calls.
    let foreign = Reasoning { protocol: Protocol::Anthropic, ..thought(0, sealed("rs_1")) };
    assert_eq!(
        order(&items(message("Wait.", vec![foreign]))),
        ["message Wait.", "function_call a", "function_call b"]
    );
}

/// A provider refuses thoughts that nothing follows.
#[test]
fn thoughts_alone_stay_out() {
    let reasoning = vec![thought(0, sealed("rs_1"))];
    assert!(items(Message::Assistant { text: String::new(), calls: Vec::new(), reasoning }).is_empty());
}

#[test]
fn thoughts_are_asked_for_where_the_model_may_have_some() {
    let asks = |model: &str| {
        let spec = ModelSpec { model: model.to_owned(), ..spec() };
        let body = encode(&spec, &prompt(Vec::new())).body;
        serde_json::from_slice::<Value>(&body).unwrap().get("include").is_some()
    };
    for model in ["gpt-5", "o3", "openai/gpt-oss-20b", "grok-4.3", "my-deployment"] {
        assert!(asks(model), "{model}");
    }
    for model in
        ["gpt-4o-mini", "gpt-4.1", "ft:gpt-4o:acme", "openai/gpt-4.1", "gpt-3.5-turbo", "gpt-5-chat-latest"]
    {
        assert!(!asks(model), "{model}");
    }
}
