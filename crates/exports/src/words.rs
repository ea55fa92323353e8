//! Small things as text: instants, the record's words, names.

use domain::outcome::FailureClass;
use domain::time::Micros;
use domain::tool::ToolId;
use domain::view::CallRow;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// An instant in UTC (RFC 3339) with six digits behind the second, so that texts sort as instants do. One that four
/// digits of a year don't reach is the nearest that they do.
pub(crate) fn rfc3339(instant: Micros) -> String {
    /// 0001-01-01T00:00:00Z
    const FIRST: i64 = -62_135_596_800_000_000;
    /// 9998-12-31T23:59:59Z; the calendar's own end is some hours before that of the year after.
    const LAST: i64 = 253_370_764_799_000_000;
    let instant = Timestamp::from_microsecond(instant.0.clamp(FIRST, LAST)).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{instant:.6}")
}

/// The word under which the record has a value: `timed_out`.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The source and the name within it; no source for what a model wrote and no source could have.
pub(crate) fn source_and_tool(tool: &str) -> (Option<&str>, &str) {
    match tool.split_once('.').filter(|_| tool.parse::<ToolId>().is_ok()) {
        Some((source, tool)) => (Some(source), tool),
        None => (None, tool),
    }
}

/// The tool as an entry names it. Where none is connected, the row holds what the model wrote; that is content, as an
/// argument is.
pub(crate) fn connected(row: &CallRow) -> &str {
    let known = row.failure != Some(FailureClass::UnknownTool) && row.tool.parse::<ToolId>().is_ok();
    if known { &row.tool } else { "unknown_tool" }
}

/// A JSON value as a line.
pub(crate) fn line(value: &impl Serialize) -> String {
    // Values of strings, numbers and names always have a text.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_one_form() {
        assert_eq!(rfc3339(Micros(0)), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(Micros(1_764_000_000_000_001)), "2025-11-24T16:00:00.000001Z");
        assert_eq!(rfc3339(Micros(i64::MIN)), "0001-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339(Micros(i64::MAX)), "9998-12-31T23:59:59.000000Z");
    }
}
