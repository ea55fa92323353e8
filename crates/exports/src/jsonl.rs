//! Calls as lines of JSON, each with its story.
//!
//! A line is an object with `v` (1), `type` (`call`), the fields below, which are always there and `null` where there is
//! nothing to say, and two lists: `story`, every entry that names the call, in order (`entry`, `leaf`, `at`, `type`,
//! `body`), and `payloads`, what those entries commit to (`entry`, `commitment`, `role`, `media`, `size`, and `erased`,
//! the entry that says so). A payload's content is not in it: evidence bundles carry contents, with what proves them.
//!
//! | Field | |
//! |---|---|
//! | `entry`, `leaf` | the entry that says that the call was asked for, and its leaf hash |
//! | `at`, `sent_at` | when it was asked for, when it was sent: RFC 3339, UTC |
//! | `call`, `conversation`, `turn`, `batch` | ids |
//! | `position`, `handle` | its place in the batch, and how the model could cite it |
//! | `source`, `tool`, `effect` | what was called; no source if no such tool is connected |
//! | `level`, `categories` | its label |
//! | `verdict`, `approved` | what policy said, what a person said |
//! | `outcome`, `failure`, `status` | how it ended; the words are those of `docs/trail-format.md` |
//! | `size`, `took_ms`, `attempts` | bytes of the result, milliseconds from the first sending, requests |
//! | `early`, `from`, `retry_of`, `edited`, `dropped` | as in the entries of those names |

use domain::view::CallDetail;
use serde_json::{Map, Value, json};

use crate::record;
use crate::words::{line, rfc3339};

/// One call with its story.
pub fn call(detail: &CallDetail) -> String {
    let asked = detail.entries.iter().find(|entry| entry.seq == detail.row.seq);
    let leaf = asked.map(|entry| entry.leaf.as_str()).unwrap_or_default();
    let values = record::NAMES.map(str::to_owned).into_iter().zip(record::values(&detail.row, leaf));
    let mut object: Map<String, Value> = values.collect();
    let story = detail.entries.iter().map(|entry| {
        json!({
            "entry": entry.seq,
            "leaf": entry.leaf,
            "at": rfc3339(entry.at),
            "type": entry.kind,
            "body": entry.body,
        })
    });
    let payloads = detail.payloads.iter().map(|payload| {
        json!({
            "entry": payload.seq,
            "commitment": payload.commitment,
            "role": payload.role,
            "media": payload.media,
            "size": payload.size,
            "erased": payload.erased,
        })
    });
    object.extend([
        ("v".to_owned(), json!(1)),
        ("type".to_owned(), json!("call")),
        ("story".to_owned(), story.collect()),
        ("payloads".to_owned(), payloads.collect()),
    ]);
    line(&object)
}
