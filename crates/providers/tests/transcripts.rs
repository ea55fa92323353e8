//! Recorded answers of real providers, decoded to what their index says, however their bytes are cut.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use std::fs;
use std::path::PathBuf;

use domain::model::{AskedCall, Finish, ModelEvent, Protocol, Usage};
use proptest::prelude::*;
use providers::{DecodeError, Decoder};
use serde_json::Value;

/// The protocols, and what the index calls the tokens that were read, those of them that were kept from before, those
/// that were written, and those of them that were thought.
const PROTOCOLS: [(Protocol, [&str; 4]); 2] = [
    (
        Protocol::OpenaiChat,
        [
            "/prompt_tokens",
            "/prompt_tokens_details/cached_tokens",
            "/completion_tokens",
            "/completion_tokens_details/reasoning_tokens",
        ],
    ),
    (
        Protocol::OpenaiResponses,
        [
            "/input_tokens",
            "/input_tokens_details/cached_tokens",
            "/output_tokens",
            "/output_tokens_details/reasoning_tokens",
        ],
    ),
];

struct Transcript {
    file: String,
    protocol: Protocol,
    tokens: [&'static str; 4],
    bytes: Vec<u8>,
    expected: Value,
}

fn transcripts() -> Vec<Transcript> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts");
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<_> = lines
        .filter_map(|line| {
            let protocol = serde_json::from_value(line["protocol"].clone()).ok()?;
            let (_, tokens) = PROTOCOLS.into_iter().find(|(known, _)| *known == protocol)?;
            let file = line["file"].as_str().unwrap().to_owned();
            let bytes = fs::read(folder.join(&file)).unwrap();
            Some(Transcript { file, protocol, tokens, bytes, expected: line["expected"].clone() })
        })
        .collect();
    for (protocol, _) in PROTOCOLS {
        let ours = found.iter().filter(|transcript| transcript.protocol == protocol);
        assert!(ours.count() >= 16, "the fixtures of {protocol:?} are here");
    }
    found
}

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded<'a>(protocol: Protocol, chunks: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::new(protocol);
    let mut events = Vec::new();
    let fed = chunks.into_iter().try_for_each(|chunk| decoder.feed(chunk, &mut events));
    let outcome = fed.and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

