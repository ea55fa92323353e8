//! What the model asks for and what it makes of the results.

use std::collections::BTreeSet;

use rehearsal::{Fault, Plan, Rehearsal, Times};
use serde_json::Value;

use crate::conversation::{Host, Turn};

fn text_of(id: &str) -> &'static str {
    Rehearsal::questions().iter().find(|sample| sample.id == id).unwrap().text
}

async fn turn(id: &str) -> Turn {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let turn = Host::new(&rehearsal).asks(text_of(id)).await;
    rehearsal.stop().await;
    turn
}

#[tokio::test]
async fn the_demo_asks_fifteen_things_of_four_services_at_once() {
    let turn = turn(Rehearsal::demo_question().id).await;
    assert_eq!(turn.batches.len(), 1);
    assert_eq!(turn.batches[0].len(), 15);
    assert_eq!(turn.sources_of(0), ["billing", "crm", "people", "support"]);
    let distinct: BTreeSet<String> = turn.batches[0].iter().map(|call| format!("{call:?}")).collect();
    assert_eq!(distinct.len(), 15);
    assert!(turn.results.iter().all(|result| !result.starts_with("failed")));
    // Every result is drawn on.
    for handle in 1..=15 {
        assert!(turn.answer.contains(&format!("[^c{handle}]")), "c{handle}: {}", turn.answer);
    }
}

#[tokio::test]
async fn every_sample_is_answered_from_its_results() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    assert!(Rehearsal::questions().len() >= 12);
    for sample in Rehearsal::questions() {
        let turn = Host::new(&rehearsal).asks(sample.text).await;
        let called: BTreeSet<&str> =
            (0..turn.batches.len()).flat_map(|batch| turn.sources_of(batch)).collect();
        let expected: BTreeSet<&str> = sample.sources.iter().copied().collect();
        assert_eq!(called, expected, "{}", sample.id);
        assert!(turn.batches.iter().all(|batch| batch.len() <= 15));
        let failed = turn.results.iter().any(|result| result.starts_with("failed"));
        assert_eq!(turn.answer.contains("gave no result"), failed, "{}: {}", sample.id, turn.answer);
        if !sample.sources.is_empty() {
            cites_every_figure(&turn);
            draws_every_amount_from_results(&turn);
        }
    }
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_second_round_takes_its_ids_from_the_first() {
    let turn = turn("largest").await;
    let sizes: Vec<usize> = turn.batches.iter().map(Vec::len).collect();
    assert_eq!(sizes[..2], [1, 15]);
    assert_eq!(turn.batches.len(), 3);
    assert_eq!(turn.sources_of(2), ["people"]);
    let ranking: Value = serde_json::from_str(&turn.results[0]).unwrap();
    for record in ranking["data"].as_array().unwrap() {
        let id = &record["customer_id"];
        assert_eq!(turn.batches[1].iter().filter(|(_, arguments)| arguments["id"] == *id).count(), 3);
        assert!(turn.answer.contains(&id.to_string()));
    }
}

#[tokio::test]
async fn one_at_a_time_comes_to_the_same_answer() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let together = Host::new(&rehearsal).asks(text_of("largest")).await;
    let singly = Host { parallel: false, ..Host::new(&rehearsal) }.asks(text_of("largest")).await;
    assert!(singly.batches.iter().all(|batch| batch.len() == 1));
    assert_eq!(singly.results.len(), together.results.len());
    let unmarked = |turn: &Turn| {
        turn.answer
            .split("[^")
            .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest))
            .collect::<String>()
    };
    assert_eq!(unmarked(&singly), unmarked(&together));
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_write_is_asked_for_and_a_refusal_is_reported() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let refused = Host { refuses: |name| name.ends_with("add_note"), ..Host::new(&rehearsal) };
    let turn = refused.asks(text_of("note")).await;
    assert_eq!(turn.batches[0][0].0, "support__add_note");
    assert_eq!(turn.batches[0][0].1["text"], "the customer called and will pay on Friday");
    assert!(turn.answer.contains("was not added") && turn.answer.contains("refused: not today"));
    let turn = Host::new(&rehearsal).asks(text_of("note")).await;
    assert!(turn.answer.contains("stands on ticket 7031"), "{}", turn.answer);
    rehearsal.stop().await;
}

