//! A call as names and values: what [`crate::csv`] and [`crate::jsonl`] have in common.

use domain::view::CallRow;
use serde_json::{Value, json};

use crate::words::{connected, rfc3339, source_and_tool};

/// How many things are said of a call.
const COUNT: usize = 28;

/// The names, in order. Other programs read them: one may be added at the end, none changes its meaning.
pub(crate) const NAMES: [&str; COUNT] = [
    "entry",
    "leaf",
    "at",
    "call",
    "conversation",
    "turn",
    "batch",
    "position",
    "handle",
    "source",
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
    "size",
    "took_ms",
    "attempts",
    "early",
    "from",
    "retry_of",
    "edited",
    "dropped",
];

/// The values, in the same order; `null` where there is nothing to say. `leaf` is the leaf hash of the entry `row.seq`.
pub(crate) fn values(row: &CallRow, leaf: &str) -> [Value; COUNT] {
    let (source, tool) = source_and_tool(connected(row));
    let categories: Vec<&str> = row.label.categories.iter().map(|category| category.word()).collect();
    [
        json!(row.seq),
        json!(leaf),
        json!(rfc3339(row.at)),
        json!(row.call),
        json!(row.conversation),
        json!(row.turn),
        json!(row.batch),
        json!(row.position),
        json!(row.handle),
        json!(source),
        json!(tool),
        json!(row.effect),
        json!(row.label.level),
        json!(categories),
        json!(row.verdict),
        json!(row.approved),
        json!(row.sent_at.map(rfc3339)),
        json!(row.outcome),
        json!(row.failure),
        json!(row.status),
        json!(row.size),
        json!(row.took_ms),
        json!(row.attempts),
        json!(row.early),
        json!(row.from),
        json!(row.retry_of),
        json!(row.edited),
        json!(row.dropped),
    ]
}
