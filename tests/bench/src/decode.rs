//! `decode`: a long answer taken apart, in each protocol's own bytes, beside the mere search for the ends of its lines.

use std::hint::black_box;
use std::time::Instant;

use domain::model::{Finish, ModelEvent, Protocol};
use providers::Decoder;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::trouble::{Outcome, trouble};

/// Bytes that are read from a connection at one time.
const CHUNK: usize = 16 << 10;
/// The least that a stream is long.
const LENGTH: usize = 8 << 20;
/// What the model says, again and again; some of it has to be escaped.
const WORDS: [&str; 7] = ["the", " quick", " \"brown\"", " fox\n", " jumps", " über", " it"];

/// A protocol, one piece of its stream, and the event that ends it.
struct Case {
    name: &'static str,
    protocol: Protocol,
    piece: fn(&str) -> Value,
    end: fn() -> Value,
}

const CASES: [Case; 2] = [
    Case {
        name: "Chat Completions",
        protocol: Protocol::OpenaiChat,
        piece: |words| {
            let delta = json!({ "content": words });
            json!({
                "id": "chatcmpl-CWqAQkLXcLW1cXvQ0MaWmy3p", "object": "chat.completion.chunk",
                "created": 1_762_000_000, "model": "gpt-x-2026-08-07", "service_tier": "default",
                "system_fingerprint": null, "usage": null, "obfuscation": "x7Yq2LkP",
                "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": null }],
            })
        },
        end: || json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }),
    },
    Case {
        name: "Responses",
        protocol: Protocol::OpenaiResponses,
        piece: |words| {
            json!({
                "type": "response.output_text.delta", "sequence_number": 4, "output_index": 0,
                "content_index": 0, "item_id": "msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c98a8ab93",
                "delta": words, "logprobs": [], "obfuscation": "VLMdSoETMf5",
            })
        },
        end: || json!({ "type": "response.completed", "response": { "status": "completed", "output": [] } }),
    },
];

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let streams = CASES.each_ref().map(stream);
    let rounds = Rounds { before: 2, counted: arguments.rounds.unwrap_or(21) };
    let measured: [Vec<f64>; 2 * CASES.len()] = interleaved(rounds, async |place| {
        let (stream, words) = &streams[place / 2];
        if place % 2 == 0 { decoded(&CASES[place / 2], stream, *words) } else { Ok(searched(stream)) }
    })
    .await?;
    let figures = CASES.iter().zip(measured.chunks(2)).map(|(case, measured)| Figure {
        goal: Some(Goal::AtLeast(200.0)),
        ..Figure::against(case.name, "MB/s", &measured[0], ("lines alone", &measured[1]), None)
    });
    let notes = vec![
        format!(
            "On one core, in pieces of {} KiB; {} MB of stream that say some letters with each event.",
            CHUNK >> 10,
            LENGTH / 1_000_000
        ),
        "The bound searches the stream for the ends of its lines and reads nothing of them.".to_owned(),
    ];
    Ok(Report { name: "decode", figures: figures.collect(), notes })
}

/// A stream of at least [`LENGTH`], and how many bytes its words have.
fn stream(case: &Case) -> (String, usize) {
    let event = |value: &Value| match value["type"].as_str() {
        Some(kind) => format!("event: {kind}\ndata: {value}\n\n"),
        None => format!("data: {value}\n\n"),
    };
    let sentence: String = WORDS.iter().map(|words| event(&(case.piece)(words))).collect();
    let times = LENGTH.div_ceil(sentence.len());
    let words: usize = WORDS.iter().map(|words| words.len()).sum();
    (sentence.repeat(times) + &event(&(case.end)()), words * times)
}

/// Megabytes a second.
fn decoded(case: &Case, stream: &str, words: usize) -> Outcome<f64> {
    let begun = Instant::now();
    let mut decoder = Decoder::new(case.protocol);
    let mut events = Vec::new();
    let mut heard = 0;
    let mut is_whole = false;
    for chunk in stream.as_bytes().chunks(CHUNK) {
        decoder.feed(chunk, &mut events)?;
        for event in events.drain(..) {
            match event {
                ModelEvent::Text(text) => heard += text.len(),
                ModelEvent::Finished(finish) => is_whole = finish == Finish::Stop,
                _ => {}
            }
        }
    }
    decoder.end(&mut events)?;
    let took = begun.elapsed();
    // Chat Completions may say more after the end of its message, so it is over with the stream.
    is_whole |= events.contains(&ModelEvent::Finished(Finish::Stop));
    if heard != words || !is_whole {
        return trouble(format!("{heard} of {words} bytes were decoded of {}", case.name));
    }
    Ok(stream.len() as f64 / took.as_secs_f64() / 1e6)
}

/// Megabytes a second.
fn searched(stream: &str) -> f64 {
    let begun = Instant::now();
    let lines = stream.as_bytes().chunks(CHUNK).flat_map(|chunk| chunk.split(|byte| *byte == b'\n')).count();
    black_box(lines);
    stream.len() as f64 / begun.elapsed().as_secs_f64() / 1e6
}
