//! How many requests a service takes.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::exchange::Reply;

/// A bucket of 50 requests that fills with 25 a second: enough for a batch that keeps to its
/// source's limits, too little for a loop.
pub(super) struct Quota(Mutex<Level>);

const CAPACITY: u64 = 50;
const PER_SECOND: u64 = 25;
const WHOLE: u64 = 1_000;

/// Invariant: thousandths of a request, at most [`CAPACITY`] whole ones, as of `at`.
struct Level {
    thousandths: u64,
    at: Instant,
}

impl Quota {
    /// Takes one request and gives how many are left, or the whole seconds until the next is there.
    pub(super) fn take(&self) -> Result<u64, u64> {
        let mut level = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let elapsed = u64::try_from(now.duration_since(level.at).as_millis()).unwrap_or(u64::MAX);
        // Below one millisecond nothing is added, so the clock must not advance either.
        if elapsed > 0 {
            let filled = level.thousandths.saturating_add(elapsed.saturating_mul(PER_SECOND));
            level.thousandths = filled.min(CAPACITY * WHOLE);
            level.at = now;
        }
        match level.thousandths.checked_sub(WHOLE) {
            Some(left) => {
                level.thousandths = left;
                Ok(left / WHOLE)
            }
            None => Err(1),
        }
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self(Mutex::new(Level { thousandths: CAPACITY * WHOLE, at: Instant::now() }))
    }
}

/// Adds the headers that tell a client how much is left.
pub(super) fn marked(reply: Reply, left: u64) -> Reply {
    reply
        .with("ratelimit-limit", CAPACITY.to_string())
        .with("ratelimit-remaining", left.to_string())
        .with("ratelimit-reset", "1")
}
