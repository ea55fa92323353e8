//! What doors have in common, and what stands behind one.

use std::sync::Arc;

use tokio::sync::watch;

use crate::exchange::{Reply, Request};
use crate::faults::Faults;
use crate::log::Log;

/// What stands behind a door: it answers a request that has arrived whole, without waiting.
pub(crate) type Behind = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

/// What every door of a rehearsal shares.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) log: Arc<Log>,
    pub(crate) faults: Arc<Faults>,
    /// Turns true, or loses its sender, when all doors are to close.
    pub(crate) closing: watch::Receiver<bool>,
}
