//! Entries and payloads that somebody else hands over, put where they can be queried as a workspace's are, so that a
//! reviewer sees the same screens.
//!
//! Nothing of it is trusted. What does not read as an entry, or stands in another's place, is passed over, and so is a
//! payload that no entry commits to: that something is wrong is for the verifier to say. They lie in a file of their own
//! under a key that nobody keeps, since they may be more than memory holds and what they say must not stay on a disk.

use std::path::Path;

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::Commitment;
use rusqlite::{Connection, OptionalExtension};
use tlog::leaf_hash;

use crate::error::StoreError;
use crate::files::make_private;
use crate::keys::DatabaseKey;
use crate::pragma;
use crate::project::{fill, make_tables};
use crate::read::Snapshot;
use crate::stored::payload_id;

/// The truth as a workspace has it, without what only its writer needs: numbers may have gaps, and there are no secrets.
const TABLES: &str = "
    CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL) STRICT;
    CREATE TABLE payload (
      id INTEGER PRIMARY KEY, commitment BLOB NOT NULL, role TEXT NOT NULL, media TEXT NOT NULL,
      size INTEGER NOT NULL, codec TEXT NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE erased (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
    CREATE TABLE named (commitment BLOB NOT NULL, id INTEGER NOT NULL, role TEXT NOT NULL) STRICT;
    CREATE INDEX named_by_commitment ON named (commitment);
";

/// What was handed over so far.
pub struct Foreign {
    sql: Connection,
}

impl Foreign {
    /// Begins with nothing, in a folder that must last as long as what [`Foreign::finish`] gives. The key should be
    /// random, and nobody needs it again.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn begin(folder: &Path, key: [u8; 32]) -> Result<Self, StoreError> {
        let sql = database(&folder.join("shown.db"), &DatabaseKey::new(key))?;
        Ok(Self { sql })
    }

    /// Takes in an entry that is said to have this number. Whether it did.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn entry(&mut self, seq: Seq, body: &[u8]) -> Result<bool, StoreError> {
        // A number past what ids have room for is of no trail.
        let Ok(entry) = Entry::from_body(body) else { return Ok(false) };
        if entry.seq != seq || seq.0 > (i64::MAX as u64) / 256 - 1 {
            return Ok(false);
        }
        let added = self
            .sql
            .prepare_cached("INSERT OR IGNORE INTO entry (seq, body, leaf) VALUES (?1, ?2, ?3)")?
            .execute((seq.0, body, leaf_hash(body).as_bytes()))?;
        if added == 0 {
            return Ok(false);
        }
        for (place, (role, commitment)) in entry.fact.payloads().into_iter().enumerate() {
            self.sql
                .prepare_cached("INSERT INTO named (commitment, id, role) VALUES (?1, ?2, ?3)")?
                .execute((commitment.0, payload_id(seq, place), role.word()))?;
        }
        if let Fact::PayloadErased { payloads, .. } = &entry.fact {
            for commitment in payloads {
                self.sql
                    .prepare_cached(
                        "INSERT OR IGNORE INTO erased (id, seq) SELECT id, ?2 FROM named
                         WHERE commitment = ?1 AND id / 256 < ?2",
                    )?
                    .execute((commitment.0, seq.0))?;
            }
        }
        Ok(true)
    }

    /// Takes in a payload that opens this commitment, after the entries that commit to it.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn payload(&mut self, commitment: &Commitment, bytes: &[u8]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached(
                "INSERT OR IGNORE INTO payload (id, commitment, role, media, size, codec, bytes)
                 SELECT id, commitment, role, ?2, ?3, 'raw', ?4 FROM named WHERE commitment = ?1",
            )?
            .execute((commitment.0, media(bytes), bytes.len() as u64, bytes))?;
        Ok(())
    }

    /// Fills what screens query from what came.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn finish(self) -> Result<Snapshot, StoreError> {
        // What was erased on record is not shown, whoever still has it.
        self.sql.execute("DELETE FROM payload WHERE id IN (SELECT id FROM erased)", [])?;
        let last: Option<u64> =
            self.sql.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).optional()?.flatten();
        if let Some(last) = last {
            fill(&self.sql, &self.sql, 0..last + 1)?;
        }
        self.sql.execute_batch("COMMIT")?;
        Snapshot::of_foreign(self.sql)
    }
}

fn database(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    make_private(path)?;
    let sql = pragma::projecting(path, key)?;
    sql.execute_batch("BEGIN")?;
    sql.execute_batch(TABLES)?;
    make_tables(&sql)?;
    Ok(sql)
}

/// What the bytes seem to be: a bundle does not say.
fn media(bytes: &[u8]) -> &'static str {
    match bytes.first() {
        Some(b'{' | b'[') if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() => {
            "application/json"
        }
        _ if std::str::from_utf8(bytes).is_ok() => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

impl std::fmt::Debug for Foreign {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Foreign(…)")
    }
}
