//! `decode`: a long answer taken apart, in each protocol's own bytes, beside the mere search for the ends of its lines.
//! What counts is the time of the CPU: on a busy machine a clock on the wall measures the others.

use std::hint::black_box;
use std::time::Duration;

use domain::model::{Finish, ModelEvent, Protocol};
use providers::Decoder;

use crate::answers::{self, Answer};
use crate::arguments::Arguments;
use crate::cost;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::trouble::{Outcome, trouble};

/// Bytes that are read from a connection at one time.
const CHUNK: usize = 16 << 10;
/// The least that an answer is long.
const LENGTH: usize = 4 << 20;
/// Words and calls in each protocol, and for each of them the bound.
const CASES: usize = 4 * Protocol::ALL.len();

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let each = |protocol| [answers::words(protocol, LENGTH), answers::calls(protocol, LENGTH)];
    let answers: Vec<Answer> = Protocol::ALL.into_iter().flat_map(each).collect();
    let rounds = Rounds { before: 2, counted: arguments.rounds.unwrap_or(21) };
    let measured: [Vec<f64>; CASES] = interleaved(rounds, async |place| {
        let answer = &answers[place / 2];
        if place % 2 == 0 { decoded(answer) } else { Ok(searched(answer)) }
    })
    .await?;
    let figures = answers.iter().zip(measured.chunks(2)).map(|(answer, measured)| Figure {
        goal: Some(Goal::AtLeast(200.0)),
        ..Figure::against(name(answer), "MB/s", &measured[0], ("lines alone", &measured[1]), None)
    });
    let notes = vec![
        format!(
            "Megabytes a second of CPU time on one core, in pieces of {} KiB; {} MB of answer that say some letters with \
             each event.",
            CHUNK >> 10,
            LENGTH / 1_000_000
        ),
        "The bound searches the answer for the ends of its lines and reads nothing of them.".to_owned(),
    ];
    Ok(Report { name: "decode", figures: figures.collect(), notes })
}

fn name(answer: &Answer) -> String {
    let protocol = match answer.protocol {
        Protocol::OpenaiChat => "Chat Completions",
        Protocol::OpenaiResponses => "Responses",
        Protocol::Anthropic => "Anthropic",
        Protocol::Gemini => "Gemini",
        Protocol::Ollama => "Ollama",
        Protocol::Cohere => "Cohere",
        Protocol::Bedrock => "Bedrock",
    };
    format!("{protocol}, {}", if answer.calls == 0 { "words" } else { "calls" })
}

/// Megabytes a second.
fn decoded(answer: &Answer) -> Outcome<f64> {
    let before = cost::cpu();
    let mut decoder = Decoder::new(answer.protocol);
    let mut events = Vec::new();
    let (mut words, mut calls) = (0, 0);
    let mut finish = None;
    for chunk in answer.bytes.chunks(CHUNK) {
        decoder.feed(chunk, &mut events)?;
        for event in events.drain(..) {
            match event {
                ModelEvent::Text(text) => words += text.len(),
                ModelEvent::CallReady { .. } => calls += 1,
                ModelEvent::Finished(reason) => finish = Some(reason),
                _ => {}
            }
        }
    }
    decoder.end(&mut events)?;
    let took = cost::cpu().saturating_sub(before);
    // Most protocols may say more after the end of the message, so that it is over with the stream.
    if let Some(ModelEvent::Finished(reason)) = events.last() {
        finish = Some(*reason);
    }
    calls += events.iter().filter(|event| matches!(event, ModelEvent::CallReady { .. })).count();
    let wanted = if answer.calls == 0 { Finish::Stop } else { Finish::ToolCalls };
    if (words, calls, finish) != (answer.words, answer.calls, Some(wanted)) {
        return trouble(format!("{words} bytes of words and {calls} calls were decoded of {}", name(answer)));
    }
    Ok(rate(answer, took))
}

/// Megabytes a second.
fn searched(answer: &Answer) -> f64 {
    let before = cost::cpu();
    let lines = answer.bytes.chunks(CHUNK).flat_map(|chunk| chunk.split(|byte| *byte == b'\n')).count();
    black_box(lines);
    rate(answer, cost::cpu().saturating_sub(before))
}

fn rate(answer: &Answer, took: Duration) -> f64 {
    answer.bytes.len() as f64 / took.as_secs_f64() / 1e6
}
