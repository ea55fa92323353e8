//! Going through the blocks of calls, newest first.

use std::ops::ControlFlow;

use domain::id::Seq;
use rusqlite::{Connection, Row};

use super::condition::Sieve;
use crate::error::StoreError;
use crate::sieve::{Record, Summary, Traits, records};

/// Where to begin, what to read, and how far to go.
#[derive(Default)]
pub(super) struct Walk {
    /// Only calls before this one.
    pub(super) before: Option<Seq>,
    /// Whether records come with their measures even if the sieve needs none.
    pub(super) measures: bool,
    /// How many blocks to read at most, if that has a bound.
    pub(super) most: Option<u64>,
}

/// Hands every call that the sieve lets through to `visit`, the newest first, until that has enough; false if there was
/// more than could be read.
pub(super) fn walk(
    sql: &Connection,
    sieve: &mut Sieve,
    how: &Walk,
    mut visit: impl FnMut(&Record) -> ControlFlow<()>,
) -> Result<bool, StoreError> {
    let before = how.before.map_or(i64::MAX as u64, |seq| seq.0.min(i64::MAX as u64));
    let measured = how.measures || sieve.needs_measures();
    let mut left = how.most.unwrap_or(u64::MAX);
    let mut summaries = sql.prepare_cached(
        "SELECT first, last, some, every, tools, at_from, at_to, took_from, took_to, size_from, size_to
         FROM block WHERE first < ?1 ORDER BY first DESC",
    )?;
    // The measures stand last in their rows, so that whoever does not ask for them does not read their pages.
    let mut block = sql.prepare_cached(if measured {
        "SELECT kinds, measures FROM block_calls WHERE first = ?1"
    } else {
        "SELECT kinds, NULL FROM block_calls WHERE first = ?1"
    })?;
    let mut summaries = summaries.query([before])?;
    while let Some(row) = summaries.next()? {
        let summary = summary(row)?;
        if !sieve.may_hold(sql, &summary)? {
            continue;
        }
        if left == 0 {
            return Ok(false);
        }
        left -= 1;
        let mut rows = block.query([summary.first])?;
        let Some(row) = rows.next()? else {
            continue;
        };
        let kinds = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        let measures = row.get_ref(1)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
        for record in records(kinds, measures).rev().filter(|record| record.seq < before) {
            if sieve.holds(sql, &record)? && visit(&record).is_break() {
                return Ok(true);
            }
        }
    }
    Ok(true)
}

fn summary(row: &Row<'_>) -> Result<Summary, StoreError> {
    Ok(Summary {
        first: row.get(0)?,
        last: row.get(1)?,
        some: Traits(row.get(2)?),
        every: Traits(row.get(3)?),
        tools: row.get(4)?,
        at: (row.get(5)?, row.get(6)?),
        took: (row.get(7)?, row.get(8)?),
        size: (row.get(9)?, row.get(10)?),
    })
}
