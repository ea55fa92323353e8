//! A service that does what a test asks of it: waits, writes, sends too much, sends HTML.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::door::Behind;
use crate::exchange::{Reply, Request};

/// The echo service. It needs no key, so that a test measures the client alone.
#[derive(Default)]
pub(crate) struct Echo {
    writes: Mutex<BTreeMap<String, Vec<Value>>>,
    /// What large answers are cut from. They share it, so that a thousand at one time cost one.
    filling: Mutex<Bytes>,
}

/// The longest wait and the largest body that a request may ask for.
const LONGEST: u64 = 60_000;
const LARGEST: usize = 64 << 20;

impl Behind for Arc<Echo> {
    fn reply(&self, request: &Request) -> Reply {
        let query = request.query_pairs();
        let asked = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let segments: Vec<&str> = request.path.split('/').skip(1).collect();
        let reply = match (&request.method, segments.as_slice()) {
            (&Method::GET, ["html"]) => {
                let page =
                    "<!doctype html><html><body><h1>It works</h1><script>alert(1)</script></body></html>";
                Reply::of(StatusCode::OK, "text/html; charset=utf-8", Bytes::from_static(page.as_bytes()))
            }
            (&Method::GET, ["big"]) => {
                let bytes = asked("bytes").and_then(|bytes| bytes.parse().ok()).unwrap_or(1 << 20);
                Reply::of(StatusCode::OK, "text/plain; charset=utf-8", self.filled(bytes.min(LARGEST)))
            }
            (&Method::GET, ["echo", id]) => {
                let wait = asked("ms").and_then(|ms| ms.parse().ok()).unwrap_or(0);
                let writes = self.lock().get(*id).cloned().unwrap_or_default();
                let said = json!({ "id": id, "ms": wait, "writes": writes.len(), "last": writes.last() });
                Reply::json(StatusCode::OK, &said).after(Duration::from_millis(wait.min(LONGEST)))
            }
            (&Method::POST, ["echo", id]) => {
                let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                let wait = body["ms"].as_u64().or_else(|| asked("ms")?.parse().ok()).unwrap_or(0);
                let mut writes = self.lock();
                let written = writes.entry((*id).to_owned()).or_default();
                written.push(body["value"].clone());
                let said = json!({ "id": id, "ms": wait, "writes": written.len() });
                Reply::json(StatusCode::CREATED, &said).after(Duration::from_millis(wait.min(LONGEST)))
            }
            _ => return Reply::problem(StatusCode::NOT_FOUND, "no such path"),
        };
        // Words of the caller's own, as long as HTTP allows them.
        match asked("cache").filter(|words| words.bytes().all(|byte| (b' '..=b'~').contains(&byte))) {
            Some(words) if request.method == Method::GET => reply.with("cache-control", words),
            _ => reply,
        }
    }
}

impl Echo {
    /// What was written under each id, in the order of arrival.
    pub(crate) fn written(&self) -> BTreeMap<String, Vec<Value>> {
        self.lock().clone()
    }

    fn filled(&self, bytes: usize) -> Bytes {
        let mut filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        if filling.len() < bytes {
            // Room to spare: answers of slightly growing lengths would else each have their own.
            *filling = vec![b'x'; bytes.next_power_of_two()].into();
        }
        filling.slice(..bytes)
    }

    /// A poisoned lock is taken over: every change is one push.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Value>>> {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The source file of the echo service: no label and no key.
pub(crate) fn source_file(base_url: &str) -> String {
    format!(
        r#"name = "echo"
kind = "http"
base_url = "{base_url}"
auth = {{ kind = "none" }}
limits = {{ in_flight = 256, deadline = "60s", result_bytes = "4MiB" }}

[[tool]]
name = "get"
description = "Waits and answers"
method = "GET"
path = "/echo/{{id}}"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = "string", minLength = 1 }}
properties.ms = {{ type = "integer", minimum = 0, maximum = 60000 }}
properties.cache = {{ type = "string", description = "What Cache-Control says" }}

[[tool]]
name = "write"
description = "Keeps a value and answers"
method = "POST"
path = "/echo/{{id}}"
effect = "write"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = "string", minLength = 1 }}
properties.ms = {{ type = "integer", minimum = 0, maximum = 60000 }}
properties.value = {{ description = "Anything" }}

[[tool]]
name = "html"
description = "Answers a page of HTML"
method = "GET"
path = "/html"
[tool.input]
type = "object"

[[tool]]
name = "big"
description = "Answers that many bytes in one line"
method = "GET"
path = "/big"
[tool.input]
type = "object"
properties.bytes = {{ type = "integer", minimum = 0, maximum = 67108864 }}
"#
    )
}
