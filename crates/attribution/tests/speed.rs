//! How long it takes to cut a long result. Nothing is asserted; a person runs this in a release build and reads:
//! `cargo test --release -p attribution --test speed -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a panic here is a failed test with a place, and the figures are for a person"
)]

use std::time::Instant;

use attribution::{excerpt, page};
use domain::id::Handle;
use serde_json::json;

const BUDGET: usize = 96 << 10;

/// The median of several runs, in milliseconds.
fn millis(mut run: impl FnMut()) -> f64 {
    let once = |_| {
        let began = Instant::now();
        run();
        began.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..11).map(once).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[test]
#[ignore = "a figure for a person, in a release build"]
fn cutting_long_results() {
    let customer = |id: usize| {
        json!({
            "id": id, "name": format!("Customer {id}"), "region": "North", "due": id as f64 * 1.25,
            "address": {"street": "Hauptstraße 7", "city": "Köln"}, "tags": ["key account", "net 30"],
        })
    };
    let list = |bytes: usize| {
        let items: Vec<_> = (0..bytes / customer(12_345).to_string().len()).map(customer).collect();
        json!({"items": items, "next": null}).to_string()
    };
    let mega = 1 << 20;
    let bodies = [
        ("10 MB of JSON, a list", list(10 * mega)),
        ("100 MB of JSON, a list", list(100 * mega)),
        ("100 MB of JSON, one text", json!({"text": "Grüße \"an\" alle. ".repeat(6 * mega)}).to_string()),
        ("100 MB of JSON, arrays in arrays", format!("{}{}", "[".repeat(50 * mega), "]".repeat(50 * mega))),
        ("100 MB of JSON, zeros", format!("[{}0]", "0,".repeat(50 * mega))),
        ("10 MB of CSV", "4711,Customer 4711,North,12.50\n".repeat(mega / 3)),
    ];
    for (named, body) in &bodies {
        let cut = millis(|| assert!(excerpt(Handle(3), "", body.as_bytes(), BUDGET).text.len() <= BUDGET));
        let read = millis(|| assert!(page(Handle(3), "", body.as_bytes(), "", 0, BUDGET).is_ok()));
        println!("{named} ({} bytes): {cut:.1} ms to excerpt, {read:.1} ms for its first page", body.len());
    }
    let (_, body) = &bodies[0];
    let read = millis(|| {
        page(Handle(3), "", body.as_bytes(), "/items", 20_000, BUDGET).unwrap();
    });
    println!("10 MB of JSON, the items from the 20,000th on: {read:.1} ms");
}
