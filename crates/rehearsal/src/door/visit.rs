//! A request's time in a service.

use std::sync::Arc;

use super::turnstile::Stay;
use crate::log::{Log, Place};

/// A request under way. Dropping it ends it, whether it was answered, went wrong or its client left:
/// its end is logged and its place at the turnstile is free again.
///
/// It is dropped before the last bytes of the answer leave. A client that has its answer and asks at
/// once for the next thing is then never counted twice, and two requests of which one was sent after
/// the other's answer never seem to overlap.
pub(super) struct Visit {
    log: Arc<Log>,
    pub(super) place: Place,
    _stay: Option<Stay>,
}

impl Visit {
    pub(super) fn new(log: Arc<Log>, place: Place, stay: Option<Stay>) -> Self {
        Self { log, place, _stay: stay }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.log.ended(self.place);
    }
}
