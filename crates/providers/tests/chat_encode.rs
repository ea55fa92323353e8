//! The exact bytes of a request.

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
        protocol: Protocol::OpenaiChat,
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

fn prompt(messages: Vec<Message>) -> Prompt {
    Prompt { system: String::new(), messages, tools: Vec::new(), parallel: Parallel::Auto }
}

fn tool() -> OfferedTool {
    let input = Json(json!({"type": "object", "properties": {"id": {"type": "integer"}}}));
    OfferedTool { name: "crm__get".to_owned(), description: "One customer.".to_owned(), input }
}

fn body(prompt: &Prompt) -> Value {
    serde_json::from_slice(&encode(&spec(), prompt).body).unwrap()
}

/// These bytes are on record as what was sent, and providers' prompt caches compare them: a change is a decision.
#[test]
fn a_conversation_byte_for_byte() {
    let conversation = Prompt {
        system: "Be brief.".to_owned(),
        tools: vec![tool()],
        parallel: Parallel::Off,
        ..prompt(vec![
            Message::User("Who is 7?".to_owned()),
            Message::Assistant {
                text: String::new(),
                calls: vec![asked("a", "{ \"id\": 7 }"), asked("b", "")],
                reasoning: Vec::new(),
            },
            Message::Results(vec![result("a", 1, "{\"name\":\"Ada\"}"), result("b", 2, "no id")]),
            Message::Assistant { text: "Ada.".to_owned(), calls: Vec::new(), reasoning: Vec::new() },
            Message::User("Sure?".to_owned()),
        ])
    };
    let encoded = encode(&spec(), &conversation);
    assert_eq!(encoded, encode(&spec(), &conversation));
    assert_eq!(encoded.url, "https://api.example.com/v1/chat/completions");
    assert_eq!(
        String::from_utf8(encoded.body).unwrap(),
        concat!(
            r#"{"model":"gpt-x","messages":["#,
            r#"{"role":"system","content":"Be brief."},"#,
            r#"{"role":"user","content":"Who is 7?"},"#,
            r#"{"role":"assistant","content":null,"tool_calls":["#,
            r#"{"id":"a","type":"function","function":{"name":"crm__get","arguments":"{ \"id\": 7 }"}},"#,
            r#"{"id":"b","type":"function","function":{"name":"crm__get","arguments":"{}"}}]},"#,
            r#"{"role":"tool","tool_call_id":"a","content":"[c1] crm.get\n{\"name\":\"Ada\"}"},"#,
            r#"{"role":"tool","tool_call_id":"b","content":"[c2] crm.get\nno id"},"#,
            r#"{"role":"assistant","content":"Ada."},"#,
            r#"{"role":"user","content":"Sure?"}],"#,
            r#""tools":[{"type":"function","function":{"name":"crm__get","description":"One customer.","#,
            r#""parameters":{"type":"object","properties":{"id":{"type":"integer"}}}}}],"#,
            r#""parallel_tool_calls":false,"stream":true,"stream_options":{"include_usage":true}}"#,
        )
    );
}

/// A conversation of many turns is written once, and what was sent before stands unchanged at the beginning of what is
/// sent next.
#[test]
fn message_by_message_the_bytes_are_the_same() {
    let results = vec![result("a", 1, "{\"name\":\"Ada\"}"), result("a", 2, "\u{1f980} \"quoted\"\n")];
    let messages = vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "{}"), asked("a", "[")],
            reasoning: Vec::new(),
        },
        Message::Results(results),
        Message::Assistant { text: "Ada.".to_owned(), calls: vec![asked("b", "{}")], reasoning: Vec::new() },
        Message::Results(vec![result("b", 3, "")]),
    ];
    let whole = Prompt { system: "Be brief.".to_owned(), tools: vec![tool()], ..prompt(messages) };
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
    assert_eq!(encoder.request(Parallel::Off), encode(&spec(), &Prompt { parallel: Parallel::Off, ..whole }));
}

