//! What an answer's payload says of its ties.

use std::collections::BTreeSet;

use domain::id::CallId;
use domain::tie::TiedSpan;
use serde_json::Value;

/// An answer, as far as its ties are concerned.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) text: String,
    /// Its spans; none in the place of one that is not as spans are recorded, so that a broken one hides no other.
    pub(super) spans: Vec<Option<TiedSpan>>,
    /// The calls whose results the model had.
    pub(super) exposed: BTreeSet<CallId>,
}

impl Told {
    /// Reads it. What is no JSON object, and an answer of before there were ties, has none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut answer: Value = serde_json::from_slice(bytes).ok()?;
        let spans = match answer.get_mut("ties")?.get_mut("spans").map(Value::take) {
            Some(Value::Array(spans)) => {
                spans.into_iter().map(|span| serde_json::from_value(span).ok()).collect()
            }
            _ => vec![None],
        };
        let exposure = answer.get("exposure").and_then(Value::as_array);
        let call = |item: &Value| item.get("call")?.as_str()?.parse().ok();
        let exposed = exposure.into_iter().flatten().filter_map(call).collect();
        let text = answer.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { text, spans, exposed })
    }
}
