//! Calls as events of the Open Cybersecurity Schema Framework: class *API Activity* (`class_uid` 6003) of OCSF 1.8.0,
//! <https://schema.ocsf.io/1.8.0/classes/api_activity>, without profiles. One event is one call, in the order of their
//! entries; a call that has not ended is status `Other`, `open`.
//!
//! | Here | There |
//! |---|---|
//! | read, or GET; POST; PUT and PATCH; DELETE; another write | `activity_id` 2; 1; 3; 4; 99 |
//! | returned; failed, refused, cancelled, timed out; unknown; open | `status_id` 1; 2; 0; 99 |
//! | unknown; failed, timed out; the rest | `severity_id` 3; 2; 1 |
//! | source, tool, call | `api.service`, `api.operation`, `api.request.uid` |
//! | the last request's method and address | `http_request`, `dst_endpoint` |
//! | label | `metadata.labels`: `level:…`, `category:…` |
//! | entry, turn | `metadata.sequence`, `metadata.correlation_uid` |
//! | entry, leaf hash, checkpoint | `unmapped.record_integrity` |
//!
//! The record of people and machines is by id, so the actor and the source endpoint are the program and the workspace. No
//! argument, no result and nothing else that a model wrote is in an event.

use domain::effect::Effect;
use domain::entry::Entry;
use domain::fact::Fact;
use domain::outcome::Outcome;
use domain::view::{CallDetail, CallRow};
use serde_json::{Map, Value, json};
use url::Url;

use crate::origin::{Checkpoint, Origin};
use crate::words::{connected, line, source_and_tool, word};

/// The version of the schema.
pub const VERSION: &str = "1.8.0";

const CATEGORY: u32 = 6;
const CLASS: u32 = 6003;
/// What the schema takes for a method.
const METHODS: [&str; 9] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "PATCH"];

/// One call as an event.
pub fn event(detail: &CallDetail, checkpoint: Checkpoint<'_>, origin: Origin<'_>) -> String {
    let row = &detail.row;
    let request = Request::last_of(detail);
    let (activity, activity_name) = activity(row, request.as_ref());
    let (status, status_name) = status(row.outcome);
    let (severity, severity_name) = severity(row.outcome);
    let (source, _) = source_and_tool(connected(row));
    let workspace = origin.workspace.to_string();
    let mut event = object(json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Application Activity",
        "class_uid": CLASS,
        "class_name": "API Activity",
        "type_uid": CLASS * 100 + activity,
        "type_name": format!("API Activity: {activity_name}"),
        "severity_id": severity,
        "severity": severity_name,
        "status_id": status,
        "status": status_name,
        "time": row.at.0.div_euclid(1_000),
        "timezone_offset": 0,
        "metadata": metadata(row, origin),
        "actor": { "app_name": "Tieout", "app_uid": workspace },
        "src_endpoint": { "uid": workspace, "svc_name": "tieout" },
        "api": api(row, source),
        "unmapped": unmapped(detail, checkpoint),
    }));
    let detail_of_status = row.failure.map(word).or_else(|| row.outcome.map(word));
    let code = row.status.map(|status| status.to_string());
    event.extend(code.map(|code| ("status_code".to_owned(), json!(code))));
    event.extend(detail_of_status.map(|words| ("status_detail".to_owned(), json!(words))));
    if let Some(request) = request {
        event.extend(request.http());
        event.extend(request.endpoint(source).map(|endpoint| ("dst_endpoint".to_owned(), endpoint)));
    }
    let answered =
        row.status.map(|status| json!({ "code": status, "length": row.size, "latency": row.took_ms }));
    event.extend(answered.map(|response| ("http_response".to_owned(), response)));
    line(&event)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn metadata(row: &CallRow, origin: Origin<'_>) -> Value {
    let level = format!("level:{}", row.label.level);
    let categories = row.label.categories.iter().map(|category| format!("category:{}", category.word()));
    let mut metadata = object(json!({
        "version": VERSION,
        "product": { "name": "Tieout", "vendor_name": "Tieout", "version": origin.version },
        "uid": row.call,
        "sequence": row.seq,
        "log_name": "trail",
        "log_provider": "tieout",
        "tenant_uid": origin.workspace,
        "labels": std::iter::once(level).chain(categories).collect::<Vec<_>>(),
    }));
    metadata.extend(row.turn.map(|turn| ("correlation_uid".to_owned(), json!(turn))));
    Value::Object(metadata)
}

