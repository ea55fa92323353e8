//! What anchors are shown, and what the record says of them.

use domain::anchor::{AnchorFailure, Anchored};
use domain::id::Seq;
use domain::time::Micros;
use rusqlite::{Connection, OptionalExtension, Row};
use tlog::{Frontier, Hash, consistency_proof};

use super::{Reader, hashes};
use crate::columns;
use crate::error::StoreError;
use crate::stored;

/// What the record says of one anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorStanding {
    /// The anchor's name in the workspace.
    pub name: String,
    /// The newest checkpoint that it holds.
    pub last: Option<Anchored>,
    /// Why the latest try failed, if it did.
    pub failure: Option<AnchorFailure>,
}

impl Reader {
    /// What the record says of every anchor that was ever asked, by name.
    pub async fn anchors(&self) -> Result<Vec<AnchorStanding>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT name, seq, at, size, failed_seq, failed_at FROM anchor ORDER BY name",
            )?;
            columns::rows(&mut statement, [], |row| standing(sql, row))
        })
        .await
    }

    /// The signed checkpoint over so many entries; `None` if none was signed at that size.
    pub async fn checkpoint(&self, size: u64) -> Result<Option<String>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?;
            Ok(statement.query_row([size], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// The proof that the first `new` entries begin with the first `old`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if there are fewer entries, or stored hashes are missing.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, StoreError> {
        self.run(move |sql| {
            let proof = consistency_proof(old, new, &mut |range| hashes(sql, &range));
            proof.map_err(|error| StoreError::damaged(Seq(old), error.to_string()))
        })
        .await
    }

    /// The edge of the tree over the first `size` entries, from the stored hashes; `None` if there are fewer entries.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if stored hashes are missing.
    pub async fn frontier(&self, size: u64) -> Result<Option<Frontier>, StoreError> {
        self.run(move |sql| {
            let entries: u64 =
                sql.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
            if entries < size {
                return Ok(None);
            }
            let frontier = Frontier::from_stored(size, &mut |range| hashes(sql, &range));
            frontier.map(Some).map_err(|error| StoreError::damaged(Seq(size), error.to_string()))
        })
        .await
    }
}

fn standing(sql: &Connection, row: &Row<'_>) -> Result<AnchorStanding, StoreError> {
    let last = match (row.get(1)?, row.get(2)?, row.get(3)?) {
        (Some(seq), Some(at), Some(size)) => Some(Anchored { seq: Seq(seq), at: Micros(at), size }),
        _ => None,
    };
    let failed: Option<(u64, i64)> = row.get::<_, Option<u64>>(4)?.zip(row.get(5)?);
    // A try that succeeded since has answered for it.
    let failed = failed.filter(|(seq, _)| last.is_none_or(|last| last.seq.0 < *seq));
    let failure = failed.map(|(seq, at)| -> Result<_, StoreError> {
        let words = stored::payloads_of(sql, Seq(seq), u64::MAX)?.into_iter().next();
        let words = words.map(|words| String::from_utf8_lossy(&words.bytes).into_owned());
        Ok(AnchorFailure { at: Micros(at), words: words.unwrap_or_default() })
    });
    Ok(AnchorStanding { name: row.get(0)?, last, failure: failure.transpose()? })
}
