//! A database by hand: the same library and file format, the same key, the same pragmas and the same commits as the
//! trail's, and nothing in it but rows of bytes.

use std::path::Path;

use rusqlite::Connection;

use crate::trouble::{Outcome, trouble};

/// As the store sets them for its writer (`crates/store/src/pragma.rs`).
const PRAGMAS: &[(&str, &str)] = &[
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    #[cfg(target_os = "macos")]
    ("fullfsync", "ON"),
    #[cfg(target_os = "macos")]
    ("checkpoint_fullfsync", "ON"),
    ("foreign_keys", "ON"),
    ("trusted_schema", "OFF"),
    ("recursive_triggers", "ON"),
    ("secure_delete", "ON"),
    ("cache_size", "-16384"),
];

/// The database.
pub(crate) struct Raw {
    connection: Connection,
}

impl Raw {
    /// A new one. Its write-ahead log is moved when SQLite does that by itself, every 1,000 pages.
    pub(crate) fn create(path: &Path) -> Outcome<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "07".repeat(32)))?;
        for (name, value) in PRAGMAS {
            connection.pragma_update(None, name, value)?;
        }
        let set: (String, i64) = connection.query_row(
            "SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        if set != ("wal".to_owned(), 2) {
            return trouble(format!("the bound has other settings than the store: {set:?}"));
        }
        // Unencrypted, the same code would run, and faster.
        let cipher: String = connection.pragma_query_value(None, "cipher_version", |row| row.get(0))?;
        if cipher.is_empty() {
            return trouble("the bound is not encrypted, and the store is");
        }
        connection.execute_batch(
            "CREATE TABLE intent (id INTEGER PRIMARY KEY, body BLOB NOT NULL, request BLOB NOT NULL) STRICT",
        )?;
        Ok(Self { connection })
    }

    /// One commit of these rows, on disk when it returns.
    pub(crate) fn commit<'a>(&self, rows: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Outcome<()> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut insert =
            self.connection.prepare_cached("INSERT INTO intent (body, request) VALUES (?1, ?2)")?;
        for row in rows {
            insert.execute(row)?;
        }
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}
