//! One moment of the trail, kept for as long as it takes to copy evidence out of it: entries, payloads, proofs and
//! checkpoints as they are stored, and the rows that screens show, all of the same moment however much is recorded
//! meanwhile.

use std::ops::Range;

use domain::entry::Entry;
use domain::id::Seq;
use domain::payload::{Commitment, salt};
use rusqlite::{Connection, OptionalExtension};
use tlog::{Hash, ReadError, consistency_proof, inclusion_proof};

use super::growth::Growth;
use super::{Reader, epochs, hashes, pool, trail};
use crate::columns;
use crate::error::StoreError;
use crate::stored::{self, PER_ENTRY};

/// A snapshot. It blocks: use it off the async threads. While one of a workspace lives the write-ahead log can't be
/// shortened; so don't keep it longer than the copying takes. Past a quarter of a gigabyte of log it fails with
/// [`StoreError::Overtaken`].
pub struct Snapshot {
    pub(super) sql: Connection,
    size: u64,
    note: String,
}

/// A payload with what opens its commitment.
pub struct Opened {
    /// The salt; its secret stays.
    pub salt: [u8; 32],
    /// The bytes. Empty if they can't be unpacked, and then they open nothing.
    pub bytes: Vec<u8>,
}

/// How much a snapshot holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Calls.
    pub calls: u64,
    /// Payloads that are there.
    pub payloads: u64,
    /// Their bytes.
    pub payload_bytes: u64,
    /// Payloads that were erased.
    pub erased: u64,
}

impl Reader {
    /// Opens a snapshot of what is durable now. Blocks.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.pool.wait()?;
        let mut sql = self.pool.connect()?;
        Growth::begin(self.pool.dir()).bounds(&mut sql, || false)?;
        sql.execute_batch("BEGIN")?;
        pool::begin(&sql)?;
        let (size, note) = trail::head(&sql)?;
        Ok(Snapshot { sql, size, note })
    }
}

impl Snapshot {
    /// Over what somebody else handed over: no trail of ours, so nothing in it can be proved from here.
    pub(crate) fn of_foreign(sql: Connection) -> Result<Self, StoreError> {
        let size = sql.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
        Ok(Self { sql, size, note: String::new() })
    }

    /// How many entries its newest checkpoint covers: all that there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The newest signed checkpoint.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The key that signed that (C2SP signed-note vkey), as the entry that opens its epoch names it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if no entry does.
    pub fn vkey(&self) -> Result<String, StoreError> {
        Ok(epochs::of_note(&self.sql, &self.note)?.vkey)
    }

