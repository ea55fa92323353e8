//! Recorded answers of one protocol, and what must hold of each, however its bytes are cut.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::fs;
use std::path::PathBuf;

use domain::id::Handle;
use domain::json::Json;
use domain::label::Level;
use domain::model::{
    AskedCall, Capabilities, Early, Finish, ModelEvent, ModelSpec, OfferedTool, Parallel, Protocol, Usage,
};
use domain::outcome::CallResult;
use providers::{DecodeError, Decoder};
use serde_json::{Value, json};

pub(crate) type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

pub(crate) fn decoded<'a>(protocol: Protocol, chunks: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::new(protocol);
    let mut events = Vec::new();
    let fed = chunks.into_iter().try_for_each(|chunk| decoder.feed(chunk, &mut events));
    let outcome = fed.and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

/// The whole in one piece.
pub(crate) fn all(protocol: Protocol, bytes: impl AsRef<[u8]>) -> Decoded {
    decoded(protocol, [bytes.as_ref()])
}

pub(crate) fn text(events: &[ModelEvent]) -> String {
    let words = events.iter().filter_map(|event| match event {
        ModelEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

pub(crate) fn thinking(events: &[ModelEvent]) -> String {
    let words = events.iter().filter_map(|event| match event {
        ModelEvent::Thinking(text) => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

/// What goes back with the message.
pub(crate) fn reasoned(events: &[ModelEvent]) -> Vec<(u32, Value)> {
    let items = events.iter().filter_map(|event| match event {
        ModelEvent::Reasoned(piece) => Some((piece.after, piece.item.0.clone())),
        _ => None,
    });
    items.collect()
}

/// The calls that are ready, in the order in which the model began them.
pub(crate) fn calls(events: &[ModelEvent]) -> Vec<AskedCall> {
    let calls = events.iter().filter_map(|event| match event {
        ModelEvent::CallReady { index, call } => Some((*index, call.clone())),
        _ => None,
    });
    let calls: Vec<_> = calls.collect();
    assert!(calls.iter().map(|(index, _)| *index).eq(0..u32::try_from(calls.len()).unwrap()), "in order");
    calls.into_iter().map(|(_, call)| call).collect()
}

pub(crate) fn finish(events: &[ModelEvent]) -> Option<Finish> {
    match events.last() {
        Some(ModelEvent::Finished(finish)) => Some(*finish),
        _ => None,
    }
}

pub(crate) fn usage(events: &[ModelEvent]) -> Option<Usage> {
    events.iter().rev().find_map(|event| match event {
        ModelEvent::Usage(usage) => Some(*usage),
        _ => None,
    })
}

pub(crate) fn asked(id: &str, name: &str, arguments: &str) -> AskedCall {
    AskedCall { id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() }
}

/// Decodes every recording of this protocol to what the index expects of it; `count` reads the usage.
pub(crate) fn check(protocol: Protocol, word: &str, least: usize, count: impl Fn(&Value) -> Usage) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts");
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let lines: Vec<Value> = index.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours: Vec<_> = lines.iter().filter(|line| line["protocol"] == word).collect();
    assert!(ours.len() >= least, "the fixtures are here");
    for line in ours {
        let file = line["file"].as_str().unwrap();
        let bytes = fs::read(folder.join(file)).unwrap();
        let whole = all(protocol, &bytes);
        says(file, &whole, &line["expected"], &count);
        for size in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(decoded(protocol, bytes.chunks(size)), whole, "{file} in pieces of {size}");
        }
        cut_anywhere(file, protocol, &bytes, &calls(&whole.0));
    }
}

fn says(file: &str, (events, outcome): &Decoded, expected: &Value, count: impl Fn(&Value) -> Usage) {
    assert_eq!(*outcome, Ok(()), "{file}");
    assert_eq!(text(events), expected["text"].as_str().unwrap(), "{file}");
    let calls = calls(events);
    let wanted = expected["tool_calls"].as_array().unwrap();
    assert_eq!(calls.len(), wanted.len(), "{file}");
    for (call, wanted) in calls.iter().zip(wanted) {
        assert_eq!(
            (&*call.id, &*call.name),
            (wanted["id"].as_str().unwrap(), wanted["name"].as_str().unwrap())
        );
        assert_eq!(serde_json::from_str::<Value>(&call.arguments).unwrap(), wanted["arguments"], "{file}");
    }
    let wanted = match expected["finish_reason"].as_str().unwrap() {
        "length" | "MAX_TOKENS" | "max_tokens" => Finish::Length,
        _ if wanted.is_empty() => Finish::Stop,
        _ => Finish::ToolCalls,
    };
    assert_eq!(finish(events), Some(wanted), "{file}");
    let wanted = (!expected["usage"].is_null()).then(|| count(&expected["usage"]));
    assert_eq!(usage(events), wanted, "{file}");
    let thought = expected["reasoning_chars"].as_u64().unwrap();
    assert!(thinking(events).chars().count() as u64 >= thought, "{file}");
}

/// Wherever an answer ends too early, no call is ready that was not complete, and nobody hears that it ended.
fn cut_anywhere(file: &str, protocol: Protocol, bytes: &[u8], whole: &[AskedCall]) {
    // A document is looked at once it is whole, and a long one has no more kinds of places than a short one.
    let step = match bytes.len() {
        0..2500 => 1,
        2500..10_000 => 7,
        _ => 97,
    };
    for end in (0..bytes.len()).step_by(step) {
        let (events, outcome) = all(protocol, &bytes[..end]);
        assert!(whole.starts_with(&calls(&events)), "{file} cut at {end}");
        assert_eq!(finish(&events).is_some(), outcome.is_ok(), "{file} cut at {end}: {outcome:?}");
        assert!(
            outcome.is_ok() || matches!(outcome, Err(DecodeError::Cut | DecodeError::Malformed(_))),
            "{file} cut at {end}: {outcome:?}"
        );
    }
}

pub(crate) fn spec(protocol: Protocol, base: &str) -> ModelSpec {
    ModelSpec {
        name: "main".to_owned(),
        title: String::new(),
        protocol,
        base_url: base.to_owned(),
        model: "model-x".to_owned(),
        secret: None,
        clearance: Level::Confidential,
        parallel: Parallel::Auto,
        early: Early::Auto,
        preset: None,
        capabilities: Capabilities::default(),
    }
}

pub(crate) fn result(id: &str, handle: u32, ok: bool, text: &str) -> CallResult {
    CallResult {
        id: id.to_owned(),
        handle: Handle(handle),
        tool: Some("crm.get".parse().unwrap()),
        ok,
        note: String::new(),
        text: text.to_owned(),
    }
}

pub(crate) fn tool(name: &str) -> OfferedTool {
    let input = Json(json!({"type": "object", "properties": {"id": {"type": "integer"}}}));
    OfferedTool { name: name.to_owned(), description: "One customer.".to_owned(), input }
}
