//! What a bench has answered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::clock::Clock;

/// One request that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BenchRequest {
    /// What was asked for.
    pub path: BenchPath,
    /// Microseconds since 1970 when it had arrived: the head of a `GET`, the whole of a request to the model.
    pub began_us: u64,
    /// The same just before the last bytes of the answer were written.
    pub ended_us: u64,
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

pub(super) struct Seen {
    kept: Mutex<Vec<BenchRequest>>,
    clock: Clock,
}

impl Seen {
    /// Keeps a request that is answered now.
    pub(super) fn push(&self, path: BenchPath, began: Instant) {
        let mut kept = self.lock();
        // Taken under the lock, so that the order of the list is the order of the ends.
        let request = BenchRequest { path, began_us: self.clock.at(began), ended_us: self.clock.now() };
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
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { kept: Mutex::new(Vec::with_capacity(KEPT)), clock: Clock::start() }
    }
}
