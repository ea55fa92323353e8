//! Microseconds since 1970 that never go back.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// One moment on two clocks. Wall time is read once and then only added to, so that what came later
/// never seems to have come before; clocks of two processes still agree as well as wall time does.
pub(crate) struct Clock {
    started: Instant,
    epoch: u64,
}

impl Clock {
    /// Reads both clocks at one moment, as nearly as that can be done: whoever is interrupted between the two would be
    /// late for ever.
    pub(crate) fn start() -> Self {
        let read = || {
            let before = Instant::now();
            let wall = SystemTime::now();
            (before.elapsed(), before, wall)
        };
        let tries = (0..16).map(|_| read());
        let (_, started, wall) = tries.min_by_key(|(between, ..)| *between).unwrap_or_else(read);
        let epoch = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started, epoch: u64::try_from(epoch.as_micros()).unwrap_or(u64::MAX) }
    }

    pub(crate) fn now(&self) -> u64 {
        self.at(Instant::now())
    }

    pub(crate) fn at(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.started).as_micros();
        self.epoch.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}
