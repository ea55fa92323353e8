//! What an answer says once it is decoded, and prompts to encode: what the tests of protocols share.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]
#![allow(dead_code, reason = "each test file uses what it needs")]

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
