//! Faults on request: what a network and a bad server do to a client.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What happens to a request instead of its answer. The request is logged all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset (RST) before a status.
    Reset,
    /// The true answer's head and half of its body, then the connection closes.
    Truncate,
    /// This status with a problem document; nothing is done.
    Status(u16),
    /// The true answer, a few bytes at a time.
    SlowDrip {
        /// The wait before each piece.
        every: Duration,
        /// The size of a piece.
        bytes: usize,
    },
    /// `200` with a page of HTML, as a proxy's sign-in page would come.
    Html,
    /// The true answer whose `Content-Length` names half of what is sent.
    WrongLength,
    /// Nothing is ever answered, and the connection stays open.
    Hang,
    /// `429` with this `Retry-After`, in seconds.
    RateLimited {
        /// Seconds to wait.
        retry_after: u32,
    },
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The next request that fits.
    Once,
    /// Every request that fits, until the faults are cleared.
    Always,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Ordered>>);

#[derive(Debug)]
struct Ordered {
    service: String,
    path_prefix: String,
    fault: Fault,
    times: Times,
}

impl Faults {
    /// Puts a fault in force for the requests to this service (`crm`, `billing`, `support`,
    /// `people`, `echo`, `model`) whose path begins with this prefix. Of several that fit, the one
    /// set first strikes.
    pub fn set(&self, service: &str, path_prefix: &str, fault: Fault, times: Times) {
        self.lock().push(Ordered {
            service: service.to_owned(),
            path_prefix: path_prefix.to_owned(),
            fault,
            times,
        });
    }

    /// Takes all faults out of force.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that strikes this request, used up if it was to strike once.
    pub(crate) fn strike(&self, service: &str, path: &str) -> Option<Fault> {
        let mut faults = self.lock();
        let position = faults
            .iter()
            .position(|ordered| ordered.service == service && path.starts_with(&ordered.path_prefix))?;
        match faults[position].times {
            Times::Once => Some(faults.remove(position).fault),
            Times::Always => Some(faults[position].fault.clone()),
        }
    }

    /// A poisoned lock is taken over: every change is one call on the list.
    fn lock(&self) -> MutexGuard<'_, Vec<Ordered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
