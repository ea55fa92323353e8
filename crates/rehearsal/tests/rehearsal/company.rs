//! The four services.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rehearsal::{Latency, Plan, Rehearsal};
use serde_json::{Value, json};

use crate::client::{ask, get, source};

#[tokio::test]
async fn one_seed_is_one_company_and_another_is_another() {
    let targets = [
        ("crm", "/customers?limit=200&region=North"),
        ("crm", "/customers/1042/contacts"),
        ("billing", "/revenue/top?quarter=2026-Q2&limit=50"),
        ("support", "/tickets?limit=100&status=open"),
        ("people", "/employees?per_page=200"),
        ("people", "/employees/17/salary"),
    ];
    let said = async |seed| {
        let rehearsal = Rehearsal::start(Plan { seed, ..Plan::instant() }).await.unwrap();
        let mut said = Vec::new();
        for (name, target) in targets {
            let source = source(&rehearsal, name);
            let seen = ask(&source, target).send().await;
            assert_eq!(seen.status, 200);
            said.push((source.secret, seen.body));
        }
        rehearsal.stop().await;
        said
    };
    let first = said(7).await;
    assert_eq!(first, said(7).await);
    for (one, other) in first.iter().zip(said(8).await) {
        assert_ne!(one.0, other.0);
        assert_ne!(one.1, other.1);
    }
}