/// Each of these hosts refuses or forgets without its own field, and others refuse a field that they don't know.
#[test]
fn what_was_thought_goes_back_to_those_who_want_it() {
    let thought = |protocol, item: Value| Reasoning { protocol, after: 0, item: Json(item) };
    let fields =
        json!({"reasoning_content": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]});
    let prompt = prompt(vec![Message::Assistant {
        text: "Yes".to_owned(),
        calls: Vec::new(),
        reasoning: vec![
            thought(Protocol::Anthropic, json!({"reasoning_content": "another protocol's"})),
            thought(Protocol::OpenaiChat, fields),
        ],
    }]);
    let sent = |base_url: &str, preset: Option<&str>| {
        let spec = ModelSpec { base_url: base_url.to_owned(), preset: preset.map(str::to_owned), ..spec() };
        let body: Value = serde_json::from_slice(&encode(&spec, &prompt).body).unwrap();
        let message = body["messages"][0].clone();
        (message["reasoning_content"].clone(), message["reasoning_details"].clone())
    };
    let (content, details) = (json!("hm"), json!([{"type": "reasoning.text", "text": "hm"}]));
    let none = || (Value::Null, Value::Null);
    assert_eq!(sent("https://openrouter.ai/api/v1", None), (Value::Null, details.clone()));
    assert_eq!(sent("https://relay.example.com/v1", Some("openrouter")), (Value::Null, details));
    assert_eq!(sent("https://api.deepseek.com", None), (content, Value::Null));
    assert_eq!(sent("https://api.openai.com/v1", None), none());
    assert_eq!(sent("https://notopenrouter.ai/v1", None), none());
}

/// They refuse a call of an earlier turn, or of another model, that comes back without what was thought before it.
#[test]
fn thoughts_that_are_not_at_hand_are_stood_in_for_where_calls_need_them() {
    let called = |calls| Message::Assistant { text: "Yes".to_owned(), calls, reasoning: Vec::new() };
    let prompt = prompt(vec![called(vec![asked("a", "{}")]), called(Vec::new())]);
    let sent = |base_url: &str| {
        let spec = ModelSpec { base_url: base_url.to_owned(), ..spec() };
        let body: Value = serde_json::from_slice(&encode(&spec, &prompt).body).unwrap();
        [0, 1].map(|place| body["messages"][place].get("reasoning_content").cloned())
    };
    assert_eq!(sent("https://api.moonshot.ai/v1"), [Some(json!(" ")), None]);
    assert_eq!(sent("https://api.deepseek.com"), [Some(json!(" ")), None]);
    assert_eq!(sent("https://openrouter.ai/api/v1"), [None, None]);
    assert_eq!(sent("https://api.openai.com/v1"), [None, None]);
}

#[test]
fn names_that_the_protocol_forbids_are_sent_under_others() {
    let named = |name: &str| OfferedTool { name: name.to_owned(), ..tool() };
    let call = |name: &str| AskedCall { name: name.to_owned(), ..asked("", "{}") };
    let calls = vec![call("bank.transfer"), call("made up"), call("bank_transfer")];
    let prompt = Prompt {
        tools: vec![named("bank.transfer"), named("bank_transfer")],
        ..prompt(vec![Message::Assistant { text: String::new(), calls, reasoning: Vec::new() }])
    };
    let encoded = encode(&spec(), &prompt);
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    let names = |list: &Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["function"]["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&body["tools"]), ["bank_transfer_2", "bank_transfer"]);
    assert_eq!(names(&body["messages"][0]["tool_calls"]), ["bank_transfer_2", "made_up", "bank_transfer"]);
    assert_eq!(encoded.names.own("bank_transfer_2"), "bank.transfer");
    assert_eq!(encoded.names.own("bank_transfer"), "bank_transfer");
}

#[test]
fn parallel_calls_are_mentioned_only_with_tools_and_a_wish() {
    let asks = |tools: Vec<OfferedTool>, of_model, of_prompt| {
        let spec = ModelSpec { parallel: of_model, ..spec() };
        let prompt = Prompt { tools, parallel: of_prompt, ..prompt(vec![Message::User("Hi".to_owned())]) };
        let body: Value = serde_json::from_slice(&encode(&spec, &prompt).body).unwrap();
        body.get("parallel_tool_calls").cloned()
    };
    use Parallel::{Auto, Off, On};
    assert_eq!(asks(vec![tool()], Auto, Auto), None);
    assert_eq!(asks(vec![tool()], Auto, On), Some(json!(true)));
    assert_eq!(asks(vec![tool()], On, Auto), Some(json!(true)));
    assert_eq!(asks(vec![tool()], On, Off), Some(json!(false)));
    assert_eq!(asks(vec![], On, On), None);
}

fn ids(body: &Value) -> (Vec<String>, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let messages = body["messages"].as_array().unwrap();
    let calls = messages.iter().filter_map(|message| message["tool_calls"].as_array()).flatten();
    let results = messages.iter().filter(|message| message["role"] == "tool");
    (
        calls.map(|call| text(&call["id"])).collect(),
        results.map(|result| text(&result["tool_call_id"])).collect(),
    )
}

#[test]
fn repeated_and_missing_ids_are_distinct_on_the_wire_and_results_find_their_calls() {
    let first = [
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "{}"), asked("a", "{}"), asked("", "{}"), asked("", "{}")],
            reasoning: Vec::new(),
        },
        Message::Results(vec![result("a", 1, ""), result("a", 2, ""), result("", 3, ""), result("", 4, "")]),
    ];
    let second = [
        Message::Assistant {
            text: String::new(),
            calls: vec![asked("a", "{}"), asked("b", "{}")],
            reasoning: Vec::new(),
        },
        Message::Results(vec![result("b", 6, ""), result("a", 5, "")]),
    ];
    let (calls, results) = ids(&body(&prompt(first.to_vec())));
    assert_eq!(calls, ["a", "call00001", "call00002", "call00003"]);
    assert_eq!(results, calls);

    let (longer, results) = ids(&body(&prompt([first, second].concat())));
    assert_eq!(longer[..4], calls, "a longer conversation begins with the same ids");
    assert_eq!(longer[4..], ["call00004", "b"]);
    assert_eq!(results[4..], ["b", "call00004"]);
}

