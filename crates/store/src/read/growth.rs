//! The bound of what a reader costs the writer: as long as one keeps a moment of the trail, the write-ahead logs can't be
//! begun anew. Who keeps one for longer than an answer takes watches how much the logs have grown, in whatever process
//! they are written, and gives up: reading can be done again, and a log that grows without bound fills the disk.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::StoreError;
use crate::project::PROJECTIONS;
use crate::schema::DATABASE;

/// Bytes by which the logs may have grown together since a reader began.
const MOST: u64 = 256 << 20;
/// Steps of the database between two looks: about a millisecond.
const STEPS: i32 = 10_000;

/// The logs, and how long they were.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    logs: [PathBuf; 2],
    before: u64,
    most: u64,
}

impl Growth {
    /// From now on.
    pub(super) fn begin(dir: &Path) -> Self {
        Self::with_bound(dir, MOST)
    }

    fn with_bound(dir: &Path, most: u64) -> Self {
        let logs = [DATABASE, PROJECTIONS].map(|file| dir.join(format!("{file}-wal")));
        let before = length(&logs);
        Self { logs, before, most }
    }

    /// Whether they have grown too much.
    pub(super) fn is_too_much(&self) -> bool {
        length(&self.logs).saturating_sub(self.before) > self.most
    }

    /// Interrupts what this connection does, which then fails with [`StoreError::Overtaken`], as soon as the logs have
    /// grown too much or `is_needless` says so.
    pub(super) fn bounds(
        self,
        connection: &mut Connection,
        is_needless: impl Fn() -> bool + Send + 'static,
    ) -> Result<(), StoreError> {
        Ok(connection.progress_handler(STEPS, Some(move || is_needless() || self.is_too_much()))?)
    }
}

fn length(logs: &[PathBuf]) -> u64 {
    logs.iter().map(|log| log.metadata().map_or(0, |found| found.len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pragma;

    #[test]
    fn who_keeps_a_moment_for_too_long_is_interrupted() {
        let dir = tempfile::tempdir().unwrap();
        let growth = Growth::with_bound(dir.path(), 5000);
        let mut sql = pragma::in_memory().unwrap();
        growth.clone().bounds(&mut sql, || false).unwrap();
        let count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                     SELECT count(*) FROM n";
        let counted = || sql.query_row(count, [], |row| row.get::<_, u32>(0)).map_err(StoreError::from);
        std::fs::write(dir.path().join("tieout.db-wal"), [0; 5000]).unwrap();
        assert!(!growth.is_too_much());
        assert_eq!(counted().unwrap(), 100_000);
        std::fs::write(dir.path().join("projections.db-wal"), [0]).unwrap();
        assert!(growth.is_too_much());
        assert!(matches!(counted(), Err(StoreError::Overtaken)));
        std::fs::remove_file(dir.path().join("tieout.db-wal")).unwrap();
        assert_eq!(counted().unwrap(), 100_000, "a log that was begun anew is no longer its doing");
    }
}
