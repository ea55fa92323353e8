//! What every service was asked: the list that tests compare with the trail.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hyper::HeaderMap;
use hyper::http::request::Parts;
use serde::Serialize;

/// One request as it arrived. The line in [`crate::Plan::log_file`] has the members that are known
/// when the head has arrived: all but `ended_us`, `status`, `body` and `body_bytes`.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedRequest {
    /// `crm`, `billing`, `support`, `people`, `echo`, `records` or `model`.
    pub service: &'static str,
    /// Microseconds since 1970 when the head had arrived. The clock of one rehearsal never goes back.
    pub began_us: u64,
    /// The same when the service was done with it: just before the last bytes of its answer left, or
    /// when it went wrong, or when the service saw that the client had left. None while it is under
    /// way. A request that a client sent after it had the answer to another never begins before the
    /// other's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_us: Option<u64>,
    /// Such as `GET`.
    pub method: String,
    /// As it was sent, still percent-encoded.
    pub path: String,
    /// As it was sent, without the question mark; empty if there was none.
    pub query: String,
    /// The value of `Idempotency-Key`, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
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

/// The place of a request in the log: how many arrived before it.
#[derive(Clone, Copy)]
pub(crate) struct Place(usize);

pub(crate) struct Log {
    entries: Mutex<Entries>,
    file: Option<File>,
    /// One moment on two clocks: wall time is read once, so that it can't go back.
    opened: (Instant, u64),
}

#[derive(Default)]
struct Entries {
    /// How many were forgotten; the first entry's place.
    forgotten: usize,
    kept: Vec<LoggedRequest>,
}

impl Log {
    /// Opens the log; the file, if any, is appended to.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let opened = (Instant::now(), u64::try_from(epoch.as_micros()).unwrap_or(u64::MAX));
        Ok(Self { entries: Mutex::default(), file, opened })
    }

    /// Writes down a request of which only the head is known. An error means that the file could not
    /// be written; the caller then drops the request, since a log with a gap proves nothing.
    pub(crate) fn arrived(&self, service: &'static str, head: &Parts, key: &str) -> io::Result<Place> {
        let mut entries = self.lock();
        let entry = LoggedRequest {
            service,
            // Taken under the lock, so that the order of the list is the order of the times.
            began_us: self.now(),
            ended_us: None,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            idempotency_key: head.headers.get(key).map(text),
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
        entries.kept.push(entry);
        Ok(Place(entries.forgotten + entries.kept.len() - 1))
    }

    pub(crate) fn body_arrived(&self, place: Place, body: &[u8]) {
        if let Some(entry) = self.lock().at(place) {
            entry.body = Some(String::from_utf8_lossy(body).into_owned());
        }
    }

    pub(crate) fn answered(&self, place: Place, status: u16, body_bytes: usize) {
        if let Some(entry) = self.lock().at(place) {
            entry.status = Some(status);
            entry.body_bytes = Some(body_bytes);
        }
    }

    pub(crate) fn ended(&self, place: Place) {
        if let Some(entry) = self.lock().at(place) {
            entry.ended_us = Some(self.now());
        }
    }

    pub(crate) fn entries(&self) -> Vec<LoggedRequest> {
        self.lock().kept.clone()
    }

    /// Drops all entries. What is under way is told nothing: what becomes of it is no longer logged.
    pub(crate) fn forget(&self) {
        let mut entries = self.lock();
        entries.forgotten += entries.kept.len();
        entries.kept = Vec::new();
    }

    fn now(&self) -> u64 {
        let (opened, epoch) = self.opened;
        epoch.saturating_add(u64::try_from(opened.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// A poisoned lock is taken over: an entry is pushed whole or not at all.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn at(&mut self, place: Place) -> Option<&mut LoggedRequest> {
        self.kept.get_mut(place.0.checked_sub(self.forgotten)?)
    }
}

fn without_secrets(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let secret =
                matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie" | "x-api-key");
            (name.to_string(), if secret { "(secret)".to_owned() } else { text(value) })
        })
        .collect()
}

fn text(value: &hyper::header::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
