//! How many megabytes a second are decoded of the protocols with framings of their own. Nothing is asserted of the time;
//! a person runs this in a release build and reads: `cargo test --release -p providers --test throughput -- --ignored
//! --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic here is a failed test with a place, and the figures are for a person"
)]

use std::time::{Duration, Instant};

use domain::model::{ModelEvent, Protocol};
use providers::Decoder;
use serde_json::json;

const DELTAS: usize = 20_000;
const CALLS: usize = 500;

/// A frame of Bedrock's with an event of this type.
fn frame(kind: &str, payload: &str) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in
        [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")]
    {
        headers.extend([&[u8::try_from(name.len()).unwrap()], name.as_bytes(), &[7]].concat());
        headers.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        headers.extend(value.as_bytes());
    }
    let number = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut frame = [number(16 + headers.len() + payload.len()), number(headers.len())].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend([headers.as_slice(), payload.as_bytes()].concat());
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}

fn ollama() -> Vec<u8> {
    let line = |message: serde_json::Value, done: bool| {
        format!(
            "{}\n",
            json!({"model": "qwen3:4b", "created_at": "2026-08-17T08:22:52.061545Z", "message": message, "done": done})
        )
    };
    let mut stream: String = (0..DELTAS)
        .map(|place| line(json!({"role": "assistant", "content": format!(" token{place}")}), false))
        .collect();
    for call in 0..CALLS {
        let function =
            json!({"index": call, "name": "crm__get", "arguments": {"id": call, "note": "what is due"}});
        stream.push_str(&line(
            json!({"role": "assistant", "content": "", "tool_calls": [{"function": function}]}),
            false,
        ));
    }
    stream.push_str(&line(json!({"role": "assistant", "content": ""}), true));
    stream.into_bytes()
}

fn cohere() -> Vec<u8> {
    let event =
        |value: serde_json::Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    let message = |kind: &str, index: usize, message: serde_json::Value| {
        event(json!({"type": kind, "index": index, "delta": {"message": message}}))
    };
    let mut stream: String = (0..DELTAS)
        .map(|place| message("content-delta", 0, json!({"content": {"text": format!(" token{place}")}})))
        .collect();
    for call in 0..CALLS {
        let function = json!({"name": "crm__get", "arguments": ""});
        let begins =
            json!({"tool_calls": {"id": format!("call{call}"), "type": "function", "function": function}});
        stream.push_str(&message("tool-call-start", call, begins));
        for piece in ["{\"id\":", "7,\"note\":", "\"what is due\"}"] {
            stream.push_str(&message(
                "tool-call-delta",
                call,
                json!({"tool_calls": {"function": {"arguments": piece}}}),
            ));
        }
        stream.push_str(&event(json!({"type": "tool-call-end", "index": call})));
    }
    stream.push_str(&event(json!({"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}})));
    stream.into_bytes()
}

fn bedrock() -> Vec<u8> {
    let padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ";
    let delta = |index: usize, delta: serde_json::Value| {
        frame(
            "contentBlockDelta",
            &json!({"contentBlockIndex": index, "delta": delta, "p": padding}).to_string(),
        )
    };
    let mut stream: Vec<u8> =
        (0..DELTAS).flat_map(|place| delta(0, json!({"text": format!(" token{place}")}))).collect();
    for call in 1..=CALLS {
        let start = json!({"toolUse": {"toolUseId": format!("tooluse_{call}"), "name": "crm__get"}});
        stream.extend(frame(
            "contentBlockStart",
            &json!({"contentBlockIndex": call, "start": start}).to_string(),
        ));
        for piece in ["{\"id\":", "7,\"note\":", "\"what is due\"}"] {
            stream.extend(delta(call, json!({"toolUse": {"input": piece}})));
        }
        stream.extend(frame("contentBlockStop", &json!({"contentBlockIndex": call}).to_string()));
    }
    stream.extend(frame("messageStop", "{\"stopReason\":\"tool_use\"}"));
    stream
}

#[test]
#[ignore = "a figure for a person, in a release build"]
fn megabytes_a_second() {
    for (protocol, stream) in
        [(Protocol::Ollama, ollama()), (Protocol::Cohere, cohere()), (Protocol::Bedrock, bedrock())]
    {
        let once = |_| {
            let began = Instant::now();
            let (mut decoder, mut ready) = (Decoder::new(protocol), 0);
            let mut events = Vec::new();
            for chunk in stream.chunks(16 << 10) {
                decoder.feed(chunk, &mut events).unwrap();
                ready +=
                    events.drain(..).filter(|event| matches!(event, ModelEvent::CallReady { .. })).count();
            }
            let took = began.elapsed();
            decoder.end(&mut events).unwrap();
            assert_eq!(ready, CALLS);
            took
        };
        let mut times: Vec<Duration> = (0..31).map(once).collect();
        times.sort();
        let rate = stream.len() as f64 / 1e6 / times[times.len() / 2].as_secs_f64();
        println!("{protocol:?}: {:.1} MB at {rate:.0} MB/s", stream.len() as f64 / 1e6);
    }
}
