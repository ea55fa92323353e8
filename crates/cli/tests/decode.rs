//! `tieout decode`: a recorded answer from a file or from standard input, with no workspace anywhere.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// What it prints, what it says of problems, and its exit code.
fn decoded(words: &[&str], input: &[u8]) -> (Value, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .arg("decode")
        .args(words)
        .env("TIEOUT_WORKSPACE", "/nowhere/at/all")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has seen enough reads no more.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let object = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (object, String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
}

fn transcript(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts").join(file)
}

const TWO_CALLS: &str = "openai/parallel-responses-sessions-reasoning-session-two-tool-calls-streaming-0.sse";

fn weather(place: usize, city: &str) -> Value {
    json!({ "id": format!("call_REDACTED_{place}"), "name": "get_weather", "arguments": { "city": city } })
}

#[test]
fn a_whole_answer_from_a_file_or_from_standard_input() {
    let expected = json!({
        "type": "decoded",
        "text": "",
        "reasoning": "",
        "tool_calls": [weather(1, "Tokyo"), weather(2, "Paris")],
        "finish": "tool_calls",
        "usage": { "input": 144, "output": 62 },
    });
    let (file, bytes) = (transcript(TWO_CALLS), std::fs::read(transcript(TWO_CALLS)).unwrap());
    let responses = ["--protocol", "openai-responses"];
    for (more, input) in [
        (vec![file.to_str().unwrap()], &[][..]),
        (vec![file.to_str().unwrap(), "--json"], &[]),
        (vec!["-"], &bytes),
        (vec![], &bytes),
    ] {
        let (object, problem, code) = decoded(&[&responses[..], &more].concat(), input);
        assert_eq!((object, problem.as_str(), code), (expected.clone(), "", 0), "{more:?}");
    }
}

#[test]
fn a_cut_a_refusal_and_another_protocol_print_what_there_is() {
    let bytes = std::fs::read(transcript(TWO_CALLS)).unwrap();
    let at = |sign: &str| bytes.windows(sign.len()).rposition(|part| part == sign.as_bytes()).unwrap();
    // In the middle of the second call's last event.
    let cut = &bytes[..at("\"status\":\"completed\",\"type\":\"function_call\"},\"output_index\":2")];
    let (object, problem, code) = decoded(&["--protocol", "openai-responses"], cut);
    assert_eq!((&object["tool_calls"], &object["finish"]), (&json!([weather(1, "Tokyo")]), &json!("error")));
    assert!(object["error"].as_str().unwrap().contains("ended in the middle"), "{object}");
    assert!(problem.contains("ended in the middle"), "{problem}");
    assert_eq!(code, 1);

    for (file, words) in [
        ("groq/error-test-groq-test-tool-use-failed-error-0.json", "Tool call validation failed"),
        (
            "venice/error-error-envelope-nonexistent-model-error-preserves-status-and-body-0.json",
            "model not found",
        ),
        (
            "mistral/error-response-identity-edge-blocking-error-carries-the-correlation-id-0.json",
            "Invalid model",
        ),
    ] {
        let bytes = std::fs::read(transcript(file)).unwrap();
        for protocol in ["openai-chat", "openai-responses"] {
            let (object, _, code) = decoded(&["--protocol", protocol], &bytes);
            assert_eq!((&object["finish"], code), (&json!("error"), 1), "{file}");
            assert!(object["error"].as_str().unwrap().contains(words), "{file}: {object}");
        }
    }

    let (object, _, code) = decoded(&["--protocol", "openai-chat"], &bytes);
    assert_eq!((&object["finish"], &object["text"], code), (&json!("error"), &json!(""), 1));
    let (object, problem, code) = decoded(&["--protocol", "openai-chat", "/nowhere/at/all.sse"], &[]);
    assert_eq!((object, code), (Value::Null, 1));
    assert!(problem.contains("/nowhere/at/all.sse"), "{problem}");
    assert_eq!(decoded(&["--protocol", "telegraph"], &[]).2, 2);
}
