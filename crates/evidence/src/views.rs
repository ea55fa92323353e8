//! Tables for people who open a bundle with a spreadsheet: convenience, not evidence.
//!
//! CSV as RFC 4180 has it, UTF-8, one line of headings. A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage
//! return gets an apostrophe before it, so that no spreadsheet takes what a model or an API wrote for a formula (OWASP,
//! "CSV Injection": <https://owasp.org/www-community/attacks/CSV_Injection>).
//!
//! No cell holds what stands in a payload: a bundle without payloads has the same tables. So arguments are not told
//! here, and a tool that is not connected, whose name is the model's own words, has no name.

use std::borrow::Borrow;
use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use domain::tool::ToolId;
use domain::view::{CallRow, EntryView};
use serde_json::Value;

use crate::report::instant;

/// One line for each call.
///
/// # Errors
/// If it can't be written.
pub fn calls(out: impl Write, rows: impl IntoIterator<Item = impl Borrow<CallRow>>) -> io::Result<()> {
    let mut csv = begin(out);
    csv.write_record([
        "seq",
        "at",
        "call",
        "conversation",
        "turn",
        "batch",
        "position",
        "handle",
        "tool",
        "effect",
        "level",
        "categories",
        "verdict",
        "approved",
        "sent_at",
        "outcome",
        "failure",
        "status",
        "bytes",
        "took_ms",
        "attempts",
        "early",
        "drew_on",
        "retry_of",
        "edited",
        "dropped",
    ])?;
    for row in rows {
        let row = row.borrow();
        let categories: Vec<_> = row.label.categories.iter().map(|category| category.word()).collect();
        let tool = row.tool.parse::<ToolId>().map(|_| row.tool.clone()).unwrap_or_default();
        write(
            &mut csv,
            [
                row.seq.to_string(),
                instant(row.at),
                row.call.to_string(),
                optional(row.conversation),
                optional(row.turn),
                optional(row.batch),
                row.position.to_string(),
                row.handle.to_string(),
                tool,
                row.effect.words().to_owned(),
                row.label.level.to_string(),
                categories.join(" "),
                word(row.verdict),
                optional(row.approved),
                row.sent_at.map(instant).unwrap_or_default(),
                row.outcome.map_or("open", |outcome| outcome.word()).to_owned(),
                word(row.failure),
                optional(row.status),
                row.size.to_string(),
                row.took_ms.to_string(),
                row.attempts.to_string(),
                row.early.to_string(),
                optional(row.from),
                optional(row.retry_of),
                row.edited.to_string(),
                word(row.dropped),
            ],
        )?;
    }
    csv.flush()
}

/// One line for each entry.
///
/// # Errors
/// If it can't be written.
pub fn entries(out: impl Write, rows: impl IntoIterator<Item = impl Borrow<EntryView>>) -> io::Result<()> {
    let mut csv = begin(out);
    csv.write_record(["seq", "at", "type", "conversation", "cseq", "leaf", "body"])?;
    for row in rows {
        let row = row.borrow();
        let field = |name| row.body.0.get(name).map(plain).unwrap_or_default();
        write(
            &mut csv,
            [
                row.seq.to_string(),
                instant(row.at),
                row.kind.clone(),
                field("conversation"),
                field("cseq"),
                row.leaf.clone(),
                row.body.canonical(),
            ],
        )?;
    }
    csv.flush()
}

fn begin<W: Write>(out: W) -> Writer<W> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out)
}

fn write<const N: usize>(csv: &mut Writer<impl Write>, cells: [String; N]) -> io::Result<()> {
    Ok(csv.write_record(cells.map(guarded))?)
}

fn guarded(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The word by which something is written everywhere else.
fn word(value: Option<impl serde::Serialize>) -> String {
    value.and_then(|value| serde_json::to_value(value).ok()).map(|value| plain(&value)).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use domain::id::Seq;
    use domain::json::Json;
    use domain::time::Micros;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(guarded(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "1=1", " =1", "crm.search", "'=1"] {
            assert_eq!(guarded(plain.to_owned()), plain);
        }
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        let row = EntryView {
            seq: Seq(3),
            at: Micros(1_764_000_000_000_000),
            kind: "=cmd|'/c calc'!A1".to_owned(),
            body: Json(serde_json::json!({ "conversation": "conv, \"x\"\r\ny", "cseq": 2 })),
            leaf: "00".repeat(32),
        };
        let mut out = Vec::new();
        entries(&mut out, [row]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let (head, rest) = text.split_once("\r\n").unwrap();
        assert_eq!(head, "seq,at,type,conversation,cseq,leaf,body");
        assert!(
            rest.starts_with(
                "3,2025-11-24T16:00:00.000000Z,'=cmd|'/c calc'!A1,\"conv, \"\"x\"\"\r\ny\",2,000"
            ),
            "{rest}"
        );
        assert!(
            rest.ends_with(
                "\"{\"\"conversation\"\":\"\"conv, \\\"\"x\\\"\"\\r\\ny\"\",\"\"cseq\"\":2}\"\r\n"
            ),
            "{rest}"
        );
    }
}
