//! Payloads as they lie in the database, and their bytes as they were.

use std::cell::RefCell;
use std::io::Read;

use domain::entry::Entry;
use domain::id::{CallId, Seq};
use domain::payload::{Commitment, PayloadRole};
use rusqlite::{Connection, Row};
use zstd::bulk::Decompressor;

use crate::columns::from_word;
use crate::error::StoreError;

/// How many payloads an entry may have: what an entry's seq is multiplied by in its payloads' ids.
pub(crate) const PER_ENTRY: u64 = 256;

/// Bytes up to which a payload is unpacked in one piece, into room that is made for it before.
const AT_ONCE: usize = 256 * 1024;

/// The id of the payload that the entry `seq` names at `place`.
pub(crate) fn payload_id(seq: Seq, place: usize) -> u64 {
    seq.0 * PER_ENTRY + place as u64
}

/// A payload, opened.
#[derive(Debug)]
pub(crate) struct Stored {
    /// Whose it is.
    pub(crate) seq: Seq,
    pub(crate) commitment: Commitment,
    pub(crate) role: PayloadRole,
    pub(crate) media: String,
    /// Of the whole, however much of it was read.
    pub(crate) size: u64,
    /// From the start, as many as were asked for.
    pub(crate) bytes: Vec<u8>,
}

/// The first `most` bytes of a payload that the entry `seq` commits to; `None` if there is none or it was erased.
pub(crate) fn payload(
    connection: &Connection,
    seq: Seq,
    commitment: &Commitment,
    most: u64,
) -> Result<Option<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT commitment, role, media, size, codec,
                CASE codec WHEN 'raw' THEN substr(bytes, 1, ?2) ELSE bytes END, id / 256
         FROM payload WHERE id >= ?1 AND id < ?3 AND commitment = ?4",
    )?;
    let mut rows = statement.query((first(seq), cut(most), after(seq), commitment.0))?;
    rows.next()?.map(|row| opened(row, most)).transpose()
}

/// The payloads that the entry `seq` names, in its order, each with its first `most` bytes.
pub(crate) fn payloads_of(connection: &Connection, seq: Seq, most: u64) -> Result<Vec<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT commitment, role, media, size, codec,
                CASE codec WHEN 'raw' THEN substr(bytes, 1, ?3) ELSE bytes END, id / 256
         FROM payload WHERE id >= ?1 AND id < ?2 ORDER BY id",
    )?;
    let bounds = (first(seq), after(seq), cut(most));
    crate::columns::rows(&mut statement, bounds, |row| opened(row, most))
}

/// A payload that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Erased {
    /// The entry that commits to it.
    pub(crate) seq: Seq,
    /// What it was to that entry.
    pub(crate) role: PayloadRole,
    /// Whose it was, if it was of calls.
    pub(crate) calls: Vec<CallId>,
}

impl Erased {
    /// That payload of the entry `seq`.
    pub(crate) fn of(connection: &Connection, seq: Seq, role: PayloadRole) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
        let body: Vec<u8> = statement.query_row([seq.0], |row| row.get(0))?;
        let entry = Entry::from_body(&body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        Ok(Self::from_entry(&entry, role))
    }

    fn from_entry(entry: &Entry, role: PayloadRole) -> Self {
        // An answer names the calls that it was given with; it is its conversation's.
        let is_answer = role == PayloadRole::Answer;
        let calls = if is_answer { Vec::new() } else { entry.fact.calls().to_vec() };
        Self { seq: entry.seq, role, calls }
    }
}

/// The payloads that the entry `seq` says are erased.
pub(crate) fn erased_by(connection: &Connection, seq: Seq) -> Result<Vec<Erased>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT erased.id, entry.body FROM erased JOIN entry ON entry.seq = erased.id / 256 WHERE erased.seq = ?1",
    )?;
    let erased = crate::columns::rows(&mut statement, [seq.0], |row| {
        let id: u64 = row.get(0)?;
        let (of, place) = (Seq(id / PER_ENTRY), usize::try_from(id % PER_ENTRY).unwrap_or(usize::MAX));
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(of, error.to_string()))?;
        Ok(entry.fact.payloads().get(place).map(|(role, _)| Erased::from_entry(&entry, *role)))
    })?;
    Ok(erased.into_iter().flatten().collect())
}

