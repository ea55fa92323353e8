//! `digest`: a message of 256 calls of 10 pieces each that arrives at once, and how long it takes from its last byte
//! until the first request stands at the server: taken apart, checked, decided, labelled, recorded durably, sent.

use std::collections::HashSet;
use std::time::Instant;

use domain::model::{ModelEvent, Protocol};
use engine::Question;
use providers::Decoder;
use serde_json::json;

use crate::arguments::Arguments;
use crate::company::{Call, Company, Reply, Seen};
use crate::message::{call, done, stream};
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::Scene;
use crate::trouble::{Outcome, trouble};

const CALLS: usize = 256;
const PIECES: usize = 10;
/// Bytes that are read from a connection at one time.
const CHUNK: usize = 16 << 10;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let mut company = Company::open().await?;
    let scene = Scene::wired(&company, &arguments.into, Vec::new()).await?;
    scene.allow(256, 256).await?;
    let calls: Vec<Call> = (0..CALLS)
        .map(|place| {
            let given = json!({ "id": format!("item-number-{place:04}-of-the-whole-message"), "ms": 0 });
            call(&format!("call_{place:04}"), "echo__get", &given, PIECES)
        })
        .collect();
    let stream = stream(&calls);
    let rounds = Rounds { before: 3, counted: arguments.rounds.unwrap_or(21) };
    // Early start would send the first call before the last byte; here the whole message is what is digested.
    let question = || Question { early: Some(false), ..Question::new("Look up all of them") };
    let [whole, decoded] = interleaved(rounds, async |case| {
        if case == 1 {
            return decoded(&stream);
        }
        company.script(vec![Reply::Stream(stream.clone()), done()]).await?;
        scene.answered(question()).await?;
        first_request(&company.seen().await?)
    })
    .await?;
    scene.close().await?;
    let figures = vec![
        Figure::alone("last byte to first request", "ms", &whole, Goal::AtMost(15.0)),
        Figure::alone("decoding, a delta", "µs", &decoded, Goal::AtMost(5.0)),
    ];
    let notes = vec![
        "The last byte is when the model's server hands the message to its system, so that the bytes' own way counts \
         as ours."
            .to_owned(),
        format!("{} kB of stream, {CALLS} calls; each leaves when its own intent is durable.", stream.len() / 1000),
        "Elsewhere, in all: Vercel AI SDK 393 ms, LangGraph 1,755 ms, pydantic-ai 3,150 ms.".to_owned(),
    ];
    Ok(Report { name: "digest", figures, notes })
}

/// Milliseconds from the end of the model's message to the first request for it.
fn first_request(seen: &[Seen]) -> Outcome<f64> {
    let ended = seen.iter().find(|request| request.service == "model").and_then(|request| request.ended_us);
    let calls: Vec<&Seen> = seen.iter().filter(|request| request.service == "echo").collect();
    let paths: HashSet<&str> = calls.iter().map(|request| request.path.as_str()).collect();
    if calls.len() != CALLS || paths.len() != CALLS {
        return trouble(format!("{} requests for {} of {CALLS} calls", calls.len(), paths.len()));
    }
    match (ended, calls.iter().map(|request| request.began_us).min()) {
        (Some(ended), Some(began)) => Ok(began.saturating_sub(ended) as f64 / 1000.0),
        _ => trouble("the model's message has no end"),
    }
}

/// Microseconds a delta to take the stream apart, as it comes from a connection.
fn decoded(stream: &str) -> Outcome<f64> {
    let begun = Instant::now();
    let mut decoder = Decoder::new(Protocol::OpenaiChat);
    let mut events = Vec::new();
    for chunk in stream.as_bytes().chunks(CHUNK) {
        decoder.feed(chunk, &mut events)?;
    }
    let took = begun.elapsed();
    let ready = events.iter().filter(|event| matches!(event, ModelEvent::CallReady { .. })).count();
    if ready != CALLS {
        return trouble(format!("{ready} of {CALLS} calls were decoded"));
    }
    Ok(took.as_secs_f64() * 1_000_000.0 / (CALLS * PIECES) as f64)
}
