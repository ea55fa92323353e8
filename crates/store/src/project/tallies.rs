//! How many of a source's calls were sent and how many of these failed, summed up as rows change: nobody who asks how a
//! source has been doing counts its calls.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::StoreError;

/// What one call adds to its source's sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// When it was sent first, if it was.
    pub(super) sent_at: Option<i64>,
    /// Whether it was sent and ended as anything but returned.
    pub(super) failed: bool,
}

/// Changes of sums that are not written yet, by source.
#[derive(Default)]
pub(super) struct Tallies(BTreeMap<String, Sums>);

#[derive(Clone, Copy, Default)]
struct Sums {
    calls: i64,
    failures: i64,
    last_at: i64,
}

impl Tallies {
    /// A call of this source counts otherwise than before.
    pub(super) fn change(&mut self, source: &str, before: Tally, after: Tally) {
        if before == after {
            return;
        }
        let sums = self.0.entry(source.to_owned()).or_default();
        sums.calls += i64::from(after.sent_at.is_some()) - i64::from(before.sent_at.is_some());
        sums.failures += i64::from(after.failed) - i64::from(before.failed);
        sums.last_at = sums.last_at.max(after.sent_at.unwrap_or(i64::MIN));
    }

    pub(super) fn write(&mut self, to: &Connection) -> Result<(), StoreError> {
        for (source, Sums { calls, failures, last_at }) in std::mem::take(&mut self.0) {
            to.prepare_cached(
                "INSERT INTO source_calls (source, calls, failures, last_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, failures = failures + excluded.failures,
                                           last_at = max(last_at, excluded.last_at)",
            )?
            .execute((source, calls, failures, last_at))?;
        }
        Ok(())
    }
}