#[tokio::test]
async fn what_fails_is_told_beside_what_did_not() {
    let turn = turn("partly").await;
    assert!(turn.answer.contains("gave no result for id 999999: 404"), "{}", turn.answer);
    assert!(turn.answer.contains("| 1001 ") && !turn.answer.contains("| 999999"));
}

#[tokio::test]
async fn a_service_that_is_down_leaves_the_rest_of_the_brief() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    rehearsal.faults().set("billing", "/", Fault::Status(503), Times::Always);
    let turn = Host::new(&rehearsal).asks(Rehearsal::demo_question().text).await;
    assert!(turn.answer.contains("billing.revenue gave no result for"));
    assert!(!turn.answer.contains('€') || turn.answer.contains("base salaries"));
    assert!(turn.answer.contains("at risk") && turn.answer.contains("tickets in the quarter"));
    cites_every_figure(&turn);
    rehearsal.stop().await;
}

#[tokio::test]
async fn only_what_is_offered_is_called() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let half = Host::new(&rehearsal).with_sources(&["crm", "support"]);
    let turn = half.asks(Rehearsal::demo_question().text).await;
    assert_eq!(turn.sources_of(0), ["crm", "support"]);
    assert!(turn.answer.contains("no such tool is connected"));

    let none = Host::new(&rehearsal).with_sources(&["people"]).asks(text_of("regions")).await;
    assert!(none.batches.is_empty());
    assert!(none.answer.contains("billing.revenue") && none.answer.contains("can't answer"));
    assert!(none.answer.contains(text_of("payroll")));
    rehearsal.stop().await;
}

#[tokio::test]
async fn an_unknown_question_gets_an_honest_answer() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let all = Host::new(&rehearsal).asks("Why is the sky blue?").await;
    assert!(all.batches.is_empty());
    assert!(all.answer.contains("without AI") && all.answer.contains(Rehearsal::demo_question().text));
    let few = Host::new(&rehearsal).with_sources(&["support"]).asks("Why is the sky blue?").await;
    assert!(few.answer.contains(text_of("volume")) && !few.answer.contains(text_of("payroll")));
    let none = Host::new(&rehearsal).with_sources(&[]).asks("What can you do?").await;
    assert!(none.answer.contains("None of the questions"));
    rehearsal.stop().await;
}

/// Every line with a figure carries a mark; titles, the heads of tables and lists of names have no
/// claim to support.
fn cites_every_figure(turn: &Turn) {
    let lines: Vec<&str> = turn.answer.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let head = lines.get(number + 1).is_some_and(|next| next.starts_with("| ---"));
        let asked_nothing = line.contains("no such tool is connected") || line.contains("it was not asked");
        if line.starts_with('#') || head || asked_nothing || !line.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        assert!(line.contains("[^c"), "{line}");
    }
    for mark in turn.answer.split("[^c").skip(1) {
        let handle: usize = mark.split_once(']').unwrap().0.parse().unwrap();
        assert!((1..=turn.results.len()).contains(&handle));
    }
}

/// Every amount is a number of some result in cents, or the sum of one member over the results of
/// some calls of one tool.
fn draws_every_amount_from_results(turn: &Turn) {
    let results: Vec<Value> =
        turn.results.iter().filter_map(|result| serde_json::from_str(result).ok()).collect();
    let mut known = BTreeSet::new();
    results.iter().for_each(|result| collect(result, &mut known));
    for key in ["invoiced_cents", "base_cents"] {
        for quarter in [Value::Null, "2026-Q1".into(), "2026-Q2".into()] {
            let parts = results.iter().filter(|result| result["quarter"] == quarter);
            known.insert(parts.filter_map(|result| result[key].as_i64()).sum());
        }
    }
    for result in &results {
        let records = result["data"].as_array().into_iter().flatten();
        known.insert(records.filter_map(|record| record["amount_cents"].as_i64()).sum());
    }
    for amount in turn.answer.split('€').skip(1) {
        let digits: String =
            amount.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).collect();
        let cents: i64 = digits.trim_end_matches(['.', ',']).replace([',', '.'], "").parse().unwrap();
        assert!(known.contains(&cents), "€{digits} in {}", turn.answer);
    }
}

fn collect(value: &Value, known: &mut BTreeSet<i64>) {
    match value {
        Value::Number(number) => known.extend(number.as_i64()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, known)),
        Value::Object(members) => members.values().for_each(|member| collect(member, known)),
        _ => {}
    }
}