fn text(events: &[ModelEvent]) -> String {
    let words = events.iter().filter_map(|event| match event {
        ModelEvent::Text(text) => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

fn thoughts(events: &[ModelEvent]) -> String {
    let words = events.iter().filter_map(|event| match event {
        ModelEvent::Thinking(words) => Some(words.as_str()),
        _ => None,
    });
    words.collect()
}

fn calls(events: &[ModelEvent]) -> Vec<&AskedCall> {
    let calls = events.iter().filter_map(|event| match event {
        ModelEvent::CallReady { index, call } => Some((*index, call)),
        _ => None,
    });
    let calls: Vec<_> = calls.collect();
    assert!(calls.iter().map(|(index, _)| *index).eq(0..u32::try_from(calls.len()).unwrap()), "in order");
    calls.into_iter().map(|(_, call)| call).collect()
}

fn check(transcript: &Transcript) {
    let Transcript { file, protocol, tokens, bytes, expected } = transcript;
    let (events, outcome) = decoded(*protocol, [bytes.as_slice()]);
    if let Some(chars) = expected["reasoning_chars"].as_u64() {
        assert_eq!(thoughts(&events).chars().count() as u64, chars, "{file}");
    }

    if let Some(error) = expected.get("error") {
        let Err(DecodeError::Complained(complaint)) = outcome else { panic!("{file}: {outcome:?}") };
        assert_eq!(complaint.message, error["message"].as_str().unwrap(), "{file}");
        assert!(calls(&events).is_empty(), "{file}");
        return;
    }
    assert_eq!(outcome, Ok(()), "{file}");
    assert_eq!(text(&events), expected["text"].as_str().unwrap(), "{file}");

    let complete = expected["tool_calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call.get("arguments_incomplete").is_none());
    let complete: Vec<_> = complete.collect();
    let calls = calls(&events);
    assert_eq!(calls.len(), complete.len(), "{file}");
    for (call, expected) in calls.iter().zip(&complete) {
        assert_eq!(call.id, expected["id"].as_str().unwrap(), "{file}");
        assert_eq!(call.name, expected["name"].as_str().unwrap(), "{file}");
        assert_eq!(serde_json::from_str::<Value>(&call.arguments).unwrap(), expected["arguments"], "{file}");
    }

    let finish = match expected["finish_reason"].as_str().unwrap() {
        "completed" if calls.is_empty() => Finish::Stop,
        "stop" => Finish::Stop,
        "tool_calls" | "completed" => Finish::ToolCalls,
        "length" => Finish::Length,
        other => panic!("{file}: {other}"),
    };
    assert_eq!(events.last(), Some(&ModelEvent::Finished(finish)), "{file}");
    let usage = events.iter().rev().find_map(|event| match event {
        ModelEvent::Usage(usage) => Some(*usage),
        _ => None,
    });
    let count = |pointer: &str| expected["usage"].pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let [input, cached, output, reasoning] = tokens.map(|pointer| u32::try_from(count(pointer)).unwrap());
    assert_eq!(usage, Some(Usage { input, cached, output, reasoning }), "{file}");
    assert!(input > 0 && output > 0, "{file}");
}

#[test]
fn every_recorded_answer_says_what_its_index_says() {
    transcripts().iter().for_each(check);
}

#[test]
fn byte_by_byte_the_events_are_the_same() {
    for Transcript { file, protocol, bytes, .. } in transcripts() {
        assert_eq!(decoded(protocol, bytes.chunks(1)), decoded(protocol, [bytes.as_slice()]), "{file}");
    }
}

/// Whatever the place at which an answer ends too early: what is ready is what the whole answer's first calls are, a
/// call that was cut never is, and nobody is told that the message ended.
#[test]
fn cut_short_anywhere_no_cut_call_is_ready() {
    for Transcript { file, protocol, bytes, expected, .. } in transcripts() {
        let (whole, _) = decoded(protocol, [bytes.as_slice()]);
        let whole = calls(&whole);
        // A long answer is cut in some of its places, which are spread over it.
        for end in (0..bytes.len()).step_by(bytes.len().div_ceil(600)) {
            let (events, outcome) = decoded(protocol, [&bytes[..end]]);
            let ready = calls(&events);
            assert_eq!(ready, whole[..ready.len()], "{file} cut at {end}");
            let finished = events.iter().any(|event| matches!(event, ModelEvent::Finished(_)));
            assert_eq!(finished, outcome.is_ok(), "{file} cut at {end}: {outcome:?}");
            let is_known = match outcome {
                Ok(()) | Err(DecodeError::Cut | DecodeError::Malformed(_)) => true,
                Err(DecodeError::Complained(_)) => expected.get("error").is_some(),
            };
            assert!(is_known, "{file} cut at {end}: {outcome:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn at_random_cuts_the_events_are_the_same(cuts in prop::collection::vec(0_usize..40_000, 0..24), which in 0_usize..1000) {
        let transcripts = transcripts();
        let Transcript { protocol, bytes, .. } = &transcripts[which % transcripts.len()];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % bytes.len()).collect();
        cuts.sort_unstable();
        cuts.push(bytes.len());
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let chunks: Vec<&[u8]> = starts.zip(&cuts).map(|(start, end)| &bytes[start..*end]).collect();
        prop_assert_eq!(decoded(*protocol, chunks), decoded(*protocol, [bytes.as_slice()]));
    }

    #[test]
    fn whatever_comes_nothing_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        lines in any::<bool>(),
        which in 0..PROTOCOLS.len(),
    ) {
        let bytes = if lines { [b"data: {\"choices\":[{\"delta\":", bytes.as_slice(), b"}]}\n\n"].concat() } else { bytes };
        let (events, outcome) = decoded(PROTOCOLS[which].0, bytes.chunks(7));
        prop_assert_eq!(outcome.is_ok(), matches!(events.last(), Some(ModelEvent::Finished(_))));
    }

    /// A recorded answer with some of its bytes changed.
    #[test]
    fn whatever_is_broken_nothing_panics(
        changes in prop::collection::vec((0_usize..40_000, any::<u8>()), 1..6),
        which in 0_usize..1000,
    ) {
        let transcripts = transcripts();
        let Transcript { protocol, bytes, .. } = &transcripts[which % transcripts.len()];
        let mut bytes = bytes.clone();
        for (place, byte) in changes {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        let (events, outcome) = decoded(*protocol, bytes.chunks(50));
        prop_assert_eq!(outcome.is_ok(), matches!(events.last(), Some(ModelEvent::Finished(_))));
    }
}
