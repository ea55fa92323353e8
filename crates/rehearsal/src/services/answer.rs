//! What an operation answers.

use hyper::StatusCode;
use serde_json::{Value, json};

/// A status and a JSON document. A refusal is a problem document (RFC 9457).
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body }
    }

    pub(crate) fn problem(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        let body = json!({
            "type": "about:blank",
            "title": title,
            "status": status.as_u16(),
            "detail": detail.into(),
        });
        Self { status, body }
    }

    /// There is no such record.
    pub(crate) fn unknown(what: &str, id: u32) -> Self {
        Self::problem(StatusCode::NOT_FOUND, format!("there is no {what} {id}"))
    }

    pub(crate) fn is_problem(&self) -> bool {
        !self.status.is_success()
    }
}
