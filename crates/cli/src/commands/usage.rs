//! What models used and cost: `tieout models usage`.

use domain::time::Micros;
use domain::view::{DaySpent, Spent};
use engine::{Engine, EngineError};
use serde_json::json;

use crate::output::Output;
use crate::words::{cost, count, millis, thousands, time};

pub(crate) async fn run(engine: &Engine, since: Micros, output: &Output) -> Result<(), EngineError> {
    let days = engine.usage(since).await?;
    if days.is_empty() {
        output.line("no model was asked since then");
    }
    for day in &days {
        let DaySpent { at, model, spent } = day;
        // Days are UTC's, whose beginning is another hour here.
        output.line(format!("{}  {model:<16}  {}", day_of(*at), line(spent)));
        output.object("day_spent", day);
    }
    let sum = days.iter().fold(Spent::default(), |sum, day| sum.and(day.spent));
    if !days.is_empty() {
        output.line(format!("{:<10}  {:<16}  {}", "together", "", line(&sum)));
    }
    output.object("usage", &json!({ "since": since, "spent": sum }));
    Ok(())
}

fn line(spent: &Spent) -> String {
    let Spent { requests, failures, usage, unpriced, took_ms, .. } = spent;
    let price = match (spent.cost, unpriced) {
        (0, 1..) => "price not known".to_owned(),
        (micros, 0) => cost(micros),
        (micros, unpriced) => {
            format!("{} and {} at prices not known", cost(micros), count(u64::from(*unpriced), "request"))
        }
    };
    let failed = if *failures > 0 { format!(", {failures} failed") } else { String::new() };
    format!(
        "{}{failed}, {} tokens read ({} kept), {} written, {price}, in {}",
        count(u64::from(*requests), "request"),
        thousands(u64::from(usage.input)),
        thousands(u64::from(usage.cached)),
        thousands(u64::from(usage.output)),
        millis(u32::try_from(*took_ms).unwrap_or(u32::MAX))
    )
}

fn day_of(at: Micros) -> String {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(instant) => instant.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d").to_string(),
        Err(_) => time(at),
    }
}
