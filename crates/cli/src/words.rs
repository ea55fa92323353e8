//! Small pieces of text that several commands print.

use domain::call::{ArgumentOrigin, Origin};
use domain::fact::Dropped;
use domain::model::{Capabilities, Price};
use domain::time::{Micros, Span};
use domain::view::{CallRow, VerifyReport};
use jiff::{Timestamp, tz::TimeZone};

/// An instant in the local zone: `2026-11-22 14:03:07`.
pub(crate) fn time(at: Micros) -> String {
    match Timestamp::from_microsecond(at.0) {
        Ok(instant) => instant.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => format!("{} µs", at.0),
    }
}

/// Milliseconds as people read them: `412 ms`, `3.2 s`.
pub(crate) fn millis(ms: u32) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

/// A length of time as [`millis`] has it.
pub(crate) fn span(span: Span) -> String {
    millis(span.ms())
}

/// `20 requests a second`, or a minute, where a second has less than one.
pub(crate) fn rate(milli_per_second: u32) -> String {
    let (thousandths, time) = match u64::from(milli_per_second) {
        rate @ 1000.. => (rate, "second"),
        rate => (rate * 60, "minute"),
    };
    let (whole, tenths) = (thousandths / 1000, thousandths % 1000 / 100);
    let number = if tenths == 0 { whole.to_string() } else { format!("{whole}.{tenths}") };
    format!("{number} {} a {time}", if number == "1" { "request" } else { "requests" })
}

/// Where arguments came from, a line each: `/to/0 eve@evil.com, from c2 /body (outside)`.
pub(crate) fn origin_lines(origins: &[ArgumentOrigin]) -> Vec<String> {
    let place = |origin: &Origin| match origin {
        Origin::Person => "your words".to_owned(),
        Origin::Result { handle, pointer, integrity } => {
            let (gap, word) = (if pointer.is_empty() { "" } else { " " }, integrity.word());
            format!("{handle}{gap}{pointer} ({word})")
        }
    };
    let line = |ArgumentOrigin { argument, value, from }: &ArgumentOrigin| {
        let from = from.iter().map(place).collect::<Vec<_>>().join(", ");
        let from = if from.is_empty() { "by the model alone".to_owned() } else { format!("from {from}") };
        format!("{argument} {value}, {from}")
    };
    origins.iter().map(line).collect()
}

/// Why a call that started early is not used.
pub(crate) fn dropped(why: Dropped) -> &'static str {
    match why {
        Dropped::Length => "the message ran into the model's length limit",
        Dropped::Filter => "the provider's filter stopped the message",
        Dropped::Failed => "the message was cut off",
        Dropped::Cancelled => "the turn was stopped",
        Dropped::Changed => "the model wrote something else after all",
    }
}

/// Millionths of a US dollar as people read them: `$0.0123`, `$12.40`.
pub(crate) fn cost(micros: u64) -> String {
    let (whole, part) = (thousands(micros / 1_000_000), micros % 1_000_000);
    if micros >= 1_000_000 {
        format!("${whole}.{:02}", part / 10_000)
    } else {
        format!("$0.{:04}", part / 100)
    }
}

/// What a model can do and costs, on one line.
pub(crate) fn capabilities(can: &Capabilities) -> String {
    let mut words = Vec::new();
    words.push(match (can.tools, can.parallel) {
        (Some(false), _) => "asks for no tools".to_owned(),
        (_, Some(true)) => "asks for several calls at once".to_owned(),
        (_, Some(false)) => "asks for one call at a time".to_owned(),
        (Some(true), None) => "asks for tools".to_owned(),
        (None, None) => "not tried yet".to_owned(),
    });
    words.extend(can.context.map(|tokens| format!("reads {} tokens", thousands(u64::from(tokens)))));
    if let Some(Price { input, output, .. }) = can.price {
        words.push(format!("{} in, {} out a million", cost(u64::from(input)), cost(u64::from(output))));
    }
    words.join(", ")
}

