//! The log of requests.

use rehearsal::{Fault, Plan, Rehearsal, Times};
use serde_json::{Value, json};

use crate::client::{ask, get, source};
use crate::conversation::{Host, chat};

#[tokio::test]
async fn every_request_is_there_in_its_order_and_without_secrets() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let (crm, billing, support) =
        (source(&rehearsal, "crm"), source(&rehearsal, "billing"), source(&rehearsal, "support"));
    ask(&crm, "/customers?q=Oak%20L").header("x-team", "research").send().await;
    get(&billing.base_url, "/invoices").send().await;
    ask(&support, "/tickets/7031/notes").method("POST").body(&json!({ "text": "Hello" })).send().await;
    ask(&billing, "/nothing").send().await;
    chat(
        &rehearsal.model(),
        &json!({ "model": "rehearsal-1", "messages": [{ "role": "user", "content": "Hi" }] }),
    )
    .await;

    let requests = rehearsal.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (request.service, request.method.as_str(), request.path.as_str(), request.status.unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("crm", "GET", "/customers", 200),
            ("billing", "GET", "/invoices", 401),
            ("support", "POST", "/tickets/7031/notes", 201),
            ("billing", "GET", "/nothing", 404),
            ("model", "POST", "/v1/chat/completions", 200),
        ]
    );
    assert!(requests.is_sorted_by_key(|request| request.began_us));
    assert_eq!(requests[0].query, "q=Oak%20L");
    assert_eq!(requests[0].headers["x-team"], "research");
    assert_eq!(requests[2].body.as_deref(), Some(r#"{"text":"Hello"}"#));
    assert!(requests[4].body.as_deref().unwrap().contains("rehearsal-1"));
    let all = serde_json::to_string(&requests).unwrap();
    for secret in
        rehearsal.sources().into_iter().map(|source| source.secret).chain([rehearsal.model().secret])
    {
        assert!(!all.contains(&secret));
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_file_has_a_line_before_there_is_an_answer() {
    let path = std::env::temp_dir().join(format!("rehearsal-log-{}.jsonl", std::process::id()));
    let plan = Plan { log_file: Some(path.clone()), ..Plan::instant() };
    let rehearsal = Rehearsal::start(plan).await.unwrap();
    let crm = source(&rehearsal, "crm");
    rehearsal.faults().set("crm", "/customers/1042", Fault::Hang, Times::Once);
    let hanging = tokio::spawn(async move { ask(&crm, "/customers/1042").send().await });
    let line = loop {
        let text = std::fs::read_to_string(&path).unwrap();
        match text.lines().next() {
            Some(line) if text.ends_with('\n') => break line.to_owned(),
            _ => tokio::time::sleep(std::time::Duration::from_millis(2)).await,
        }
    };
    let entry: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&entry["service"], &entry["path"]), (&json!("crm"), &json!("/customers/1042")));
    assert!(entry.get("status").is_none());
    rehearsal.stop().await;
    hanging.await.unwrap();
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_batch_is_in_the_log_call_by_call() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let turn = Host::new(&rehearsal).asks(Rehearsal::demo_question().text).await;
    let requests = rehearsal.requests();
    let to_model = requests.iter().filter(|request| request.service == "model").count();
    assert_eq!(to_model, 2);
    assert_eq!(requests.len() - to_model, turn.results.len());
    rehearsal.stop().await;
}
