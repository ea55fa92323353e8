//! Recorded answers of real providers in every protocol, decoded to what their index says, however their bytes are cut;
//! and the same answers broken, which must do no harm.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

#[path = "../../../fuzz/src/decode.rs"]
mod any;
mod recorded;

use std::fs;
use std::path::PathBuf;

use domain::model::{Finish, Protocol, Usage};
use proptest::prelude::*;
use providers::DecodeError;
use recorded::{all, calls, decoded, finish, text, thinking, usage};
use serde_json::Value;

/// A protocol, how many answers are here at least, and where the index counts tokens: those that were read (in parts,
/// with some), those of them that were kept from before, those that were written (likewise), and those of them that were
/// thought.
struct Row {
    protocol: Protocol,
    least: usize,
    read: &'static [&'static str],
    kept: &'static str,
    written: &'static [&'static str],
    thought: &'static str,
}

const TABLE: [Row; 7] = [
    Row {
        protocol: Protocol::OpenaiChat,
        least: 21,
        read: &["/prompt_tokens"],
        kept: "/prompt_tokens_details/cached_tokens",
        written: &["/completion_tokens"],
        thought: "/completion_tokens_details/reasoning_tokens",
    },
    Row {
        protocol: Protocol::OpenaiResponses,
        least: 16,
        read: &["/input_tokens"],
        kept: "/input_tokens_details/cached_tokens",
        written: &["/output_tokens"],
        thought: "/output_tokens_details/reasoning_tokens",
    },
    Row {
        protocol: Protocol::Anthropic,
        least: 15,
        read: &["/input_tokens", "/cache_read_input_tokens", "/cache_creation_input_tokens"],
        kept: "/cache_read_input_tokens",
        written: &["/output_tokens"],
        thought: "/output_tokens_details/thinking_tokens",
    },
    Row {
        protocol: Protocol::Gemini,
        least: 14,
        read: &["/promptTokenCount"],
        kept: "/cachedContentTokenCount",
        written: &["/candidatesTokenCount", "/responseTokenCount", "/thoughtsTokenCount"],
        thought: "/thoughtsTokenCount",
    },
    Row {
        protocol: Protocol::Ollama,
        least: 8,
        read: &["/prompt_eval_count"],
        kept: "/-",
        written: &["/eval_count"],
        thought: "/-",
    },
    Row {
        protocol: Protocol::Cohere,
        least: 10,
        read: &["/tokens/input_tokens"],
        kept: "/cached_tokens",
        written: &["/tokens/output_tokens"],
        thought: "/tokens/reasoning_tokens",
    },
    Row {
        protocol: Protocol::Bedrock,
        least: 13,
        read: &["/inputTokens", "/cacheReadInputTokens", "/cacheWriteInputTokens"],
        kept: "/cacheReadInputTokens",
        written: &["/outputTokens"],
        thought: "/-",
    },
];

impl Row {
    fn usage(&self, counted: &Value) -> Usage {
        let count =
            |place: &str| u32::try_from(counted.pointer(place).and_then(Value::as_u64).unwrap_or(0)).unwrap();
        let sum = |places: &[&str]| places.iter().map(|place| count(place)).sum();
        Usage {
            input: sum(self.read),
            cached: count(self.kept),
            output: sum(self.written),
            reasoning: count(self.thought),
        }
    }
}

struct Transcript {
    file: String,
    row: &'static Row,
    bytes: Vec<u8>,
    expected: Value,
}

fn transcripts() -> Vec<Transcript> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts");
    let index = fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let lines = index.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<_> = lines
        .filter_map(|line| {
            let protocol: Protocol = serde_json::from_value(line["protocol"].clone()).ok()?;
            let row = TABLE.iter().find(|row| row.protocol == protocol)?;
            let file = line["file"].as_str().unwrap().to_owned();
            let bytes = fs::read(folder.join(&file)).unwrap();
            Some(Transcript { file, row, bytes, expected: line["expected"].clone() })
        })
        .collect();
    for row in &TABLE {
        let ours = found.iter().filter(|transcript| transcript.row.protocol == row.protocol);
        assert!(ours.count() >= row.least, "the fixtures of {:?} are here", row.protocol);
    }
    found
}