/// `1 call`, `15 calls`.
pub(crate) fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", thousands(number)) }
}

/// `12,408`
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A call on one line.
pub(crate) fn call_line(row: &CallRow) -> String {
    let outcome = match (row.outcome, row.status) {
        (Some(outcome), Some(status)) if status >= 400 => format!("{} ({status})", outcome.word()),
        (Some(outcome), _) => outcome.word().to_owned(),
        (None, _) => "open".to_owned(),
    };
    let took = match (row.sent_at, row.from) {
        (Some(_), _) => millis(row.took_ms),
        (None, Some(_)) => "shared".to_owned(),
        (None, None) => "not sent".to_owned(),
    };
    let tool =
        if row.telling.is_empty() { row.tool.clone() } else { format!("{} {}", row.tool, row.telling) };
    format!(
        "{:>6}  {}  {tool:<44}  {outcome:<14}  {took:>9}  {}  {}{}",
        row.seq.0,
        time(row.at),
        row.label,
        row.call,
        marks(row)
    )
}

/// What is unusual about a call, in a few words at the end of its line.
fn marks(row: &CallRow) -> String {
    let mut marks = Vec::new();
    if row.early {
        marks.push("early".to_owned());
    }
    if row.attempts > 1 {
        marks.push(format!("{} attempts", row.attempts));
    }
    if row.edited {
        marks.push("edited".to_owned());
    }
    if row.retry_of.is_some() {
        marks.push("made again by hand".to_owned());
    }
    if row.dropped.is_some() {
        marks.push("not used".to_owned());
    }
    if marks.is_empty() { String::new() } else { format!("  ({})", marks.join(", ")) }
}

/// `1 entry`, `15 entries`.
pub(crate) fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{} entries", thousands(number)) }
}

/// What a verification of a trail or a bundle found, in a few lines.
pub(crate) fn report_lines(of: &str, report: &VerifyReport) -> Vec<String> {
    let looked_at = format!(
        "{}, {} signed, {} opened, {}, in {}",
        entries(report.entries),
        count(report.checkpoints, "checkpoint"),
        count(report.payloads, "payload"),
        count(report.calls, "call"),
        millis(report.took_ms)
    );
    let mut lines = if report.findings.is_empty() {
        vec![format!("{of} verified: {looked_at}"), format!("root {}", report.root)]
    } else {
        let mut lines = vec![format!("THE {} DOES NOT VERIFY: {looked_at}", of.to_uppercase())];
        lines.extend(report.findings.iter().map(|finding| {
            let kind = serde_json::json!(finding.kind);
            let kind = kind.as_str().unwrap_or_default();
            match finding.seq {
                Some(seq) => format!("  {kind} at entry {seq}: {}", finding.words),
                None => format!("  {kind}: {}", finding.words),
            }
        }));
        lines
    };
    if report.unchecked_ties > 0 {
        let figures = count(report.unchecked_ties, "figure");
        lines.push(format!("{figures} of answers can't be rechecked: what they come from is not here"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_below_one_a_second_is_told_by_the_minute() {
        for (milli, words) in [
            (20_000, "20 requests a second"),
            (2_500, "2.5 requests a second"),
            (500, "30 requests a minute"),
            (17, "1 request a minute"),
        ] {
            assert_eq!(rate(milli), words);
        }
    }

    #[test]
    fn numbers_are_grouped_and_times_rounded_down() {
        assert_eq!(thousands(12_408), "12,408");
        assert_eq!(thousands(999), "999");
        assert_eq!(millis(3249), "3.2 s");
        assert_eq!(
            [0, 1, 12_300, 999_999, 12_400_000].map(cost),
            ["$0.0000", "$0.0000", "$0.0123", "$0.9999", "$12.40"]
        );
        assert_eq!(count(1, "call"), "1 call");
    }
}
