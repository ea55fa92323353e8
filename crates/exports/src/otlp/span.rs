//! Spans and attributes in OTLP's JSON.

use domain::json::sha256_hex;
use domain::label::Label;
use domain::time::Micros;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use ulid::Ulid;

/// SPAN_KIND_INTERNAL
pub(super) const INTERNAL: u8 = 1;
/// SPAN_KIND_CLIENT
pub(super) const CLIENT: u8 = 3;
/// STATUS_CODE_ERROR
const ERROR: u8 = 2;

#[derive(Serialize)]
pub(super) struct Resource {
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Serialize)]
pub(super) struct Scope {
    pub(super) name: &'static str,
    pub(super) version: String,
}

/// A span, as a request holds it. Whoever puts it into a trace gives it the trace's id.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    pub(super) trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_span_id: Option<String>,
    name: String,
    kind: u8,
    #[serde(rename = "startTimeUnixNano", serialize_with = "nanos")]
    start: Micros,
    #[serde(rename = "endTimeUnixNano", serialize_with = "nanos")]
    pub(super) end: Micros,
    pub(super) attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Status {
    code: u8,
}

impl Span {
    /// A span that went well and says nothing of itself yet. Its end is never before its start.
    pub(super) fn new(span_id: String, name: String, kind: u8, start: Micros, end: Micros) -> Self {
        Self {
            trace_id: String::new(),
            span_id,
            parent_span_id: None,
            name,
            kind,
            start,
            end: end.max(start),
            attributes: Vec::new(),
            status: None,
        }
    }

    /// It did not go well, and why in one word.
    pub(super) fn fail(&mut self, error: &str) {
        self.attributes.push(Attribute::text("error.type", error));
        self.status = Some(Status { code: ERROR });
    }
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Attribute {
    key: &'static str,
    value: Value,
}

impl Attribute {
    pub(super) fn text(key: &'static str, text: &str) -> Self {
        Self { key, value: json!({ "stringValue": text }) }
    }

    pub(super) fn texts(key: &'static str, texts: impl IntoIterator<Item = String>) -> Self {
        let values: Vec<Value> = texts.into_iter().map(|text| json!({ "stringValue": text })).collect();
        Self { key, value: json!({ "arrayValue": { "values": values } }) }
    }

    pub(super) fn number(key: &'static str, number: u64) -> Self {
        // Signed 64 bits on the wire, and a string in JSON.
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Self { key, value: json!({ "intValue": number.to_string() }) }
    }

    pub(super) fn truth(key: &'static str, truth: bool) -> Self {
        Self { key, value: json!({ "boolValue": truth }) }
    }

    pub(super) fn label(label: &Label) -> [Self; 2] {
        let categories = label.categories.iter().map(|category| category.word().to_owned());
        [
            Self::text("tieout.label.level", label.level.word()),
            Self::texts("tieout.label.categories", categories),
        ]
    }
}

fn nanos<S: Serializer>(instant: &Micros, out: S) -> Result<S::Ok, S::Error> {
    let micros = u64::try_from(instant.0).unwrap_or(0);
    out.collect_str(&micros.saturating_mul(1_000))
}

/// The 128 bits of an id's ULID.
pub(super) fn trace_id(id: &str) -> Option<String> {
    let (_, ulid) = id.rsplit_once('_')?;
    let ulid: Ulid = ulid.parse().ok()?;
    Some(format!("{:032x}", u128::from(ulid)))
}

/// 64 bits that stand for an id: the beginning of its SHA-256, prefix and all.
pub(super) fn span_id(id: &str) -> String {
    let mut hash = sha256_hex(id.as_bytes());
    hash.truncate(16);
    hash
}
