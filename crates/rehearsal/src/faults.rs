//! Faults on request: what a network and a bad server do to a client.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What happens to a request instead of its answer. The request is logged all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// None: the true answer. It keeps a place in a series.
    Sound,
    /// The connection is reset (RST) before a status; nothing is done.
    Reset,
    /// What was asked is done, then the connection is reset before a status.
    LostAnswer,
    /// The true answer's head and half of its body, then the connection is reset.
    ResetInBody,
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
    /// `200` with a page of HTML, as a proxy's sign-in page would come; nothing is done.
    Html,
    /// `200 application/json` with a document that ends in its middle, its length right; nothing is
    /// done.
    BadJson,
    /// `200 application/json` of this length; nothing is done.
    Large {
        /// How many bytes.
        bytes: usize,
    },
    /// `302` to this address; nothing is done.
    Redirect {
        /// What `Location` says.
        to: String,
    },
    /// The true answer whose `Content-Length` names half of what is sent.
    WrongLength,
    /// Nothing is ever done or answered, and the connection stays open.
    Hang,
    /// `429` with this `Retry-After`, in seconds; nothing is done.
    RateLimited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// This answer, word for word; nothing is done.
    Answer {
        /// Its status.
        status: u16,
        /// Its headers, `Content-Type` among them.
        headers: Vec<(String, String)>,
        /// Its body.
        body: String,
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
    path: String,
    fault: Fault,
    times: Times,
}

impl Faults {
    /// Puts a fault in force for the requests to this service (`crm`, `billing`, `support`,
    /// `people`, `echo`, `records`, `model`, `witness`) at this path or below it: `/echo/7` takes in
    /// `/echo/7/a` and not `/echo/70`, and `/` takes in everything. Of several that fit, the one set
    /// first strikes. Who is turned away by a limit uses no fault up.
    pub fn set(&self, service: &str, path: &str, fault: Fault, times: Times) {
        self.lock().push(Ordered {
            service: service.to_owned(),
            path: path.trim_end_matches('/').to_owned(),
            fault,
            times,
        });
    }

    /// Puts one fault after another in force for the next requests there, one each.
    pub fn series(&self, service: &str, path: &str, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.set(service, path, fault, Times::Once);
        }
    }

    /// Takes all faults out of force.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that strikes this request, used up if it was to strike once.
    pub(crate) fn strike(&self, service: &str, path: &str) -> Option<Fault> {
        let mut faults = self.lock();
        let position =
            faults.iter().position(|ordered| ordered.service == service && ordered.takes_in(path))?;
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

impl Ordered {
    fn takes_in(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}
