//! Recorded answers of real providers, decoded to what their index says, however their bytes are cut.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use std::fs;
use std::path::PathBuf;

use domain::model::{AskedCall, Finish, ModelEvent, Protocol, Usage};
use proptest::prelude::*;
use providers::{DecodeError, Decoder};
use serde_json::Value;

struct Transcript {
    file: String,
    bytes: Vec<u8>,
    expected: Value,
}

fn transcripts() -> Vec<Transcript> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts");
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<_> = lines
        .filter(|line| line["protocol"] == "openai-chat")
        .map(|line| {
            let file = line["file"].as_str().unwrap().to_owned();
            let bytes = fs::read(folder.join(&file)).unwrap();
            Transcript { file, bytes, expected: line["expected"].clone() }
        })
        .collect();
    assert!(found.len() >= 20, "the fixtures are here");
    found
}

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::new(Protocol::OpenaiChat);
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
    let Transcript { file, bytes, expected } = transcript;
    let (events, outcome) = decoded([bytes.as_slice()]);

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
        "stop" => Finish::Stop,
        "tool_calls" => Finish::ToolCalls,
        "length" => Finish::Length,
        other => panic!("{file}: {other}"),
    };
    assert_eq!(events.last(), Some(&ModelEvent::Finished(finish)), "{file}");
    let usage = events.iter().rev().find_map(|event| match event {
        ModelEvent::Usage(usage) => Some(*usage),
        _ => None,
    });
    let tokens = |key: &str| u32::try_from(expected["usage"][key].as_u64().unwrap()).unwrap();
    assert_eq!(
        usage,
        Some(Usage {
            input: tokens("prompt_tokens"),
            output: tokens("completion_tokens"),
            ..Usage::default()
        }),
        "{file}"
    );
}

#[test]
fn every_recorded_answer_says_what_its_index_says() {
    transcripts().iter().for_each(check);
}

#[test]
fn byte_by_byte_the_events_are_the_same() {
    for Transcript { file, bytes, .. } in transcripts() {
        assert_eq!(decoded(bytes.chunks(1)), decoded([bytes.as_slice()]), "{file}");
    }
}

/// Whatever the place at which an answer ends too early: no call is ready that wasn't complete, and nobody is told
/// that the message ended.
#[test]
fn cut_short_anywhere_no_cut_call_is_ready() {
    for Transcript { file, bytes, .. } in transcripts().iter().filter(|one| one.bytes.len() < 6000) {
        let (whole, _) = decoded([bytes.as_slice()]);
        let whole = calls(&whole);
        for end in 0..bytes.len() {
            let (events, outcome) = decoded([&bytes[..end]]);
            let ready = calls(&events);
            assert!(ready.is_empty() || ready == whole, "{file} cut at {end}");
            let finished = events.iter().any(|event| matches!(event, ModelEvent::Finished(_)));
            assert_eq!(finished, outcome.is_ok(), "{file} cut at {end}: {outcome:?}");
            assert!(
                outcome.is_ok() || matches!(outcome, Err(DecodeError::Cut | DecodeError::Malformed(_))),
                "{file} cut at {end}: {outcome:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn at_random_cuts_the_events_are_the_same(cuts in prop::collection::vec(0_usize..40_000, 0..24), which in 0_usize..1000) {
        let transcripts = transcripts();
        let Transcript { bytes, .. } = &transcripts[which % transcripts.len()];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % bytes.len()).collect();
        cuts.sort_unstable();
        cuts.push(bytes.len());
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let chunks: Vec<&[u8]> = starts.zip(&cuts).map(|(start, end)| &bytes[start..*end]).collect();
        prop_assert_eq!(decoded(chunks), decoded([bytes.as_slice()]));
    }

    #[test]
    fn whatever_comes_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), lines in any::<bool>()) {
        let bytes = if lines { [b"data: {\"choices\":[{\"delta\":", bytes.as_slice(), b"}]}\n\n"].concat() } else { bytes };
        let (events, outcome) = decoded(bytes.chunks(7));
        prop_assert_eq!(outcome.is_ok(), matches!(events.last(), Some(ModelEvent::Finished(_))));
    }
}
