//! Microseconds since 1970 that never go back.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// One moment on two clocks. Wall time is read once and then only added to, so that what came later
/// never seems to have come before; clocks of two processes still agree as well as wall time does.
pub(crate) struct Clock {
    started: Instant,
    epoch: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), epoch: u64::try_from(epoch.as_micros()).unwrap_or(u64::MAX) }
    }

    pub(crate) fn now(&self) -> u64 {
        self.at(Instant::now())
    }

    pub(crate) fn at(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.started).as_micros();
        self.epoch.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}
