//! Records that everything can be done to: a service whose final state says in which order it was
//! asked.

mod source_file;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::door::Behind;
use crate::exchange::{Reply, Request};

pub(crate) use source_file::source_file;

/// One record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// What was put, created or patched last.
    pub value: Value,
    /// What was appended, in the order in which it took effect.
    pub entries: Vec<Value>,
    /// How many writes made it what it is. A write that was done twice shows here.
    pub version: u32,
}

/// The records service.
pub(crate) struct Records {
    kept: Mutex<BTreeMap<String, Record>>,
    /// What a read says of how long it stays fresh.
    fresh: String,
}

/// The longest wait that a request may ask for.
const LONGEST: u64 = 60_000;

impl Records {
    pub(crate) fn new(fresh: String) -> Self {
        Self { kept: Mutex::default(), fresh }
    }

    /// All of them, as they are.
    pub(crate) fn all(&self) -> BTreeMap<String, Record> {
        self.lock().clone()
    }

    /// A poisoned lock is taken over: a record is changed whole or not at all.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Record>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, segments: &[&str]) -> Reply {
        let records = self.lock();
        let body = match segments {
            [] => {
                let all: Vec<Value> = records.iter().map(|(id, record)| shown(id, record)).collect();
                json!({ "total": all.len(), "data": all })
            }
            [id] => match records.get(*id) {
                Some(record) => shown(id, record),
                None => return unknown(id),
            },
            _ => return Reply::problem(StatusCode::NOT_FOUND, "there is no such path"),
        };
        Reply::json(StatusCode::OK, &body).with("cache-control", &self.fresh)
    }

    fn write(&self, request: &Request, segments: &[&str]) -> Reply {
        let body: Value = match serde_json::from_slice(&request.body) {
            Ok(body) => body,
            Err(_) if request.body.is_empty() => Value::Null,
            Err(error) => {
                return Reply::problem(StatusCode::BAD_REQUEST, &format!("the body is no JSON: {error}"));
            }
        };
        let mut records = self.lock();
        let (id, status) = match (&request.method, segments) {
            (&Method::DELETE, [id]) => {
                return match records.remove(*id) {
                    Some(record) => Reply::json(StatusCode::OK, &shown(id, &record)),
                    None => unknown(id),
                };
            }
            (&Method::PUT, [id]) => {
                let record = records.entry((*id).to_owned()).or_default();
                let status = if record.version == 0 { StatusCode::CREATED } else { StatusCode::OK };
                record.value = body["value"].clone();
                (id, status)
            }
            (&Method::POST, [id]) if records.contains_key(*id) => {
                return Reply::problem(StatusCode::CONFLICT, &format!("there is a record {id} already"));
            }
            (&Method::POST, [id]) => {
                records.entry((*id).to_owned()).or_default().value = body["value"].clone();
                (id, StatusCode::CREATED)
            }
            (&Method::PATCH, [id]) => match records.get_mut(*id) {
                Some(record) => {
                    merge(&mut record.value, &body["value"]);
                    (id, StatusCode::OK)
                }
                None => return unknown(id),
            },
            (&Method::POST, [id, "append"]) => {
                records.entry((*id).to_owned()).or_default().entries.push(body["entry"].clone());
                (id, StatusCode::OK)
            }
            _ => {
                return Reply::problem(StatusCode::METHOD_NOT_ALLOWED, "the path knows other methods");
            }
        };
        let record = records.entry((*id).to_owned()).or_default();
        record.version += 1;
        Reply::json(status, &shown(id, record))
    }
}

impl Behind for Arc<Records> {
    /// Reads and writes take effect when their time is over, at the moment of the answer. Two that were
    /// under way together are therefore seen in the order of their ends, whatever order they began in:
    /// who runs them together when one had to wait for the other finds a wrong state.
    fn takes(&self, request: &Request) -> Duration {
        let in_query = || request.query_pairs().into_iter().find(|(name, _)| name == "ms")?.1.parse().ok();
        let in_body = || serde_json::from_slice::<Value>(&request.body).ok()?["ms"].as_u64();
        let asked: u64 = in_query().or_else(in_body).unwrap_or(0);
        Duration::from_millis(asked.min(LONGEST))
    }

    fn reply(&self, request: &Request) -> Reply {
        let mut segments = request.path.split('/').skip(1);
        if segments.next() != Some("records") {
            return Reply::problem(StatusCode::NOT_FOUND, "there is no such path");
        }
        let rest: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
        if request.method == Method::GET { self.read(&rest) } else { self.write(request, &rest) }
    }
}

/// A JSON merge patch (RFC 7396).
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = json!({});
    }
    for (name, member) in members {
        match value.as_object_mut() {
            Some(object) if member.is_null() => drop(object.remove(name)),
            Some(object) => merge(object.entry(name).or_insert(Value::Null), member),
            None => {}
        }
    }
}

fn unknown(id: &str) -> Reply {
    Reply::problem(StatusCode::NOT_FOUND, &format!("there is no record {id}"))
}

fn shown(id: &str, record: &Record) -> Value {
    let Record { value, entries, version } = record;
    json!({ "id": id, "value": value, "entries": entries, "version": version })
}
