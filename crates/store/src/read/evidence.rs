//! Everything that is evidence, in the order of the trail, from one snapshot: what a verifier is fed.

use std::collections::VecDeque;

use domain::id::Seq;
use domain::payload::Commitment;
use rusqlite::Connection;

use super::Reader;
use crate::columns;
use crate::error::StoreError;
use crate::stored::{self, PER_ENTRY};

/// Entries that are fetched at a time.
const PAGE: u64 = 256;
/// Past every number that the database can hold.
const END: u64 = i64::MAX as u64;
/// The level above which no tree of fewer than 2^63 entries has tiles.
const HIGHEST_TILE: u8 = 7;

/// One piece of evidence, as stored: nothing about it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An entry.
    Entry {
        /// Its place, as stored.
        seq: Seq,
        /// The bytes that are hashed.
        body: Vec<u8>,
        /// The hash that is stored beside them.
        leaf: [u8; 32],
    },
    /// A payload of the entry before it.
    Payload {
        /// The entry that it is stored for.
        seq: Seq,
        /// What it must open.
        commitment: Commitment,
        /// What its salt comes from. Erasing takes the payload whole, so what is there has it.
        secret: [u8; 32],
        /// Its bytes, uncompressed; empty if they can't be unpacked, and then they open nothing.
        bytes: Vec<u8>,
    },
    /// A finished hash of the tree over the entries before it.
    Tile {
        /// From 1 on.
        level: u8,
        /// Its place in its level.
        index: u64,
        /// The root of its 256^level leaves.
        hash: [u8; 32],
    },
    /// A signed statement about the entries before it.
    Checkpoint {
        /// How many, as stored.
        size: u64,
        /// The signed note.
        note: String,
    },
}

/// The pieces, in order: each entry, then its payloads, then the tiles that it finished, then the checkpoint that it
/// ends. What belongs to no entry comes where its entry would be, so nothing that is stored is passed over.
///
/// It blocks: use it off the async threads. What is appended meanwhile comes too. It keeps no snapshot from one piece to
/// the next, so the write-ahead log is shortened beside it however long it is held: truth is only ever appended to, and
/// if the one exception happens, a payload erased since the beginning, it says so and ends, for the pieces that were
/// given out no longer go with those that would come. After an error it ends.
#[derive(Debug)]
pub struct Evidence {
    connection: Connection,
    /// How many there were when it began.
    entries: u64,
    /// The first place that was not fetched yet; none once everything was.
    from: Option<u64>,
    page: VecDeque<Found>,
}

/// What a page holds: payloads by id alone, since 256 entries may have a gigabyte of them.
#[derive(Debug)]
enum Found {
    Piece(Piece),
    Payload(u64),
}

impl Reader {
    /// Opens the evidence. Blocks, as the iterator does.
    ///
    /// # Errors
    /// If the workspace can't be read. The iterator's are [`StoreError::Overtaken`] too.
    pub fn evidence(&self) -> Result<Evidence, StoreError> {
        self.evidence_from(Seq(0))
    }

    /// The same from this entry on: what belongs to those before it is left out.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn evidence_from(&self, seq: Seq) -> Result<Evidence, StoreError> {
        let connection = self.pool.connect()?;
        let entries =
            connection.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
        Ok(Evidence { connection, entries, from: Some(seq.0), page: VecDeque::new() })
    }
}

impl Evidence {
    /// How many entries there were when it began: for showing how far a check is.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// A payload once more: the bytes that are stored under a commitment of the entry `seq`, empty if they can't be unpacked;
    /// `None` if there are none.
    ///
    /// # Errors
    /// If the workspace can't be read.
    pub fn payload(&self, seq: Seq, commitment: &Commitment) -> Result<Option<Vec<u8>>, StoreError> {
        match stored::payload(&self.connection, seq, commitment, u64::MAX) {
            Ok(stored) => Ok(stored.map(|stored| stored.bytes)),
            Err(StoreError::Damaged { .. }) => Ok(Some(Vec::new())),
            Err(error) => Err(error),
        }
    }

    fn next_piece(&mut self) -> Result<Option<Piece>, StoreError> {
        loop {
            match (self.page.pop_front(), self.from) {
                (Some(Found::Piece(piece)), _) => return Ok(Some(piece)),
                (Some(Found::Payload(id)), _) => match payload(&self.connection, id)? {
                    Some(piece) => return Ok(Some(piece)),
                    None if self.is_overtaken()? => return Err(StoreError::Overtaken),
                    // Gone without a word: whoever checks says that it is missing.
                    None => {}
                },
                (None, Some(from)) => {
                    self.connection.execute_batch("BEGIN")?;
                    let next = self.is_overtaken().and_then(|is_overtaken| {
                        if is_overtaken { Err(StoreError::Overtaken) } else { page(&self.connection, from) }
                    });
                    self.connection.execute_batch("ROLLBACK")?;
                    (self.page, self.from) = next?;
                }
                (None, None) => return Ok(None),
            }
        }
    }

