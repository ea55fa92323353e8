//! How long decoding and encoding take. Nothing is asserted; a person runs these in a release build and reads:
//! `cargo test --release -p providers --test speed -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic here is a failed test with a place, and the figures are for a person"
)]

use std::time::{Duration, Instant};

use domain::id::Handle;
use domain::label::Level;
use domain::model::{
    AskedCall, Capabilities, Early, Message, ModelEvent, ModelSpec, OfferedTool, Parallel, Prompt, Protocol,
};
use domain::outcome::CallResult;
use providers::{Decoder, Encoder, encode};
use serde_json::json;

const CALLS: usize = 256;
const DELTAS: usize = 10;

/// The median of many runs.
fn median(mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    let mut times: Vec<Duration> = (0..101).map(once).collect();
    times.sort();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[test]
#[ignore = "a figure for a person, in a release build"]
fn decoding_a_message_of_many_calls() {
    let mut stream = String::new();
    for call in 0..CALLS {
        let arguments = format!("{{\"id\":{call},\"note\":\"what is due, and since when, of all regions\"}}");
        let pieces: Vec<&str> = (0..DELTAS)
            .map(|part| &arguments[arguments.len() * part / DELTAS..arguments.len() * (part + 1) / DELTAS])
            .collect();
        for (part, piece) in pieces.into_iter().enumerate() {
            let mut delta = json!({"index": call, "function": {"arguments": piece}});
            if part == 0 {
                delta["id"] = json!(format!("call_4eC39HqLyjWDarjtT1zdp7{call:03}"));
                delta["type"] = json!("function");
                delta["function"]["name"] = json!("crm__get_customer");
            }
            let choice = json!({"index": 0, "delta": {"tool_calls": [delta]}, "logprobs": null, "finish_reason": null});
            let chunk = json!({
                "id": "chatcmpl-CWqAQkLXcLW1cXvQ0MaWmy3p", "object": "chat.completion.chunk", "created": 1_762_000_000,
                "model": "gpt-x-2026-08-07", "service_tier": "default", "system_fingerprint": null,
                "choices": [choice], "usage": null, "obfuscation": "x7Yq2LkP",
            });
            stream.push_str(&format!("data: {chunk}\n\n"));
        }
    }
    stream.push_str(
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
    );
    for (size, named) in
        [(stream.len(), "at once"), (4096, "in chunks of 4 KiB"), (64, "in chunks of 64 bytes")]
    {
        let time = median(|| {
            let mut decoder = Decoder::new(Protocol::OpenaiChat);
            let mut events = Vec::new();
            for chunk in stream.as_bytes().chunks(size) {
                decoder.feed(chunk, &mut events).unwrap();
            }
            let ready = events.iter().filter(|event| matches!(event, ModelEvent::CallReady { .. })).count();
            assert_eq!(ready, CALLS);
        });
        let each = micros(time) / (CALLS * DELTAS) as f64;
        println!(
            "decode {CALLS} calls x {DELTAS} deltas {named}: {:.0} us, {each:.2} us a delta",
            micros(time)
        );
    }
}

#[test]
#[ignore = "a figure for a person, in a release build"]
fn encoding_the_results_of_many_calls() {
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
    let calls: Vec<AskedCall> = (0..CALLS)
        .map(|call| AskedCall {
            id: format!("call_{call}"),
            name: "crm__get_customer".to_owned(),
            arguments: format!("{{\"id\":{call}}}"),
        })
        .collect();
    let text = json!({"id": 7, "name": "Ada", "note": "x".repeat(4000)}).to_string();
    let results: Vec<CallResult> = (0_u32..)
        .zip(&calls)
        .map(|(place, call)| CallResult {
            id: call.id.clone(),
            handle: Handle(place),
            tool: None,
            ok: true,
            note: String::new(),
            text: text.clone(),
        })
        .collect();
    let prompt = Prompt {
        system: "Be brief.".to_owned(),
        messages: vec![
            Message::User("Who?".to_owned()),
            Message::Assistant { text: String::new(), calls, reasoning: Vec::new() },
            Message::Results(results.clone()),
        ],
        tools: Vec::<OfferedTool>::new(),
        parallel: Parallel::Auto,
    };
    let whole = median(|| assert!(encode(&spec, &prompt).body.len() > 1 << 20));
    let start = || {
        let mut encoder = Encoder::new(&spec, &prompt.system, &prompt.tools);
        prompt.messages[..2].iter().for_each(|message| encoder.push(message));
        encoder
    };
    let started = median(|| drop(start()));
    let pushed = median(|| {
        let mut encoder = start();
        results.iter().for_each(|result| encoder.push_result(result));
    });
    let pushed = pushed.saturating_sub(started);
    let mut begun = start();
    results.iter().for_each(|result| begun.push_result(result));
    let request = median(|| assert!(begun.request(Parallel::Auto).body.len() > 1 << 20));
    println!(
        "encode {CALLS} results of 4 kB: {:.0} us at once; {:.1} us each as it arrives, then {:.0} us for the request",
        micros(whole),
        micros(pushed) / CALLS as f64,
        micros(request)
    );
}