fn check(transcript: &Transcript) {
    let Transcript { file, row, bytes, expected } = transcript;
    let (events, outcome) = all(row.protocol, bytes);
    if let Some(chars) = expected["reasoning_chars"].as_u64() {
        // Some count only the first of several summaries.
        assert!(thinking(&events).chars().count() as u64 >= chars, "{file}");
    }
    if let Some(error) = expected.get("error") {
        let Err(DecodeError::Complained(complaint)) = outcome else { panic!("{file}: {outcome:?}") };
        assert_eq!(complaint.message, error["message"].as_str().unwrap(), "{file}");
        assert!(calls(&events).is_empty(), "{file}");
        return;
    }
    assert_eq!(text(&events), expected["text"].as_str().unwrap(), "{file}");

    let called = expected["tool_calls"].as_array().unwrap().iter();
    let whole: Vec<_> = called.filter(|call| call.get("arguments_incomplete").is_none()).collect();
    let calls = calls(&events);
    assert_eq!(calls.len(), whole.len(), "{file}");
    for (call, expected) in calls.iter().zip(&whole) {
        if let Some(id) = expected["id"].as_str() {
            assert_eq!(call.id, id, "{file}");
        }
        assert_eq!(call.name, expected["name"].as_str().unwrap(), "{file}");
        assert_eq!(serde_json::from_str::<Value>(&call.arguments).unwrap(), expected["arguments"], "{file}");
    }

    let counted = (!expected["usage"].is_null()).then(|| row.usage(&expected["usage"]));
    assert_eq!(usage(&events), counted, "{file}");
    let ended = match expected["finish_reason"].as_str() {
        // A protocol's live variant has no end.
        None => {
            assert_eq!(outcome, Err(DecodeError::Cut), "{file}");
            return;
        }
        Some("length" | "max_tokens" | "MAX_TOKENS") => Finish::Length,
        Some("content_filter" | "SAFETY" | "guardrail_intervened") => Finish::ContentFilter,
        Some(_) if calls.is_empty() => Finish::Stop,
        Some(_) => Finish::ToolCalls,
    };
    assert_eq!((outcome, finish(&events)), (Ok(()), Some(ended)), "{file}");
}

#[test]
fn every_recorded_answer_says_what_its_index_says() {
    transcripts().iter().for_each(check);
}

#[test]
fn in_pieces_of_any_size_the_events_are_the_same() {
    for Transcript { file, row, bytes, .. } in transcripts() {
        let whole = all(row.protocol, &bytes);
        for size in [1, 2, 3, 7, 64, 1000] {
            assert_eq!(decoded(row.protocol, bytes.chunks(size)), whole, "{file} in pieces of {size}");
        }
    }
}

/// Whatever the place at which an answer ends too early: what is ready is what the whole answer's first calls are, a
/// call that was cut never is, and nobody is told that the message ended.
#[test]
fn cut_short_anywhere_no_cut_call_is_ready() {
    for Transcript { file, row, bytes, expected, .. } in transcripts() {
        let whole = calls(&all(row.protocol, &bytes).0);
        // A long answer is cut in some of its places, which are spread over it.
        for end in (0..bytes.len()).step_by(bytes.len().div_ceil(600)) {
            let (events, outcome) = all(row.protocol, &bytes[..end]);
            let ready = calls(&events);
            assert!(whole.starts_with(&ready), "{file} cut at {end}");
            assert_eq!(finish(&events).is_some(), outcome.is_ok(), "{file} cut at {end}: {outcome:?}");
            let is_known = match outcome {
                Ok(()) | Err(DecodeError::Cut | DecodeError::Malformed(_)) => true,
                Err(DecodeError::Complained(_)) => expected.get("error").is_some(),
            };
            assert!(is_known, "{file} cut at {end}: {outcome:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn at_random_cuts_the_events_are_the_same(cuts in prop::collection::vec(0_usize..40_000, 0..24), which in 0_usize..1000) {
        let transcripts = transcripts();
        let Transcript { row, bytes, .. } = &transcripts[which % transcripts.len()];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % bytes.len()).collect();
        cuts.sort_unstable();
        cuts.push(bytes.len());
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let chunks: Vec<&[u8]> = starts.zip(&cuts).map(|(start, end)| &bytes[start..*end]).collect();
        prop_assert_eq!(decoded(row.protocol, chunks), all(row.protocol, bytes));
    }

    #[test]
    fn whatever_comes_in_whatever_protocol_it_does_no_harm(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        lines in any::<bool>(),
        which in 0..TABLE.len(),
    ) {
        let bytes = if lines { [b"data: {\"choices\":[{\"delta\":", bytes.as_slice(), b"}]}\n\n"].concat() } else { bytes };
        any::decode(TABLE[which].protocol, &bytes);
    }

    /// A recorded answer with some of its bytes changed, left out or said twice, in its own protocol or in another.
    #[test]
    fn whatever_is_broken_it_does_no_harm(
        changes in prop::collection::vec((0_usize..40_000, 0_u8..4, any::<u8>()), 1..8),
        which in 0_usize..1000,
        spoken in prop::option::weighted(0.2, 0..TABLE.len()),
    ) {
        let transcripts = transcripts();
        let Transcript { row, bytes, .. } = &transcripts[which % transcripts.len()];
        let mut bytes = bytes.clone();
        for (place, how, byte) in changes {
            let place = place % bytes.len();
            let end = (place + usize::from(byte)).min(bytes.len());
            match how {
                0 if end - place + 1 < bytes.len() => drop(bytes.drain(place..end)),
                1 => {
                    let again = bytes[place..end].to_vec();
                    bytes.splice(place..place, again);
                }
                _ => bytes[place] = byte,
            }
        }
        any::decode(spoken.map_or(row.protocol, |place| TABLE[place].protocol), &bytes);
    }
}
