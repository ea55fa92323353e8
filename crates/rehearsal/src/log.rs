//! What every service was asked: the list that tests compare with the trail.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Uri};
use serde::Serialize;

use crate::clock::Clock;
use crate::exchange::IDEMPOTENCY_KEY;

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
    clock: Clock,
}

#[derive(Default)]
struct Entries {
    /// How many were forgotten; the first entry's place.
    forgotten: usize,
    kept: Vec<Entry>,
}

/// A request in the parts that it came in. What a reader wants of them is made when somebody reads, so
/// that logging costs a request next to nothing.
struct Entry {
    service: &'static str,
    began_us: u64,
    ended_us: Option<u64>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    status: Option<u16>,
    body: Option<Bytes>,
    body_bytes: Option<usize>,
}

impl Log {
    /// Opens the log; the file, if any, is appended to.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self { entries: Mutex::default(), file, clock: Clock::start() })
    }

    /// Writes down a request of which only the head is known. An error means that the file could not
    /// be written; the caller then drops the request, since a log with a gap proves nothing.
    pub(crate) fn arrived(&self, service: &'static str, head: &Parts) -> io::Result<Place> {
        let mut entries = self.lock();
        let entry = Entry {
            service,
            // Taken under the lock, so that the order of the list is the order of the times.
            began_us: self.clock.now(),
            ended_us: None,
            method: head.method.clone(),
            uri: head.uri.clone(),
            headers: head.headers.clone(),
            status: None,
            body: None,
            body_bytes: None,
        };
        if let Some(mut file) = self.file.as_ref() {
            let mut line = serde_json::to_vec(&entry.read())?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        entries.kept.push(entry);
        Ok(Place(entries.forgotten + entries.kept.len() - 1))
    }

    pub(crate) fn body_arrived(&self, place: Place, body: &Bytes) {
        if let Some(entry) = self.lock().at(place) {
            entry.body = Some(body.clone());
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
            entry.ended_us = Some(self.clock.now());
        }
    }

    pub(crate) fn entries(&self) -> Vec<LoggedRequest> {
        self.lock().kept.iter().map(Entry::read).collect()
    }

    /// Drops all entries. What is under way is told nothing: what becomes of it is no longer logged.
    pub(crate) fn forget(&self) {
        let mut entries = self.lock();
        entries.forgotten += entries.kept.len();
        entries.kept = Vec::new();
    }

    /// A poisoned lock is taken over: an entry is pushed whole or not at all.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn at(&mut self, place: Place) -> Option<&mut Entry> {
        self.kept.get_mut(place.0.checked_sub(self.forgotten)?)
    }
}

impl Entry {
    fn read(&self) -> LoggedRequest {
        LoggedRequest {
            service: self.service,
            began_us: self.began_us,
            ended_us: self.ended_us,
            method: self.method.to_string(),
            path: self.uri.path().to_owned(),
            query: self.uri.query().unwrap_or_default().to_owned(),
            idempotency_key: self.headers.get(IDEMPOTENCY_KEY).map(|key| text(key.as_bytes())),
            headers: without_secrets(&self.headers),
            status: self.status,
            body: self.body.as_deref().map(text),
            body_bytes: self.body_bytes,
        }
    }
}

fn without_secrets(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let secret =
                matches!(name.as_str(), "authorization" | "proxy-authorization" | "cookie" | "x-api-key");
            (name.to_string(), if secret { "(secret)".to_owned() } else { text(value.as_bytes()) })
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
