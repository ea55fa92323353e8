//! `tie`: an answer of twenty figures, some copied, some computed, some invented, tied to results of four sizes, beside parsing
//! the same JSON. What counts is the time of the CPU: a turn's answer waits for one thread of it.

use std::hint::black_box;

use domain::tie::TieStatus;
use engine::{ResultText, Shown, tie};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::cost::{cpu, forget_peak, memory};
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::trouble::{Outcome, trouble};

/// How long the results are, in all, and what tying may take, in milliseconds.
const SIZES: [(usize, &str, f64); 4] =
    [(5_000, "5 kB", 5.0), (50_000, "50 kB", 5.0), (1_000_000, "1 MB", 60.0), (10_000_000, "10 MB", 300.0)];
/// Sizes, and for each of them the bound.
const CASES: usize = 2 * SIZES.len();
/// Over so many calls the results are spread.
const CALLS: usize = 4;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let bodies: Vec<Vec<String>> = SIZES.iter().map(|(bytes, _, _)| results(*bytes)).collect();
    let rounds = Rounds { before: 1, counted: arguments.rounds.unwrap_or(11) };
    let measured: [Vec<f64>; CASES] = interleaved(rounds, async |place| {
        let bodies = &bodies[place / 2];
        if place % 2 == 0 { tied(bodies) } else { parsed(bodies) }
    })
    .await?;
    let mut figures: Vec<Figure> = SIZES
        .iter()
        .zip(measured.chunks(2))
        .map(|((_, size, most), measured)| Figure {
            goal: Some(Goal::AtMost(*most)),
            ..Figure::against(
                format!("results of {size}"),
                "ms",
                &measured[0],
                ("parsing", &measured[1]),
                None,
            )
        })
        .collect();
    let before = memory()?.now;
    forget_peak()?;
    if let Some(largest) = bodies.last() {
        tied(largest)?;
    }
    let held = memory()?.peak - before;
    figures.push(Figure::alone("results of 10 MB, memory at most", "MiB", &[held], Goal::AtMost(100.0)));
    let notes = vec![format!(
        "{CALLS} results of orders and customers in each case; the answer copies, rounds, scales, adds up and invents. The bound \
         parses the same results and does nothing with them."
    )];
    Ok(Report { name: "tie", figures, notes })
}

/// Results of this many bytes in all.
fn results(bytes: usize) -> Vec<String> {
    let order = |call: usize, item: usize| {
        json!({
            "id": call * 1_000_000 + item, "customer": format!("Customer {item}"), "status": if item.is_multiple_of(3) { "open" } else { "paid" },
            "total_cents": 10_007 + (call * 7919 + item * 104_729) % 9_000_000, "due": format!("2026-{:02}-{:02}", 1 + item % 12, 1 + item % 28),
            "address": { "street": "Hauptstraße 7", "city": "Köln" }, "note": "as agreed with the customer on the phone",
        })
    };
    let of_call = |call: usize| {
        let items = (bytes / CALLS / order(call, 0).to_string().len()).max(1);
        let orders: Vec<Value> = (0..items).map(|item| order(call, item)).collect();
        json!({ "orders": orders, "region": format!("Region {call}"), "revenue": 1_204_877 + call * 311 })
            .to_string()
    };
    (0..CALLS).map(of_call).collect()
}

const ANSWER: &str = "Region 0 earned 1,204,877 and Region 1 earned 1,205,188, a difference of 311; all four regions together \
    have revenue of 4,821,374. Customer 0 owes $100.07, due on 2026-01-01. About 1.2 million came from Region 2. Order 1000000 \
    of Region 1 is open. The margin was 48.31 %, up from 39.77 %, and 7,345 visitors came; the average basket was 83.19 EUR. \
    Rent was 5,120 in 2025 and 7,340 in 2026, a change of 43.4 %. INV-2026-0042 is disputed.";

/// Milliseconds.
fn tied(bodies: &[String]) -> Outcome<f64> {
    let results: Vec<ResultText<'_>> = bodies
        .iter()
        .map(|body| ResultText { call: "", tool: "billing.orders", body, shown: Shown::Whole })
        .collect();
    let before = cpu();
    let spans = tie(ANSWER, &results, &[]);
    let took = cpu().saturating_sub(before);
    let copied = spans.iter().find(|span| ANSWER[span.start..span.end] == *"1,204,877");
    if copied.is_none_or(|span| span.status != TieStatus::Tied) {
        return trouble("a figure that stands in a result was not tied to it");
    }
    Ok(took.as_secs_f64() * 1e3)
}

/// Milliseconds.
fn parsed(bodies: &[String]) -> Outcome<f64> {
    let before = cpu();
    for body in bodies {
        black_box(serde_json::from_str::<Value>(body)?);
    }
    Ok(cpu().saturating_sub(before).as_secs_f64() * 1e3)
}
