//! The write-ahead log: how long it is, and when it is moved into the database file. SQLite would do that inside the
//! commit that made it long, while everybody waits for that; here it is done after they were answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::Connection;

use crate::error::StoreError;

/// Pages after which the log is moved when nobody waits: SQLite's own measure.
const LONG: i32 = 1000;
/// Pages after which it is moved whoever waits, so that it has a bound.
const TOO_LONG: i32 = 8 * LONG;

/// How many pages the log of one connection has.
#[derive(Debug)]
pub(crate) struct Log {
    pages: Arc<AtomicI32>,
}

impl Log {
    /// Watches the log from here on, in the place of SQLite's own way of moving it.
    pub(crate) fn watch(connection: &mut Connection) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicI32::new(0));
        let told = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            told.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { pages })
    }

    /// Moves the log if it is long. Readers go on as they are, and keep what they need of it.
    pub(crate) fn shorten(&self, connection: &Connection, is_idle: bool) {
        let bound = if is_idle { LONG } else { TOO_LONG };
        if self.pages.load(Ordering::Relaxed) >= bound {
            self.pages.store(0, Ordering::Relaxed);
            move_into_database(connection, "PASSIVE");
        }
    }

    /// Moves all of it and cuts the file to nothing, waiting for readers for a while; whether that is done. Then
    /// whoever opens the workspace next finds a short log, and no file has what was erased.
    pub(crate) fn empty(&self, connection: &Connection) -> bool {
        move_into_database(connection, "TRUNCATE")
    }
}

fn move_into_database(connection: &Connection, how: &str) -> bool {
    let moved =
        connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |row| row.get::<_, i32>(0));
    match moved {
        Ok(busy) => busy == 0,
        Err(error) => {
            // Nothing is lost: the log holds what was not moved.
            tracing::debug!(%error, "the write-ahead log stays");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::DatabaseKey;
    use crate::pragma;

    #[test]
    fn a_long_log_is_moved_when_nobody_waits_and_a_too_long_one_always() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        std::fs::File::create_new(&path).unwrap();
        let mut sql = pragma::writing(&path, &DatabaseKey::new([7; 32])).unwrap();
        let log = Log::watch(&mut sql).unwrap();
        sql.execute_batch("CREATE TABLE t (x)").unwrap();
        let pages = || log.pages.load(Ordering::Relaxed);
        let write = |pages: i32| sql.execute("INSERT INTO t VALUES (zeroblob(?1 * 4096))", [pages]).unwrap();
        let is_moved = || {
            write(1);
            pages() < LONG
        };
        write(LONG);
        assert!(pages() >= LONG, "no commit moves it");
        log.shorten(&sql, false);
        assert!(!is_moved());
        log.shorten(&sql, true);
        assert!(is_moved());
        write(TOO_LONG);
        log.shorten(&sql, false);
        assert!(is_moved());
    }
}