    /// Gives `each` the entries of these numbers whose bodies are `wanted`, in order: number, body, stored leaf hash.
    ///
    /// # Errors
    /// If the workspace can't be read, and whatever `each` fails with, which ends it.
    pub fn entries<E: From<StoreError>>(
        &self,
        range: Range<u64>,
        wanted: impl Fn(&[u8]) -> bool,
        mut each: impl FnMut(Seq, &[u8], Hash) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(StoreError::from(error));
        let mut statement = self
            .sql
            .prepare_cached("SELECT seq, body, leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")
            .map_err(sql)?;
        let mut rows = statement.query((range.start, range.end.min(i64::MAX as u64))).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let body = row.get_ref(1).and_then(|body| Ok(body.as_blob()?)).map_err(sql)?;
            if wanted(body) {
                let leaf = Hash::from_bytes(row.get(2).map_err(sql)?);
                each(Seq(row.get(0).map_err(sql)?), body, leaf)?;
            }
        }
        Ok(())
    }

    /// The body of an entry, and its stored leaf hash.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such entry.
    pub fn body(&self, seq: Seq) -> Result<(Vec<u8>, Hash), StoreError> {
        let mut statement = self.sql.prepare_cached("SELECT body, leaf FROM entry WHERE seq = ?1")?;
        let found = statement.query_row([seq.0], |row| Ok((row.get(0)?, Hash::from_bytes(row.get(1)?))));
        found.optional()?.ok_or(StoreError::NotFound)
    }

    /// The proof that an entry is in the tree of the newest checkpoint. It is not checked: whoever gets it does that.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if stored hashes are missing.
    pub fn inclusion(&self, seq: Seq) -> Result<Vec<Hash>, StoreError> {
        let path = inclusion_proof(self.size, seq.0, &mut |range| hashes(&self.sql, &range));
        path.map_err(|error| unprovable(seq, error))
    }

    /// The proof that the newest checkpoint continues the one over `size` entries; empty if it is that one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if stored hashes are missing.
    pub fn consistency(&self, size: u64) -> Result<Vec<Hash>, StoreError> {
        let proof = consistency_proof(size, self.size, &mut |range| hashes(&self.sql, &range));
        proof.map_err(|error| unprovable(Seq(size), error))
    }

    /// The signed checkpoint over `size` entries, if there is one.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn checkpoint(&self, size: u64) -> Result<Option<String>, StoreError> {
        let mut statement = self.sql.prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?;
        Ok(statement.query_row([size.min(i64::MAX as u64)], |row| row.get(0)).optional()?)
    }

    /// Gives `each` every signed checkpoint, ascending.
    ///
    /// # Errors
    /// If the workspace can't be read, and whatever `each` fails with, which ends it.
    pub fn checkpoints<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(StoreError::from(error));
        let mut statement =
            self.sql.prepare_cached("SELECT note FROM checkpoint ORDER BY size").map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            each(&row.get::<_, String>(0).map_err(sql)?)?;
        }
        Ok(())
    }

    /// A payload of the entry `seq`; `None` if it is not there.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn opened(&self, seq: Seq, commitment: &Commitment) -> Result<Option<Opened>, StoreError> {
        let mut statement = self
            .sql
            .prepare_cached("SELECT secret FROM payload WHERE id >= ?1 AND id < ?2 AND commitment = ?3")?;
        let ids = (stored::payload_id(seq, 0), stored::payload_id(Seq(seq.0 + 1), 0), commitment.0);
        let secret: Option<[u8; 32]> = statement.query_row(ids, |row| row.get(0)).optional()?;
        let Some(secret) = secret else { return Ok(None) };
        let bytes = match stored::payload(&self.sql, seq, commitment, u64::MAX) {
            Ok(stored) => stored.map(|stored| stored.bytes).unwrap_or_default(),
            // That is for whoever checks to say of this payload, and no reason to keep the rest back.
            Err(StoreError::Damaged { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Some(Opened { salt: salt(&secret), bytes }))
    }

    /// Gives `each` every payload that is there, in the order of the entries that commit to them.
    ///
    /// # Errors
    /// If the workspace can't be read, and whatever `each` fails with, which ends it.
    pub fn payloads<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Commitment, Opened) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(StoreError::from(error));
        let mut statement =
            self.sql.prepare_cached("SELECT id, commitment FROM payload ORDER BY id").map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let id: u64 = row.get(0).map_err(sql)?;
            let commitment = Commitment(row.get(1).map_err(sql)?);
            if let Some(opened) = self.opened(Seq(id / PER_ENTRY), &commitment)? {
                each(commitment, opened)?;
            }
        }
        Ok(())
    }

    /// The size of each payload of the entry `seq` that is there.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn sizes(&self, seq: Seq) -> Result<Vec<(Commitment, u64)>, StoreError> {
        let mut statement = self
            .sql
            .prepare_cached("SELECT commitment, size FROM payload WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
        let ids = (stored::payload_id(seq, 0), stored::payload_id(Seq(seq.0 + 1), 0));
        columns::rows(&mut statement, ids, |row| Ok((Commitment(row.get(0)?), row.get(1)?)))
    }

    /// The payloads of an entry that were erased on record.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn erased_of(&self, entry: &Entry) -> Result<Vec<Commitment>, StoreError> {
        let places = stored::erased_of(&self.sql, entry.seq)?;
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let named = entry.fact.commitments();
        Ok(places.into_iter().filter_map(|(place, _)| named.get(place).copied()).collect())
    }

    /// Gives `each` every payload that was erased on record.
    ///
    /// # Errors
    /// If the workspace can't be read, and whatever `each` fails with, which ends it.
    pub fn erasures<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Commitment) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = |error: rusqlite::Error| E::from(StoreError::from(error));
        let mut statement =
            self.sql.prepare_cached("SELECT DISTINCT id / 256 FROM erased ORDER BY 1").map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let seq = Seq(row.get(0).map_err(sql)?);
            let (body, _) = self.body(seq)?;
            // A body that does not read names nothing; whoever checks says so.
            if let Ok(entry) = Entry::from_body(&body) {
                self.erased_of(&entry)?.into_iter().try_for_each(&mut each)?;
            }
        }
        Ok(())
    }

    /// How much there is, without reading it.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn holdings(&self) -> Result<Holdings, StoreError> {
        let count =
            |text: &str| -> Result<u64, StoreError> { Ok(self.sql.query_row(text, [], |row| row.get(0))?) };
        Ok(Holdings {
            calls: count("SELECT count(*) FROM call")?,
            payloads: count("SELECT count(*) FROM payload")?,
            payload_bytes: count("SELECT coalesce(sum(size), 0) FROM payload")?,
            erased: count("SELECT count(*) FROM erased")?,
        })
    }
}

fn unprovable(seq: Seq, error: ReadError<StoreError>) -> StoreError {
    match error {
        ReadError::Reader(error) => error,
        error => StoreError::damaged(seq, error.to_string()),
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Snapshot").field("size", &self.size).finish_non_exhaustive()
    }
}
