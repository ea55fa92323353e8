//! `tieout classify`: texts and payloads from standard input, with no workspace anywhere.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

#[test]
fn each_line_is_a_text_or_a_payload() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .arg("classify")
        .env("TIEOUT_WORKSPACE", "/nowhere/at/all")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = "pay to GB29NWBK60161331926819\n\"é: ann@example.com\"\n{\"a\":{\"dob\":\"1984-03-12\"}}\n\nnothing here";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let found: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let one = |kind: &str, category: &str, pointer: &str, start: u32, end: u32, confidence: f64| {
        json!({
            "type": "classified", "level": "confidential", "categories": [category],
            "findings": [{ "kind": kind, "category": category, "pointer": pointer, "start": start, "end": end,
                           "confidence": confidence }],
        })
    };
    let nothing = json!({ "type": "classified", "level": "public", "categories": [], "findings": [] });
    let expected = [
        one("iban", "financial", "", 7, 29, 1.0),
        one("email", "contact", "", 4, 19, 0.98),
        one("date_of_birth", "identity", "/a/dob", 0, 10, 0.9),
        nothing.clone(),
        nothing,
    ];
    assert_eq!((found, output.status.code()), (expected.to_vec(), Some(0)));
}