#[test]
fn arguments_that_are_no_object_are_wrapped_so_that_every_provider_takes_them() {
    let sent = |written: &str| {
        let calls = vec![asked("a", written)];
        let body =
            body(&prompt(vec![Message::Assistant { text: String::new(), calls, reasoning: Vec::new() }]));
        body["messages"][0]["tool_calls"][0]["function"]["arguments"].as_str().unwrap().to_owned()
    };
    for (written, expected) in [
        ("{\"b\":1, \"a\":2}", "{\"b\":1, \"a\":2}"),
        ("", "{}"),
        (" null ", "{}"),
        ("{\"a\":", "{\"arguments_as_written\":\"{\\\"a\\\":\"}"),
        ("[1]", "{\"arguments_as_written\":\"[1]\"}"),
        ("\"a\"", "{\"arguments_as_written\":\"\\\"a\\\"\"}"),
        ("{} {}", "{\"arguments_as_written\":\"{} {}\"}"),
    ] {
        assert_eq!(sent(written), expected);
    }
}

/// What each provider refuses is left out, and nothing else changes.
#[test]
fn a_provider_gets_what_it_knows() {
    let asked_before = vec![
        Message::User("Who is 7?".to_owned()),
        Message::Assistant { text: String::new(), calls: vec![asked("call_0", "{}")], reasoning: Vec::new() },
        Message::Results(vec![result("call_0", 1, "{}")]),
    ];
    let prompt = Prompt { tools: vec![tool()], parallel: Parallel::On, ..prompt(asked_before) };
    let sent = |change: &dyn Fn(&mut ModelSpec)| -> Value {
        let mut spec = spec();
        change(&mut spec);
        serde_json::from_slice(&encode(&spec, &prompt).body).unwrap()
    };
    let usual = sent(&|_| {});
    assert_eq!(usual["parallel_tool_calls"], json!(true));
    assert_eq!(usual["messages"][1]["content"], json!(null));
    assert_eq!(usual["messages"][1]["tool_calls"][0]["id"], json!("call_0"));

    let mistral = sent(&|spec| spec.base_url = "https://api.mistral.ai/v1".to_owned());
    assert_eq!(mistral.get("stream_options"), None);
    assert_eq!(mistral["messages"][1].get("content"), None);
    let id = mistral["messages"][1]["tool_calls"][0]["id"].as_str().unwrap();
    assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert_eq!(mistral["messages"][2]["tool_call_id"], json!(id));

    let deepseek = sent(&|spec| spec.preset = Some("deepseek".to_owned()));
    assert_eq!(deepseek.get("parallel_tool_calls"), None);
    let reasoning = sent(&|spec| spec.model = "o3".to_owned());
    assert_eq!(reasoning.get("parallel_tool_calls"), None);

    let limited = |base: &str| {
        sent(&|spec| {
            spec.base_url = base.to_owned();
            spec.capabilities.max_output = Some(900);
        })
    };
    assert_eq!(limited("https://api.openai.com/v1")["max_completion_tokens"], json!(900));
    assert_eq!(limited("https://api.mistral.ai/v1")["max_tokens"], json!(900));
    assert_eq!(usual.get("max_tokens"), None);
}
