//! Server-sent events as the protocols use them.

use serde_json::Value;

/// An event of data alone.
pub(super) fn data(value: &Value) -> Vec<u8> {
    format!("data: {value}\n\n").into_bytes()
}

/// An event that is named by the `type` in its data.
pub(super) fn named(value: &Value) -> Vec<u8> {
    format!("event: {}\ndata: {value}\n\n", super::spoken::text(value, "type")).into_bytes()
}
