//! What doors have in common, and what stands behind one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::exchange::{Reply, Request};
use crate::faults::Faults;
use crate::log::Log;

use super::remembered::Remembered;
use super::turnstile::Turnstile;

/// What stands behind a door: it answers a request that has arrived whole, without waiting.
pub(crate) trait Behind: Send + Sync + 'static {
    /// How long the request takes before it takes effect. What takes effect at once and answers later
    /// says so in its reply instead.
    fn takes(&self, _request: &Request) -> Duration {
        Duration::ZERO
    }

    /// Does what is asked, and answers.
    fn reply(&self, request: &Request) -> Reply;
}

/// A service in its house.
pub(crate) struct Tenant {
    pub(crate) name: &'static str,
    pub(crate) behind: Arc<dyn Behind>,
    pub(crate) turnstile: Arc<Turnstile>,
    /// The writes of each `Idempotency-Key`, where the service honours the header.
    pub(crate) remembered: Option<Remembered>,
}

/// What every door of a rehearsal shares.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) log: Arc<Log>,
    pub(crate) faults: Arc<Faults>,
    /// Turns true, or loses its sender, when all doors are to close.
    pub(crate) closing: watch::Receiver<bool>,
}