    /// Whether anything was erased since it began.
    fn is_overtaken(&self) -> Result<bool, StoreError> {
        let mut erased =
            self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM erased WHERE seq >= ?1)")?;
        Ok(erased.query_row([self.entries], |row| row.get(0))?)
    }
}

impl Iterator for Evidence {
    type Item = Result<Piece, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_piece();
        if next.is_err() {
            self.page.clear();
            self.from = None;
        }
        next.transpose()
    }
}

/// What stands from `from` on, for as many entries as a page has; and where the next page begins. The last page
/// reaches to the end of all numbers.
fn page(sql: &Connection, from: u64) -> Result<(VecDeque<Found>, Option<u64>), StoreError> {
    let mut statement =
        sql.prepare_cached("SELECT seq, body, leaf FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2")?;
    let entries: Vec<(u64, Vec<u8>, [u8; 32])> =
        columns::rows(&mut statement, (from, PAGE), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let last = entries.last().filter(|_| entries.len() as u64 == PAGE).map(|(seq, ..)| seq + 1);
    let to = last.unwrap_or(END);

    // By the entry that a piece comes after, then by kind.
    let mut found: Vec<((u64, u8), Found)> = Vec::with_capacity(entries.len() * 4);
    for (seq, body, leaf) in entries {
        found.push(((seq, 0), Found::Piece(Piece::Entry { seq: Seq(seq), body, leaf })));
    }
    let ids = (from.saturating_mul(PER_ENTRY).min(END), to.saturating_mul(PER_ENTRY).min(END));
    let mut statement =
        sql.prepare_cached("SELECT id FROM payload WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    for id in columns::rows(&mut statement, ids, |row| Ok(row.get::<_, u64>(0)?))? {
        found.push(((id / PER_ENTRY, 1), Found::Payload(id)));
    }
    for (place, piece) in tiles(sql, from, to)? {
        found.push(((place, 2), Found::Piece(piece)));
    }
    let mut statement =
        sql.prepare_cached("SELECT size, note FROM checkpoint WHERE size > ?1 AND size <= ?2 ORDER BY size")?;
    let checkpoints = columns::rows(&mut statement, (from, to), |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (size, note) in checkpoints {
        found.push(((size - 1, 3), Found::Piece(Piece::Checkpoint { size, note })));
    }
    // Stable: payloads of one entry and tiles of one size stay in their order.
    found.sort_by_key(|(place, _)| *place);
    Ok((found.into_iter().map(|(_, found)| found).collect(), last))
}

/// The tiles that the entries `from..to` finished, each with the last of its entries.
fn tiles(sql: &Connection, from: u64, to: u64) -> Result<Vec<(u64, Piece)>, StoreError> {
    let mut statement = sql.prepare_cached(
        "SELECT level, position, hash FROM tile WHERE level = ?1 AND position >= ?2 AND position < ?3
         ORDER BY position",
    )?;
    let mut tiles = Vec::new();
    for level in 1..=HIGHEST_TILE {
        let height = 8 * u32::from(level);
        let bounds = (level, from >> height, to >> height);
        if bounds.1 < bounds.2 {
            tiles.extend(columns::rows(&mut statement, bounds, |row| {
                let index: u64 = row.get(1)?;
                Ok((((index + 1) << height) - 1, Piece::Tile { level, index, hash: row.get(2)? }))
            })?);
        }
    }
    if to == END {
        // No tree is so high; what claims to be of one is given to the verifier all the same.
        let mut beyond = sql.prepare_cached("SELECT level, position, hash FROM tile WHERE level > ?1")?;
        tiles.extend(columns::rows(&mut beyond, [HIGHEST_TILE], |row| {
            let level = u8::try_from(row.get::<_, u64>(0)?).unwrap_or(u8::MAX);
            Ok((END, Piece::Tile { level, index: row.get(1)?, hash: row.get(2)? }))
        })?);
    }
    Ok(tiles)
}

/// `None` if it is no longer there.
fn payload(sql: &Connection, id: u64) -> Result<Option<Piece>, StoreError> {
    // The bytes stand where they are looked for.
    let mut statement =
        sql.prepare_cached("SELECT commitment, secret, NULL, size, codec, bytes FROM payload WHERE id = ?1")?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let codec = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
    // What can't be unpacked is for the verifier to say of this payload, and no reason to keep the rest from it.
    let bytes = stored::decoded(codec, row, row.get(3)?).unwrap_or_default();
    Ok(Some(Piece::Payload {
        seq: Seq(id / PER_ENTRY),
        commitment: Commitment(row.get(0)?),
        secret: row.get(1)?,
        bytes,
    }))
}
