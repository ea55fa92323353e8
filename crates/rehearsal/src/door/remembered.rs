//! Idempotency keys: a write that comes again under its key is answered again and not done again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hyper::{Method, StatusCode};

use crate::exchange::{IDEMPOTENCY_KEY, Reply, Request};

/// The answers given under each key, for as long as the rehearsal lasts.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<BTreeMap<String, Done>>);

struct Done {
    method: Method,
    path: String,
    body: Bytes,
    reply: Reply,
}

impl Remembered {
    /// The reply to a request: under a key that was seen before the earlier reply, marked as such, and
    /// otherwise whatever `does` gives, which is kept. A key that comes back with another request is
    /// refused with `422`, as its header's draft wants it.
    pub(super) fn reply(&self, request: &Request, does: impl FnOnce() -> Reply) -> Reply {
        let Some(key) = request.header(IDEMPOTENCY_KEY).filter(|_| request.method != Method::GET) else {
            return does();
        };
        // Held while the write is done, so that two requests under one key can't both do it. A poisoned
        // lock is taken over: every change is one insertion.
        let mut done = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match done.get(key) {
            Some(done) if done.is(request) => done.reply.clone().with("idempotency-replayed", "true"),
            Some(_) => Reply::problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "this idempotency key was used for another request",
            ),
            None => {
                let reply = does();
                done.insert(key.to_owned(), Done::of(request, reply.clone()));
                reply
            }
        }
    }
}

impl Done {
    fn of(request: &Request, reply: Reply) -> Self {
        let Request { method, path, body, .. } = request;
        Self { method: method.clone(), path: path.clone(), body: body.clone(), reply }
    }

    fn is(&self, request: &Request) -> bool {
        self.method == request.method && self.path == request.path && self.body == request.body
    }
}