#[tokio::test]
async fn starting_takes_no_time_that_a_person_would_notice() {
    let before = Instant::now();
    let rehearsal = Rehearsal::start(Plan::default()).await.unwrap();
    let took = before.elapsed();
    rehearsal.stop().await;
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn without_the_right_key_nothing_is_told() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    for source in rehearsal.sources() {
        for wrong in [None, Some("Bearer no"), Some("Basic bm86bm8=")] {
            let request = get(&source.base_url, "/customers/1042");
            let request = match wrong {
                Some(wrong) => request.header("authorization", wrong).header("x-api-key", "no"),
                None => request,
            };
            let seen = request.send().await;
            assert_eq!(seen.status, 401);
            assert!(seen.headers.contains_key("www-authenticate"));
            assert_eq!(seen.headers["content-type"], "application/problem+json");
            assert_eq!(seen.json()["status"], 401);
        }
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn pages_cover_every_record_once() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let crm = source(&rehearsal, "crm");
    let (mut customers, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = ask(&crm, &format!("/customers?limit=200{cursor}")).send().await.json();
        for customer in page["data"].as_array().unwrap() {
            assert!(customers.insert(customer["id"].as_u64().unwrap()));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(customers.len(), 2_400);

    let billing = source(&rehearsal, "billing");
    let (mut invoices, mut page) = (BTreeSet::new(), 1);
    loop {
        let answer = ask(&billing, &format!("/invoices?per_page=200&page={page}")).send().await.json();
        for invoice in answer["data"].as_array().unwrap() {
            assert!(customers.contains(&invoice["customer_id"].as_u64().unwrap()));
            assert!(invoices.insert(invoice["id"].as_u64().unwrap()));
        }
        assert_eq!(answer["total"], 24_000);
        if answer["pages"] == page {
            break;
        }
        page += 1;
    }
    assert_eq!(invoices.len(), 24_000);
    rehearsal.stop().await;
}

#[tokio::test]
async fn sums_are_the_sums_of_the_records() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let billing = source(&rehearsal, "billing");
    let summary = ask(&billing, "/customers/1015/summary").send().await.json();
    let records = ask(&billing, "/invoices?customer_id=1015&status=overdue&per_page=200").send().await.json();
    let overdue: u64 = records["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invoice| invoice["amount_cents"].as_u64().unwrap())
        .sum();
    assert_eq!(summary["overdue_cents"], overdue);
    assert_eq!(summary["overdue_invoices"], records["total"]);
    // The samples speak of this customer's overdue invoices, so there must be some.
    assert!(records["total"].as_u64().unwrap() > 0);

    let mut parts = 0;
    for region in ["North", "South", "East", "West"] {
        let target = format!("/revenue?region={region}&quarter=2026-Q2");
        parts += ask(&billing, &target).send().await.json()["invoiced_cents"].as_u64().unwrap();
    }
    let whole = ask(&billing, "/revenue?quarter=2026-Q2").send().await.json();
    assert_eq!(whole["invoiced_cents"], parts);
    rehearsal.stop().await;
}

#[tokio::test]
async fn an_unchanged_record_is_not_sent_twice() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let crm = source(&rehearsal, "crm");
    let first = ask(&crm, "/customers/1042").send().await;
    let tag = first.headers["etag"].clone();
    let again = ask(&crm, "/customers/1042").header("if-none-match", &tag).send().await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    let change = json!({ "status": "churned" });
    let changed = ask(&crm, "/customers/1042").method("PATCH").body(&change).send().await;
    assert_eq!(changed.json()["status"], "churned");
    let after = ask(&crm, "/customers/1042").header("if-none-match", &tag).send().await;
    assert_eq!(after.status, 200);
    assert_ne!(after.headers["etag"], tag);
    let churned = ask(&crm, "/customers?status=churned&q=").send().await;
    assert_eq!(churned.status, 400, "an empty filter is a mistake, not a filter");
    rehearsal.stop().await;
}

#[tokio::test]
async fn writes_stay() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let support = source(&rehearsal, "support");
    let note = json!({ "text": "Called back." });
    let written = ask(&support, "/tickets/7031/notes").method("POST").body(&note).send().await;
    assert_eq!((written.status, &written.json()["notes"]), (201, &json!(1)));
    assert_eq!(ask(&support, "/tickets/7031").send().await.json()["notes"], json!(["Called back."]));

    let billing = source(&rehearsal, "billing");
    let paid = ask(&billing, "/invoices?status=paid&per_page=1").send().await.json()["data"][0]["id"].clone();
    let refused = ask(&billing, &format!("/invoices/{paid}/reminders")).method("POST").send().await;
    assert_eq!(refused.status, 409);
    rehearsal.stop().await;
}

#[tokio::test]
async fn wrong_arguments_are_named() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let crm = source(&rehearsal, "crm");
    for (target, status, named) in [
        ("/customers?region=Nowhere", 400, "region"),
        ("/customers?colour=red", 400, "colour"),
        ("/customers?limit=0", 400, "limit"),
        ("/customers/abc", 400, "id"),
        ("/customers/999999", 404, "999999"),
        ("/customers/1001/../1002", 404, "path"),
    ] {
        let seen = ask(&crm, target).send().await;
        assert_eq!(seen.status, status, "{target}");
        assert!(seen.json()["detail"].as_str().unwrap().contains(named), "{target}: {}", seen.text());
    }
    let wrong_method = ask(&crm, "/customers/1042").method("DELETE").send().await;
    assert_eq!(wrong_method.status, 405);
    rehearsal.stop().await;
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let rehearsal = Rehearsal::start(Plan { rate_limits: true, ..Plan::instant() }).await.unwrap();
    let crm = source(&rehearsal, "crm");
    let sent = (0..120).map(|_| ask(&crm, "/customers/1042").send());
    let seen = futures_util::future::join_all(sent).await;
    let refused: Vec<_> = seen.iter().filter(|seen| seen.status == 429).collect();
    assert!(!refused.is_empty() && seen.iter().any(|seen| seen.status == 200));
    assert!(refused.iter().all(|seen| seen.headers["retry-after"] == "1"));
    assert!(refused.iter().all(|seen| seen.headers["ratelimit-remaining"] == "0"));
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_fixed_latency_is_kept() {
    let wait = Duration::from_millis(120);
    let rehearsal =
        Rehearsal::start(Plan { latency: Latency::Fixed(wait), ..Plan::instant() }).await.unwrap();
    let crm = source(&rehearsal, "crm");
    let before = Instant::now();
    ask(&crm, "/customers/1042").send().await;
    assert!(before.elapsed() >= wait);
    rehearsal.stop().await;
}

#[tokio::test]
async fn every_documented_operation_answers_as_documented() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    for source in rehearsal.sources() {
        let document = get(&source.base_url, "/openapi.json").send().await.json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], source.base_url.as_str());
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let method = method.to_uppercase();
                let (target, body) = (filled(&source, path).await, needed_body(operation));
                let seen = ask(&source, &target).method(&method).body(&body).send().await;
                let documented = &operation["responses"][seen.status.to_string()];
                assert!(documented.is_object(), "{} {method} {target}: {}", source.name, seen.text());
                let schema = &documented["content"]["application/json"]["schema"];
                for (member, described) in schema["properties"].as_object().unwrap() {
                    let kind = match &seen.json()[member] {
                        Value::Array(_) => "array",
                        Value::String(_) => "string",
                        Value::Number(_) => "integer",
                        other => panic!("{member} is {other}"),
                    };
                    assert_eq!(described["type"], kind, "{path} {member}");
                }
            }
        }
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn source_files_offer_what_the_document_describes() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    for source in rehearsal.sources() {
        let document = get(&source.base_url, "/openapi.json").send().await.json();
        let file: toml::Table = source.toml.parse().unwrap();
        assert_eq!(file["base_url"].as_str(), Some(source.base_url.as_str()));
        assert_eq!(file["auth"]["secret"].as_str(), Some(source.secret_name.as_str()));
        assert!(!source.toml.contains(&source.secret));
        let tools = file["tool"].as_array().unwrap();
        assert!((4..=6).contains(&tools.len()));
        for tool in tools {
            let method = tool["method"].as_str().unwrap().to_lowercase();
            let operation = &document["paths"][tool["path"].as_str().unwrap()][method];
            assert_eq!(operation["operationId"].as_str(), tool["name"].as_str());
            assert_eq!(tool["input"]["type"].as_str(), Some("object"));
        }
    }
    let echo = rehearsal.echo_source();
    let file: toml::Table = echo.toml.parse().unwrap();
    assert_eq!(file["tool"].as_array().unwrap().len(), 4);
    assert!(echo.secret.is_empty() && !file.contains_key("label"));
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_echo_service_does_as_it_is_told() {
    let rehearsal = Rehearsal::start(Plan::default()).await.unwrap();
    let echo = rehearsal.echo_source();
    let before = Instant::now();
    assert_eq!(ask(&echo, "/echo/a?ms=60").send().await.json()["ms"], 60);
    assert!(before.elapsed() >= Duration::from_millis(60));
    for value in [1, 2] {
        ask(&echo, "/echo/a").method("POST").body(&json!({ "value": value })).send().await;
    }
    assert_eq!(ask(&echo, "/echo/a").send().await.json()["last"], 2);
    assert_eq!(rehearsal.echo_writes()["a"], [json!(1), json!(2)]);
    let big = ask(&echo, "/big?bytes=5000000").send().await;
    assert_eq!((big.body.len(), big.body.contains(&b'\n')), (5_000_000, false));
    assert!(ask(&echo, "/html").send().await.headers["content-type"].starts_with("text/html"));
    rehearsal.stop().await;
}

/// The path with ids of records that exist, and of an invoice that is not paid yet.
async fn filled(source: &rehearsal::DemoSource, path: &str) -> String {
    let id = match path.split('/').nth(1).unwrap() {
        "invoices" => {
            let open = ask(source, "/invoices?status=open&per_page=1").send().await.json();
            open["data"][0]["id"].to_string()
        }
        "tickets" => "7031".to_owned(),
        "employees" => "17".to_owned(),
        _ => "1042".to_owned(),
    };
    path.replace("{id}", &id)
}

fn needed_body(operation: &Value) -> Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let required = schema["required"].as_array().into_iter().flatten();
    required
        .map(|name| (name.as_str().unwrap().to_owned(), json!("A note")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
