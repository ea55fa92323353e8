//! A token bucket in whole numbers.

use domain::source::Rate;
use domain::time::Span;

/// What one request costs. The bucket fills by [`Rate::milli_per_second`] of these a microsecond, so that nothing is
/// ever rounded: 10^6 microseconds times 1000 thousandths.
const REQUEST: u128 = 1_000_000_000;

/// How many requests may begin now, and when the next may.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    rate: Rate,
    level: u128,
    /// When `level` was right.
    at: Span,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(rate: Rate, now: Span) -> Self {
        let rate = Rate { milli_per_second: rate.milli_per_second.max(1), burst: rate.burst.max(1) };
        Self { rate, level: u128::from(rate.burst) * REQUEST, at: now }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// The same bucket under another rate. It is never fuller than it was: a change of settings is no reason to send a
    /// second burst.
    pub(super) fn under(self, rate: Rate, now: Span) -> Self {
        let full = Self::new(rate, now);
        Self { level: self.level_at(now).min(full.level), at: now.max(self.at), ..full }
    }

    /// How long until a request may begin; zero if one may now.
    pub(super) fn wait(&self, now: Span) -> Span {
        let missing = REQUEST.saturating_sub(self.level_at(now));
        let wait = missing.div_ceil(u128::from(self.rate.milli_per_second));
        Span(u64::try_from(wait).unwrap_or(u64::MAX))
    }

    /// A request begins.
    pub(super) fn take(&mut self, now: Span) {
        self.level = self.level_at(now).saturating_sub(REQUEST);
        self.at = now.max(self.at);
    }

    fn level_at(&self, now: Span) -> u128 {
        let since = now.0.saturating_sub(self.at.0);
        let filled = u128::from(since) * u128::from(self.rate.milli_per_second);
        (self.level + filled).min(u128::from(self.rate.burst) * REQUEST)
    }
}
