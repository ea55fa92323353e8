//! Batches of the Berkeley Function Calling Leaderboard: their tools in a request, and a model's message that asks for
//! them, in every shape in which servers write one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic here is a failed test with a place"
)]

use std::collections::HashSet;

use domain::json::Json;
use domain::label::Level;
use domain::model::{
    Capabilities, Early, Finish, Message, ModelEvent, ModelSpec, OfferedTool, Parallel, Prompt, Protocol,
};
use providers::{Decoder, Encoded, encode};
use serde_json::{Value, json};

struct Batch {
    id: String,
    tools: Vec<OfferedTool>,
    /// Names and arguments, in order.
    calls: Vec<(String, Value)>,
}

fn batches() -> Vec<Batch> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let batch = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let tool = |tool: &Value| OfferedTool {
            name: text(&tool["name"]),
            description: text(&tool["description"]),
            input: Json(tool["parameters"].clone()),
        };
        let call = |call: &Value| (text(&call["name"]), call["arguments"].clone());
        Batch {
            id: text(&line["id"]),
            tools: line["tools"].as_array().unwrap().iter().map(tool).collect(),
            calls: line["calls"].as_array().unwrap().iter().map(call).collect(),
        }
    };
    let batches: Vec<Batch> = include_str!("fixtures/bfcl.jsonl").lines().map(batch).collect();
    assert_eq!(batches.len(), 60);
    batches
}

fn request(tools: &[OfferedTool]) -> Encoded {
    let spec = ModelSpec {
        name: "main".to_owned(),
        title: String::new(),
        protocol: Protocol::OpenaiChat,
        base_url: "https://api.example.com/v1".to_owned(),
        model: "gpt-x".to_owned(),
        secret: None,
        clearance: Level::Public,
        parallel: Parallel::Auto,
        early: Early::Auto,
        preset: None,
        capabilities: Capabilities::default(),
    };
    let messages = vec![Message::User("Do all of it.".to_owned())];
    encode(&spec, &Prompt { system: String::new(), messages, tools: tools.to_vec(), parallel: Parallel::On })
}

/// The tools as the request offers them.
fn offered(encoded: &Encoded) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    body["tools"].as_array().unwrap().iter().map(|tool| tool["function"].clone()).collect()
}

#[test]
fn every_tool_is_offered_under_a_name_that_the_protocol_takes() {
    for Batch { id, tools, .. } in batches() {
        let encoded = request(&tools);
        let offered = offered(&encoded);
        assert_eq!(offered.len(), tools.len(), "{id}");
        let mut names = HashSet::new();
        for (sent, tool) in offered.iter().zip(&tools) {
            let name = sent["name"].as_str().unwrap();
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            assert!((1..=64).contains(&name.len()) && name.bytes().all(allowed), "{id}: {name}");
            assert!(names.insert(name.to_owned()), "{id}: {name} twice");
            assert_eq!(encoded.names.own(name), tool.name, "{id}");
            assert_eq!(sent["parameters"], tool.input.0, "{id}: {name}");
        }
    }
}

/// How a server writes a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// So many characters of arguments a piece, numbered; the rest of the message as OpenAI writes it.
    Pieces(usize),
    /// A call a piece.
    WholeCalls,
    /// A call a piece, told apart by ids alone.
    Unnumbered,
    /// A call a piece, each called the first.
    AllFirst,
    /// Id and name with every piece.
    Repeating,
    /// Pieces of all calls by turns.
    ByTurns,
    /// All calls in one piece, with the end.
    OnePiece,
    /// Arguments as an object, not as text.
    Objects,
    /// Lines end with CR LF, the end mark is missing.
    NoMark,
    /// No stream at all.
    Document,
}

const SHAPES: [Shape; 11] = [
    Shape::Pieces(1),
    Shape::Pieces(7),
    Shape::WholeCalls,
    Shape::Unnumbered,
    Shape::AllFirst,
    Shape::Repeating,
    Shape::ByTurns,
    Shape::OnePiece,
    Shape::Objects,
    Shape::NoMark,
    Shape::Document,
];

