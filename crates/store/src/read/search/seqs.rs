//! Calls that are known by their places: those of a conversation, of a turn, of a batch, and those that are held.

use domain::id::{BatchId, CallId, TurnId};
use rusqlite::{Connection, Params};

use crate::columns;
use crate::error::StoreError;

/// Places of calls.
pub(super) enum Seqs {
    All,
    /// In ascending order.
    These(Vec<u64>),
}

impl Seqs {
    pub(super) fn has(&self, seq: u64) -> bool {
        match self {
            Self::All => true,
            Self::These(seqs) => seqs.binary_search(&seq).is_ok(),
        }
    }

    /// Whether one lies between these, both included.
    pub(super) fn meets(&self, first: u64, last: u64) -> bool {
        match self {
            Self::All => true,
            Self::These(seqs) => {
                seqs.get(seqs.partition_point(|seq| *seq < first)).is_some_and(|seq| *seq <= last)
            }
        }
    }
}

pub(super) fn of_call(sql: &Connection, call: CallId) -> Result<Seqs, StoreError> {
    these(sql, "SELECT seq FROM call WHERE id = ?1", [call.to_string()])
}

pub(super) fn of_conversation(sql: &Connection, conversation: &str) -> Result<Seqs, StoreError> {
    these(sql, "SELECT seq FROM call WHERE conversation = ?1 ORDER BY seq", [conversation])
}

pub(super) fn of_turn(sql: &Connection, turn: TurnId) -> Result<Seqs, StoreError> {
    these(sql, "SELECT seq FROM call WHERE turn = ?1 ORDER BY seq", [turn.to_string()])
}

pub(super) fn of_batch(sql: &Connection, batch: BatchId) -> Result<Seqs, StoreError> {
    these(sql, "SELECT seq FROM call WHERE batch = ?1 ORDER BY seq", [batch.to_string()])
}

/// What holds cover that nobody has released.
pub(super) fn held(sql: &Connection) -> Result<Vec<Seqs>, StoreError> {
    let mut statement = sql.prepare_cached(
        "SELECT everything, conversation, call_seq FROM hold WHERE released_at IS NULL ORDER BY seq",
    )?;
    columns::rows(&mut statement, [], |row| {
        let (everything, conversation): (bool, Option<String>) = (row.get(0)?, row.get(1)?);
        match (everything, conversation) {
            (true, _) => Ok(Seqs::All),
            (false, Some(conversation)) => of_conversation(sql, &conversation),
            (false, None) => Ok(Seqs::These(row.get::<_, Option<u64>>(2)?.into_iter().collect())),
        }
    })
}

fn these(sql: &Connection, text: &str, of: impl Params) -> Result<Seqs, StoreError> {
    Ok(Seqs::These(columns::rows(&mut *sql.prepare_cached(text)?, of, |row| Ok(row.get(0)?))?))
}
