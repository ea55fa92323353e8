//! `tieout tie`: answers and results from standard input, with no workspace anywhere.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn tied(lines: &str) -> (Vec<Value>, Output) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tieout"))
        .arg("tie")
        .env("TIEOUT_WORKSPACE", "/nowhere/at/all")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output)
}

#[test]
fn each_figure_is_tied_or_marked() {
    let question = json!({
        "answer": "Café Ärger earned 1,204 EUR in May, 327 more than in April; rent was 9,876.",
        "results": [{ "call": "c1", "tool": "books.revenue", "body": {
            "customer": "Café Ärger",
            "months": [{ "month": "April", "earned": 877 }, { "month": "May", "earned": 1204 }],
        } }],
    });
    let (found, output) = tied(&format!("{question}\n\n"));
    assert_eq!((found.len(), output.status.code()), (1, Some(0)));
    assert_eq!(found[0]["type"], "tied");
    let ties = found[0]["ties"].as_array().unwrap();
    let tie = |text: &str| ties.iter().find(|tie| tie["text"] == text).unwrap();
    let exact = tie("1,204 EUR");
    assert_eq!((&exact["kind"], &exact["start"], &exact["end"]), (&json!("exact"), &json!(20), &json!(29)));
    assert_eq!(exact["places"], json!([{ "call": "c1", "pointer": "/months/1/earned", "raw": "1204" }]));
    assert_eq!(exact["derivation"], Value::Null);
    let derived = tie("327");
    assert_eq!((&derived["kind"], &derived["derivation"]), (&json!("derived"), &json!("difference")));
    assert_eq!(derived["expression"], "1,204 − 877 = 327");
    let mut places: Vec<&Value> =
        derived["places"].as_array().unwrap().iter().map(|place| &place["pointer"]).collect();
    places.sort_by_key(|place| place.to_string());
    assert_eq!(places, ["/months/0/earned", "/months/1/earned"]);
    assert!(derived["confidence"].as_f64().unwrap() <= 1.0);
    assert_eq!(
        tie("Café Ärger")["places"],
        json!([{ "call": "c1", "pointer": "/customer", "raw": "Café Ärger" }])
    );
    assert_eq!(found[0]["untied"], json!([{ "start": 71, "end": 76, "text": "9,876" }]));
}

#[test]
fn a_line_that_is_none_is_said_and_the_others_are_read() {
    let (found, output) = tied(
        "{\"answer\": 3}\n{\"answer\":\"7,345\",\"results\":[{\"call\":\"c9\",\"body\":\"it was 7345\"}]}\n",
    );
    assert_eq!((found.len(), output.status.code()), (1, Some(1)));
    assert_eq!(found[0]["ties"][0]["places"], json!([{ "call": "c9", "pointer": "", "raw": "it was 7345" }]));
    assert!(String::from_utf8(output.stderr).unwrap().contains("line 1 is no answer"));
}