impl Shape {
    /// The bytes of a message that asks for these calls, named as in the request.
    fn bytes(self, calls: &[(String, Value)]) -> Vec<u8> {
        let whole = |(place, (name, arguments)): (usize, &(String, Value))| {
            let arguments =
                if self == Self::Objects { arguments.clone() } else { json!(arguments.to_string()) };
            let mut call = json!({"id": format!("call-{place}"), "type": "function", "function": {"name": name, "arguments": arguments}});
            match self {
                Self::Unnumbered | Self::Document => {}
                Self::AllFirst => call["index"] = json!(0),
                _ => call["index"] = json!(place),
            }
            call
        };
        let whole: Vec<Value> = calls.iter().enumerate().map(whole).collect();
        if self == Self::Document {
            let choice = json!({"index": 0, "finish_reason": "tool_calls", "message": {"content": null, "tool_calls": whole}});
            return json!({"choices": [choice]}).to_string().into_bytes();
        }
        let deltas: Vec<Value> = match self {
            Self::Pieces(size) => whole.iter().flat_map(|call| pieces(call, size, false)).collect(),
            Self::Repeating => whole.iter().flat_map(|call| pieces(call, 5, true)).collect(),
            Self::ByTurns => {
                let mut queues: Vec<_> =
                    whole.iter().map(|call| pieces(call, 3, false).into_iter()).collect();
                let longest = queues.iter().map(ExactSizeIterator::len).max().unwrap();
                (0..longest)
                    .flat_map(|_| queues.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>())
                    .collect()
            }
            _ => whole,
        };
        let chunk = |calls: Value, reason: Value| json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": reason}]});
        let mut chunks: Vec<Value> = match self {
            Self::OnePiece => vec![chunk(json!(deltas), json!("tool_calls"))],
            _ => deltas.into_iter().map(|delta| chunk(json!([delta]), Value::Null)).collect(),
        };
        if self != Self::OnePiece {
            chunks.push(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}));
        }
        let line_end = if self == Self::NoMark { "\r\n" } else { "\n" };
        let mut text: String =
            chunks.iter().map(|chunk| format!("data: {chunk}{line_end}{line_end}")).collect();
        if self != Self::NoMark {
            text.push_str("data: [DONE]\n\n");
        }
        text.into_bytes()
    }
}

/// A call in pieces: its beginning, then so many characters of its arguments each.
fn pieces(call: &Value, size: usize, repeating: bool) -> Vec<Value> {
    let text: Vec<char> = call["function"]["arguments"].as_str().unwrap().chars().collect();
    let mut begin = call.clone();
    begin["function"]["arguments"] = json!("");
    let more = |part: &[char]| {
        let arguments = json!(part.iter().collect::<String>());
        if !repeating {
            return json!({"index": call["index"], "function": {"arguments": arguments}});
        }
        let mut again = call.clone();
        again["function"]["arguments"] = arguments;
        again
    };
    std::iter::once(begin.clone()).chain(text.chunks(size).map(more)).collect()
}

#[test]
fn every_batch_comes_back_whole_in_every_shape() {
    for Batch { id, tools, calls } in batches() {
        let encoded = request(&tools);
        let offered = offered(&encoded);
        let as_offered = |own: &str| {
            let place = tools.iter().position(|tool| tool.name == own).unwrap();
            offered[place]["name"].as_str().unwrap().to_owned()
        };
        let written: Vec<(String, Value)> =
            calls.iter().map(|(name, arguments)| (as_offered(name), arguments.clone())).collect();
        for shape in SHAPES {
            let mut decoder = Decoder::new(Protocol::OpenaiChat);
            let mut events = Vec::new();
            for chunk in shape.bytes(&written).chunks(61) {
                decoder.feed(chunk, &mut events).unwrap();
            }
            decoder.end(&mut events).unwrap();
            let got: Vec<(String, Value)> = events
                .iter()
                .filter_map(|event| match event {
                    ModelEvent::CallReady { call, .. } => Some((
                        encoded.names.own(&call.name).to_owned(),
                        serde_json::from_str(&call.arguments).unwrap(),
                    )),
                    _ => None,
                })
                .collect();
            assert_eq!(got, calls, "{id} as {shape:?}");
            assert_eq!(events.last(), Some(&ModelEvent::Finished(Finish::ToolCalls)), "{id} as {shape:?}");
        }
    }
}