/// The payloads of the entry `seq` that are erased: their places, and the entries that say so.
pub(crate) fn erased_of(connection: &Connection, seq: Seq) -> Result<Vec<(usize, Seq)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, seq FROM erased WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    crate::columns::rows(&mut statement, (first(seq), after(seq)), |row| {
        let id: u64 = row.get(0)?;
        Ok((usize::try_from(id % PER_ENTRY).unwrap_or(usize::MAX), Seq(row.get(1)?)))
    })
}

/// Whether the entry `seq` has arguments among its payloads, or had: what was erased counts as long as it is on record.
pub(crate) fn has_arguments(connection: &Connection, seq: Seq) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
    let body: Vec<u8> = statement.query_row([seq.0], |row| row.get(0))?;
    let entry = Entry::from_body(&body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
    Ok(entry.fact.payloads().iter().any(|(role, _)| *role == PayloadRole::Arguments))
}

/// The bounds of an entry's payloads. Numbers that people write may be past every id, and then bound nothing.
fn first(seq: Seq) -> u64 {
    seq.0.saturating_mul(PER_ENTRY).min(i64::MAX as u64)
}

fn after(seq: Seq) -> u64 {
    first(Seq(seq.0.saturating_add(1)))
}

fn cut(most: u64) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

fn opened(row: &Row<'_>, most: u64) -> Result<Stored, StoreError> {
    let seq = Seq(row.get(6)?);
    let size: u64 = row.get(3)?;
    let bytes = decoded(row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?, row, most.min(size))
        .map_err(|why| StoreError::damaged(seq, why))?;
    let role: String = row.get(1)?;
    Ok(Stored {
        seq,
        commitment: Commitment(row.get(0)?),
        role: from_word(&role)?,
        media: row.get(2)?,
        size,
        bytes,
    })
}

thread_local! {
    /// Making one takes longer than unpacking a small payload with it.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// All that these bytes unfold into, if that is exactly `size` and not much.
fn unpacked_at_once(packed: &[u8], size: u64) -> Option<Vec<u8>> {
    let size = usize::try_from(size).ok().filter(|size| *size <= AT_ONCE)?;
    let bytes = DECOMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(decompressor) => decompressor.decompress(packed, size),
        None => kept.insert(Decompressor::new()?).decompress(packed, size),
    });
    bytes.ok().filter(|bytes| bytes.len() == size)
}

/// The first `most` bytes of what lies in the sixth column of `row`. Reads no further than was asked for, whatever the
/// compressed bytes claim to unfold into.
pub(crate) fn decoded(codec: &str, row: &Row<'_>, most: u64) -> Result<Vec<u8>, String> {
    // `substr` gives NULL for no bytes; the column itself can't be NULL.
    let stored = row
        .get_ref(5)
        .and_then(|value| Ok(value.as_blob_or_null()?.unwrap_or_default()))
        .map_err(|error| error.to_string())?;
    if codec == "zstd"
        && let Some(bytes) = unpacked_at_once(stored, most)
    {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    match codec {
        "raw" => stored.take(most).read_to_end(&mut bytes),
        "zstd" => zstd::stream::read::Decoder::with_buffer(stored)
            .and_then(|decoder| decoder.take(most).read_to_end(&mut bytes)),
        other => return Err(format!("a payload is stored in an unknown way, `{other}`")),
    }
    .map_err(|error| format!("a payload's bytes can't be unpacked: {error}"))?;
    if bytes.len() as u64 == most { Ok(bytes) } else { Err("a payload is shorter than it was".to_owned()) }
}
