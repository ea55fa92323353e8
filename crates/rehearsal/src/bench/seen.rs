//! What a bench has answered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One request that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BenchRequest {
    /// What was asked for.
    pub path: BenchPath,
    /// When it had arrived: the head of a `GET`, the whole of a request to the model.
    pub began: Instant,
    /// Just before the last bytes of the answer were written.
    pub ended: Instant,
}

/// What a request to a bench asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BenchPath {
    /// `GET /bench/{id}`; the id if it is a number, and 0 if not.
    Get(u32),
    /// The model.
    Model,
}

/// How many are kept. Their room is there from the start, so that keeping one allocates nothing.
const KEPT: usize = 1 << 16;

pub(super) struct Seen(Mutex<Vec<BenchRequest>>);

impl Seen {
    pub(super) fn push(&self, request: BenchRequest) {
        let mut kept = self.lock();
        if kept.len() < KEPT {
            kept.push(request);
        }
    }

    pub(super) fn all(&self) -> Vec<BenchRequest> {
        self.lock().clone()
    }

    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    /// A poisoned lock is taken over: every change is one call on the list.
    fn lock(&self) -> MutexGuard<'_, Vec<BenchRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self(Mutex::new(Vec::with_capacity(KEPT)))
    }
}