fn api(row: &CallRow, source: Option<&str>) -> Value {
    let mut api = object(json!({ "operation": connected(row), "request": { "uid": row.call } }));
    api.extend(source.map(|source| ("service".to_owned(), json!({ "name": source }))));
    let mut response = Map::new();
    response.extend(row.status.map(|status| ("code".to_owned(), json!(status))));
    response.extend(row.failure.map(|failure| ("error".to_owned(), json!(failure))));
    response.extend(row.outcome.map(|outcome| ("message".to_owned(), json!(outcome.word()))));
    if !response.is_empty() {
        api.insert("response".to_owned(), Value::Object(response));
    }
    Value::Object(api)
}

fn unmapped(detail: &CallDetail, checkpoint: Checkpoint<'_>) -> Value {
    let row = &detail.row;
    let leaf = detail.entries.iter().find(|entry| entry.seq == row.seq).map(|entry| entry.leaf.as_str());
    json!({
        "record_integrity": {
            "entry": row.seq,
            "leaf": leaf,
            "checkpoint": { "size": checkpoint.size, "root": checkpoint.root },
        },
        "conversation": row.conversation,
        "batch": row.batch,
        "effect": row.effect,
        "verdict": row.verdict,
        "approved": row.approved,
        "outcome": row.outcome,
        "attempts": row.attempts,
        "took_ms": row.took_ms,
        "from": row.from,
        "retry_of": row.retry_of,
    })
}

fn activity(row: &CallRow, request: Option<&Request>) -> (u32, &'static str) {
    match (row.effect, request.map(|request| request.method.as_str())) {
        (Effect::Read, _) => (2, "Read"),
        (_, Some("POST")) => (1, "Create"),
        (_, Some("PUT" | "PATCH")) => (3, "Update"),
        (_, Some("DELETE")) => (4, "Delete"),
        (Effect::IdempotentWrite | Effect::Write, _) => (99, "Write"),
    }
}

fn status(outcome: Option<Outcome>) -> (u32, &'static str) {
    match outcome {
        Some(Outcome::Returned) => (1, "Success"),
        Some(Outcome::Failed | Outcome::Refused | Outcome::Cancelled | Outcome::TimedOut) => (2, "Failure"),
        Some(Outcome::Unknown) => (0, "Unknown"),
        None => (99, "open"),
    }
}

fn severity(outcome: Option<Outcome>) -> (u32, &'static str) {
    match outcome {
        Some(Outcome::Unknown) => (3, "Medium"),
        Some(Outcome::Failed | Outcome::TimedOut) => (2, "Low"),
        Some(Outcome::Returned | Outcome::Refused | Outcome::Cancelled) | None => (1, "Informational"),
    }
}

/// What the record says of a request that was sent.
struct Request {
    method: String,
    endpoint: String,
}

impl Request {
    fn last_of(detail: &CallDetail) -> Option<Self> {
        let sent = detail.entries.iter().rfind(|entry| entry.kind == "call.sent")?;
        match Entry::from_body(sent.body.canonical().as_bytes()).ok()?.fact {
            Fact::CallSent { method, endpoint, .. } => Some(Self { method, endpoint }),
            _ => None,
        }
    }

    fn url(&self) -> Option<Url> {
        Url::parse(&self.endpoint).ok().filter(Url::has_host)
    }

    /// Nothing for what is no HTTP: a call over a pipe.
    fn http(&self) -> Option<(String, Value)> {
        let url = self.url().filter(|_| METHODS.contains(&self.method.as_str()))?;
        let mut address = object(json!({
            "url_string": self.endpoint,
            "scheme": url.scheme(),
            "hostname": url.host_str(),
            "path": url.path(),
        }));
        address.extend(url.port_or_known_default().map(|port| ("port".to_owned(), json!(port))));
        Some(("http_request".to_owned(), json!({ "http_method": self.method, "url": address })))
    }

    fn endpoint(&self, source: Option<&str>) -> Option<Value> {
        let url = self.url()?;
        let mut endpoint = object(json!({ "hostname": url.host_str() }));
        endpoint.extend(source.map(|source| ("svc_name".to_owned(), json!(source))));
        endpoint.extend(url.port_or_known_default().map(|port| ("port".to_owned(), json!(port))));
        Some(Value::Object(endpoint))
    }
}
