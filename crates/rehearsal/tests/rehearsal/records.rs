//! The records: what each tool does, when it takes effect, and what is left.

use futures_util::future::join;
use rehearsal::{Plan, Record, Rehearsal};
use serde_json::{Value, json};

use crate::client::{Seen, ask};

async fn does(rehearsal: &Rehearsal, method: &str, target: &str, body: Value) -> Seen {
    ask(&rehearsal.records_source(), target).method(method).body(&body).send().await
}

#[tokio::test]
async fn every_tool_does_its_own() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let steps = [
        ("GET", "/records/a", json!({}), 404),
        ("PATCH", "/records/a", json!({ "value": { "n": 1 } }), 404),
        ("DELETE", "/records/a", json!({}), 404),
        ("POST", "/records/a", json!({ "value": { "n": 1, "m": { "x": 1 } } }), 201),
        ("POST", "/records/a", json!({ "value": 2 }), 409),
        ("PATCH", "/records/a", json!({ "value": { "n": null, "m": { "y": 2 } } }), 200),
        ("POST", "/records/a/append", json!({ "entry": 1 }), 200),
        ("POST", "/records/a/append", json!({ "entry": 2 }), 200),
        ("PUT", "/records/b", json!({ "value": 3 }), 201),
        ("PUT", "/records/b", json!({ "value": 4 }), 200),
        ("PUT", "/records/gone", json!({ "value": 5 }), 201),
        ("DELETE", "/records/gone", json!({}), 200),
        ("PUT", "/records", json!({ "value": 5 }), 405),
        ("GET", "/elsewhere", json!({}), 404),
        ("GET", "/records", json!({}), 200),
    ];
    for (method, target, body, status) in steps {
        assert_eq!(does(&rehearsal, method, target, body).await.status, status, "{method} {target}");
    }
    let records = rehearsal.records();
    let merged =
        Record { value: json!({ "m": { "x": 1, "y": 2 } }), entries: vec![json!(1), json!(2)], version: 4 };
    assert_eq!(records["a"], merged);
    assert_eq!(records["b"], Record { value: json!(4), entries: Vec::new(), version: 2 });
    assert_eq!(records.len(), 2);
    let listed = does(&rehearsal, "GET", "/records", Value::Null).await;
    assert_eq!(listed.json()["data"][1], json!({ "id": "b", "value": 4, "entries": [], "version": 2 }));
    assert_eq!(listed.headers["cache-control"], "private, no-cache");
    rehearsal.stop().await;
}

#[tokio::test]
async fn what_is_slower_takes_effect_later() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let slow = does(&rehearsal, "POST", "/records/a/append", json!({ "entry": "slow", "ms": 400 }));
    let quick = does(&rehearsal, "POST", "/records/a/append", json!({ "entry": "quick", "ms": 20 }));
    join(slow, quick).await;
    assert_eq!(rehearsal.records()["a"].entries, ["quick", "slow"]);
    // A read sees what was there at its end as well.
    let write = does(&rehearsal, "PUT", "/records/b", json!({ "value": 1, "ms": 20 }));
    let read = does(&rehearsal, "GET", "/records/b?ms=400", Value::Null);
    let (_, read) = join(write, read).await;
    assert_eq!(read.json()["value"], 1);
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_source_file_has_a_tool_for_each() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let file: toml::Table = rehearsal.records_source().toml.parse().unwrap();
    let tools = file["tool"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["list", "get", "put", "patch", "create", "append", "delete"]);
    assert!(tools[1..].iter().all(|tool| tool["resource"].as_str() == Some("/records/{id}")));
    let writes: Vec<bool> =
        tools[1..].iter().map(|tool| tool["effect"].as_str().unwrap().ends_with("write")).collect();
    assert_eq!(writes, [false, true, true, true, true, true]);
    rehearsal.stop().await;
}
