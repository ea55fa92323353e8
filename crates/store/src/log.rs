//! The write-ahead log: how long it is, and when it is moved into the database file. SQLite would do that inside the
//! commit that made it long, while everybody waits for that; here it is done after they were answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::pragma::BUSY;

/// Pages after which the log is moved when nobody waits: SQLite's own measure.
const LONG: i32 = 1000;
/// Pages after which it is moved whoever waits, so that it has a bound.
const TOO_LONG: i32 = 8 * LONG;

/// How many pages the log of one connection has.
#[derive(Debug)]
pub(crate) struct Log {
    pages: Arc<AtomicI32>,
    /// How many it had when it was moved last; a reader may have kept it.
    moved_at: i32,
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
        Ok(Self { pages, moved_at: 0 })
    }

    /// Moves the log if it is long. Readers go on as they are, and keep what they need of it: a log that is kept is tried
    /// again when it has grown as much again, and not after each commit.
    pub(crate) fn shorten(&mut self, connection: &Connection, is_idle: bool) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.moved_at {
            // It was begun anew since.
            self.moved_at = 0;
        }
        let bound = if is_idle { LONG } else { TOO_LONG };
        if pages >= bound && (self.moved_at == 0 || pages >= self.moved_at.saturating_add(LONG)) {
            self.moved_at = pages;
            move_into_database(connection, "PASSIVE");
        }
    }
}

/// Moves all of a connection's log and cuts the file to nothing, unless a reader keeps it; whether that is done. Then no
/// file has what was erased. It waits for nobody: who waits for the next commit must not wait for a reader.
pub(crate) fn empty_now(connection: &Connection) -> bool {
    let emptied = connection.busy_timeout(Duration::ZERO).is_ok() && empty(connection);
    if let Err(error) = connection.busy_timeout(BUSY) {
        tracing::warn!(%error, "the database's patience can't be set");
    }
    emptied
}

/// The same, and waits for readers for a while: whoever opens the workspace next finds a short log.
pub(crate) fn empty(connection: &Connection) -> bool {
    move_into_database(connection, "TRUNCATE")
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
        let mut log = Log::watch(&mut sql).unwrap();
        sql.execute_batch("CREATE TABLE t (x)").unwrap();
        let told = Arc::clone(&log.pages);
        let pages = || told.load(Ordering::Relaxed);
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
    #[test]
    fn a_log_that_a_reader_keeps_is_not_waited_for_and_emptied_when_the_reader_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        std::fs::File::create_new(&path).unwrap();
        let key = DatabaseKey::new([7; 32]);
        let sql = pragma::writing(&path, &key).unwrap();
        sql.execute_batch("CREATE TABLE t (x)").unwrap();
        let reader = pragma::reading(&path, &key).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM t").unwrap();
        sql.execute_batch("INSERT INTO t VALUES ('after the reader began')").unwrap();
        let length = || std::fs::metadata(dir.path().join("x.db-wal")).unwrap().len();
        assert!(!empty_now(&sql));
        assert!(length() > 0);
        reader.execute_batch("ROLLBACK").unwrap();
        assert!(empty_now(&sql));
        assert_eq!(length(), 0);
    }
}
