//! Calls and entries as tables.
//!
//! The form is RFC 4180: commas, CRLF, quotes around a cell that needs them and doubled within. Spreadsheets take a cell
//! that begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula, and what stands in the cells came from models
//! and from strangers' APIs: such a cell gets a `'` in front (OWASP, *CSV Injection*), which is the one way in which a
//! cell differs from the record. Times are RFC 3339 in UTC; a list is separated by spaces; nothing is an empty cell.

use domain::view::{CallRow, EntryView};
use serde_json::Value;

use crate::record;
use crate::words::rfc3339;

/// The table of calls: `calls.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Calls;

impl Calls {
    /// The first line.
    pub fn header() -> String {
        line(record::NAMES)
    }

    /// One call. `leaf` is the leaf hash, hexadecimal, of the entry that says that it was asked for (`row.seq`).
    pub fn row(row: &CallRow, leaf: &str) -> String {
        line(record::values(row, leaf).iter().map(text))
    }
}

/// The table of entries: `entries.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Entries;

impl Entries {
    /// The first line.
    pub fn header() -> String {
        line(["entry", "leaf", "at", "type", "conversation", "cseq", "call", "body"])
    }

    /// One entry. The body is in canonical form (RFC 8785): behind a byte of zero, its SHA-256 is the leaf.
    pub fn row(entry: &EntryView) -> String {
        let of = |field: &str| entry.body.0.get(field).map(text).unwrap_or_default();
        line([
            entry.seq.to_string(),
            entry.leaf.clone(),
            rfc3339(entry.at),
            entry.kind.clone(),
            of("conversation"),
            of("cseq"),
            of("call"),
            entry.body.canonical(),
        ])
    }
}

/// A value as a cell's text.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn line(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut line = String::new();
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            line.push(',');
        }
        write_cell(&mut line, cell.as_ref());
    }
    line.push_str("\r\n");
    line
}

fn write_cell(line: &mut String, cell: &str) {
    // Also behind spaces, which some programs take away before they look.
    let formula = cell
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if formula { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        line.extend(["\"", guard, &cell.replace('"', "\"\""), "\""]);
    } else {
        line.extend([guard, cell]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_its_line() {
        for (cell, written) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(line([cell, "x"]), format!("{written},x\r\n"));
        }
    }
}
