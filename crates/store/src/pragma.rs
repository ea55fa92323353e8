//! Connections with every setting that a promise rests on: set, then read back, because SQLite answers a pragma that
//! it does not know or can't keep with silence.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::StoreError;
use crate::keys::DatabaseKey;

/// How long a connection waits for another's lock: readers meet the writer only while the log is recovered.
pub(crate) const BUSY: Duration = Duration::from_secs(5);
/// Statements that a connection keeps compiled: more than the store has.
const STATEMENTS: usize = 128;
/// Decrypted pages that the writer keeps, in KiB: commitments are random, so their index is touched everywhere.
const WRITER_CACHE: i32 = 16 * 1024;

struct Pragma {
    name: &'static str,
    set: &'static str,
    reads: &'static str,
}

const fn pragma(name: &'static str, set: &'static str, reads: &'static str) -> Pragma {
    Pragma { name, set, reads }
}

/// Never weaker: with `synchronous=NORMAL` a power cut took acknowledged intents with it and left a shorter trail
/// that looked sound.
const WRITING: &[Pragma] = &[
    pragma("journal_mode", "WAL", "wal"),
    pragma("synchronous", "FULL", "2"),
    #[cfg(target_os = "macos")]
    pragma("fullfsync", "ON", "1"),
    #[cfg(target_os = "macos")]
    pragma("checkpoint_fullfsync", "ON", "1"),
    pragma("foreign_keys", "ON", "1"),
    pragma("trusted_schema", "OFF", "0"),
    // Without it REPLACE deletes rows past the triggers that forbid it.
    pragma("recursive_triggers", "ON", "1"),
    pragma("secure_delete", "ON", "1"),
    SHORT_LOG,
];

/// A log that a reader made long is cut to this many bytes when it is begun anew. Without it the file keeps its longest
/// length for ever.
const SHORT_LOG: Pragma = pragma("journal_size_limit", "67108864", "67108864");

/// What lies there can be made again, so nobody waits for the disk: a power cut may take the last rows with it, and
/// leaves the file whole (SQLite's documentation of WAL mode).
const PROJECTING: &[Pragma] = &[
    pragma("journal_mode", "WAL", "wal"),
    pragma("synchronous", "NORMAL", "1"),
    pragma("trusted_schema", "OFF", "0"),
    pragma("secure_delete", "ON", "1"),
    SHORT_LOG,
];

const READING: &[Pragma] = &[pragma("trusted_schema", "OFF", "0"), pragma("query_only", "ON", "1")];

/// The connection of the one writer.
pub(crate) fn writing(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let connection = keyed(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    apply(&connection, WRITING)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    Ok(connection)
}

/// The connection of whoever fills the projections.
pub(crate) fn projecting(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let connection = keyed(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    apply(&connection, PROJECTING)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    Ok(connection)
}

/// Lets a connection see the tables of another file too.
pub(crate) fn attach(connection: &Connection, path: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let path = path.to_str().ok_or_else(|| {
        std::io::Error::new(std::io::ErrorKind::InvalidInput, "the workspace's path is not UTF-8")
    })?;
    connection.execute("ATTACH DATABASE ?1 AS projections KEY ?2", (path, key.literal().as_str()))?;
    Ok(())
}

/// A connection that can't write. The folder must be writable all the same: readers share the log's index there.
pub(crate) fn reading(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let connection = keyed(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    apply(&connection, READING)?;
    Ok(connection)
}

/// A database in memory for rebuilding into.
pub(crate) fn in_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn keyed(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(&key.pragma())?;
    // The key is tried at the first page that is read, not before.
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)) {
        Ok(_) => Ok(connection),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Err(StoreError::WrongKey),
        Err(error) => Err(error.into()),
    }
}

fn apply(connection: &Connection, pragmas: &[Pragma]) -> Result<(), StoreError> {
    for Pragma { name, set, reads } in pragmas {
        connection.pragma_update(None, name, set)?;
        let found = match connection.pragma_query_value(None, name, |row| row.get(0))? {
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        if found != *reads {
            return Err(StoreError::Pragma { pragma: name, wanted: reads, found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(connection: &Connection, name: &str) -> Value {
        connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_writer_has_every_pragma_and_a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        std::fs::File::create_new(&path).unwrap();
        let key = DatabaseKey::new([7; 32]);
        let writer = writing(&path, &key).unwrap();
        writer.execute_batch("CREATE TABLE t (x)").unwrap();
        for (name, wanted) in [
            ("journal_mode", Value::Text("wal".into())),
            ("synchronous", Value::Integer(2)),
            ("foreign_keys", Value::Integer(1)),
            ("trusted_schema", Value::Integer(0)),
            ("recursive_triggers", Value::Integer(1)),
            ("secure_delete", Value::Integer(1)),
        ] {
            assert_eq!(read(&writer, name), wanted, "{name}");
        }
        let reader = reading(&path, &key).unwrap();
        assert_eq!(read(&reader, "query_only"), Value::Integer(1));
        assert!(reader.execute("INSERT INTO t VALUES (1)", []).is_err());
        assert!(matches!(reading(&path, &DatabaseKey::new([8; 32])), Err(StoreError::WrongKey)));
    }

    #[test]
    fn a_pragma_that_is_not_kept_is_an_error() {
        // A database in memory can't have a write-ahead log.
        let refused = apply(&in_memory().unwrap(), WRITING);
        assert!(matches!(refused, Err(StoreError::Pragma { pragma: "journal_mode", .. })), "{refused:?}");
    }
}
