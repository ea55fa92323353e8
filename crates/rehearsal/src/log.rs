//! What every service was asked: the list that tests compare with the trail.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::HeaderMap;
use hyper::http::request::Parts;
use serde::Serialize;

/// One request as it arrived. The line in [`crate::Plan::log_file`] has the members that are known
/// when the head has arrived: all but `status`, `body` and `body_bytes`.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedRequest {
    /// `crm`, `billing`, `support`, `people`, `echo` or `model`.
    pub service: &'static str,
    /// Microseconds since 1970 when the head had arrived.
    pub at: u64,
    /// Such as `GET`.
    pub method: String,
    /// As it was sent, still percent-encoded.
    pub path: String,
    /// As it was sent, without the question mark; empty if there was none.
    pub query: String,
    /// By lower-case name. The value of a header that carries a secret is replaced by `(secret)`.
    pub headers: BTreeMap<String, String>,
    /// The status answered; none while the answer is due, and for good if there was none (a reset,
    /// a hang, a client that left).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The request's body, once it has arrived; none if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How many bytes of body were answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<usize>,
}

/// The place of a request in the log.
#[derive(Clone, Copy)]
pub(crate) struct Place(usize);

pub(crate) struct Log {
    entries: Mutex<Vec<LoggedRequest>>,
    file: Option<File>,
}

impl Log {
    /// Opens the log; the file, if any, is appended to.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self { entries: Mutex::default(), file })
    }

    /// Writes down a request of which only the head is known. An error means that the file could not
    /// be written; the caller then drops the request, since a log with a gap proves nothing.
    pub(crate) fn arrived(&self, service: &'static str, head: &Parts) -> io::Result<Place> {
        let mut entries = self.lock();
        let entry = LoggedRequest {
            service,
            // Taken under the lock, so that the order of the list is the order of the times.
            at: micros_since_epoch(),
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: without_secrets(&head.headers),
            status: None,
            body: None,
            body_bytes: None,
        };
        if let Some(mut file) = self.file.as_ref() {
            let mut line = serde_json::to_vec(&entry)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        entries.push(entry);
        Ok(Place(entries.len() - 1))
    }

    pub(crate) fn body_arrived(&self, place: Place, body: &[u8]) {
        if let Some(entry) = self.lock().get_mut(place.0) {
            entry.body = Some(String::from_utf8_lossy(body).into_owned());
        }
    }

    pub(crate) fn answered(&self, place: Place, status: u16, body_bytes: usize) {
        if let Some(entry) = self.lock().get_mut(place.0) {
            entry.status = Some(status);
            entry.body_bytes = Some(body_bytes);
        }
    }

    pub(crate) fn entries(&self) -> Vec<LoggedRequest> {
        self.lock().clone()
    }

    /// A poisoned lock is taken over: an entry is pushed whole or not at all.
    fn lock(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_secrets(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let secret =
                matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie" | "x-api-key");
            let shown = if secret { "(secret)".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            (name.to_string(), shown.into_owned())
        })
        .collect()
}

fn micros_since_epoch() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX))
}
