//! The file in which the projections lie, beside the trail's. It holds nothing that can't be made again: whatever is
//! wrong with it, behind, ahead, of another shape or broken, is mended by filling it from the entries.

use std::fs;
use std::io;
use std::path::Path;

use domain::id::Seq;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{Unreadable, fill};
use crate::error::StoreError;
use crate::keys::DatabaseKey;
use crate::pragma;

/// The file's name in the workspace's folder.
pub(crate) const PROJECTIONS: &str = "projections.db";
/// The shape of the tables, and what is put into them: raised with every change of either.
const SHAPE: i32 = 7;
const TABLES: &str = include_str!("tables.sql");

/// How far the tables go: so many entries, the last of which has this leaf. No leaf if there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) entries: u64,
    pub(crate) leaf: Vec<u8>,
}

impl Mark {
    /// As the tables that this connection sees say.
    pub(crate) fn stored(sql: &Connection) -> Result<Self, StoreError> {
        let mut statement = sql.prepare_cached("SELECT entries, leaf FROM projected")?;
        let found = statement.query_row([], |row| Ok(Self { entries: row.get(0)?, leaf: row.get(1)? }));
        Ok(found.optional()?.unwrap_or(Self { entries: 0, leaf: Vec::new() }))
    }

    /// Notes it, in the caller's transaction.
    pub(crate) fn note(&self, sql: &Connection) -> Result<(), StoreError> {
        sql.prepare_cached("INSERT OR REPLACE INTO projected (one, entries, leaf) VALUES (1, ?1, ?2)")?
            .execute((self.entries, &self.leaf))?;
        Ok(())
    }

    /// Whether the trail that `truth` sees begins with these entries.
    fn fits(&self, truth: &Connection) -> Result<bool, StoreError> {
        let Some(last) = self.entries.checked_sub(1) else {
            return Ok(true);
        };
        let mut statement = truth.prepare_cached("SELECT leaf FROM entry WHERE seq = ?1")?;
        let leaf: Option<Vec<u8>> = statement.query_row([last], |row| row.get(0)).optional()?;
        Ok(leaf.as_ref() == Some(&self.leaf))
    }
}

/// Makes the empty tables, for a file of their own or in memory.
pub(crate) fn make_tables(sql: &Connection) -> Result<(), StoreError> {
    Ok(sql.execute_batch(TABLES)?)
}

/// What a reader finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usable {
    /// No tables, or none that belong to this trail.
    No,
    /// Tables that lack the last entries.
    Behind,
    /// Tables that have everything.
    UpToDate,
}

/// Whether a reader can use the tables that are there.
pub(crate) fn is_usable(dir: &Path, key: &DatabaseKey, truth: &Connection) -> Result<Usable, StoreError> {
    let path = dir.join(PROJECTIONS);
    if !path.is_file() {
        return Ok(Usable::No);
    }
    let found = pragma::reading(&path, key).and_then(|sql| {
        let usable = has_shape(&sql)? && is_whole(&sql, truth)?;
        Ok(usable.then_some(Mark::stored(&sql)?.entries))
    });
    Ok(match found {
        Ok(Some(entries)) if entries == size(truth)? => Usable::UpToDate,
        Ok(Some(_)) => Usable::Behind,
        Ok(None) | Err(_) => Usable::No,
    })
}

/// Opens the tables for writing and brings them up to the last entry that `truth` has. The caller holds the writer's
/// lock.
///
/// # Errors
/// If an entry does not read, or the file can't be written.
pub(crate) fn open(dir: &Path, key: &DatabaseKey, truth: &Connection) -> Result<Connection, StoreError> {
    let path = dir.join(PROJECTIONS);
    let mut sql = match existing(&path, key, truth) {
        Some(sql) => sql,
        None => {
            remove(&path)?;
            make(&path, key)?
        }
    };
    catch_up(&mut sql, truth)?;
    Ok(sql)
}

/// Fills in what the entries after the mark say.
pub(crate) fn catch_up(sql: &mut Connection, truth: &Connection) -> Result<u64, StoreError> {
    let entries = size(truth)?;
    let mark = Mark::stored(sql)?;
    if mark.entries < entries {
        let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(Unreadable { seq, why }) = fill(truth, &transaction, mark.entries..entries)? {
            return Err(StoreError::damaged(seq, why));
        }
        mark_of(truth, entries)?.note(&transaction)?;
        transaction.commit()?;
    }
    Ok(entries)
}

fn size(truth: &Connection) -> Result<u64, StoreError> {
    Ok(truth.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?)
}

/// The mark over the first `entries` entries.
pub(crate) fn mark_of(truth: &Connection, entries: u64) -> Result<Mark, StoreError> {
    let last = entries.saturating_sub(1);
    let mut statement = truth.prepare_cached("SELECT leaf FROM entry WHERE seq = ?1")?;
    let leaf: Option<Vec<u8>> = statement.query_row([last], |row| row.get(0)).optional()?;
    match leaf {
        Some(leaf) => Ok(Mark { entries, leaf }),
        None => Err(StoreError::damaged(Seq(last), "the entry is not there")),
    }
}

fn existing(path: &Path, key: &DatabaseKey, truth: &Connection) -> Option<Connection> {
    if !path.is_file() {
        return None;
    }
    let opened = pragma::projecting(path, key).and_then(|sql| {
        let usable = has_shape(&sql)? && is_whole(&sql, truth)?;
        Ok(usable.then_some(sql))
    });
    opened.unwrap_or_else(|error| {
        tracing::warn!(%error, "the tables that screens query can't be used, and are made again");
        None
    })
}

fn has_shape(sql: &Connection) -> Result<bool, StoreError> {
    let shape: i32 = sql.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(shape == SHAPE)
}

fn is_whole(sql: &Connection, truth: &Connection) -> Result<bool, StoreError> {
    Mark::stored(sql)?.fits(truth)
}

fn make(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    crate::files::make_private(path)?;
    let mut sql = pragma::projecting(path, key)?;
    let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
    make_tables(&transaction)?;
    transaction.pragma_update(None, "user_version", SHAPE)?;
    transaction.commit()?;
    Ok(sql)
}

/// Removes the file and its log, whichever of them there are.
fn remove(path: &Path) -> Result<(), io::Error> {
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
