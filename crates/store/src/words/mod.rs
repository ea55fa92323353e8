//! The words of calls, for search: an index (FTS5) of each call's tool, the arguments that ran, its result and what is
//! said of its end. It is filled when nobody waits, in short transactions; what still lacks its words is a table of its
//! own, so that a crash loses nothing.
//!
//! The index keeps no text, since payloads lie compressed in the other file. What was put into it for a call is kept
//! beside it, compressed, because FTS5 can take out only what it is told again. With its option `secure-delete` it then
//! removes the words where they stand instead of noting that they no longer count, SQLite's `secure_delete` overwrites
//! what becomes free, and `borders` takes care of what FTS5 forgets: so what was erased is in no page any more.

mod borders;
#[cfg(test)]
mod tests;
mod text;

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::error::StoreError;
pub(crate) use text::Text;

/// How long one transaction takes, about: rows of new entries wait for its end.
const PORTION: Duration = Duration::from_millis(40);
/// Calls in one at most.
const MOST: u32 = 256;

/// Notes that a call's words are not what the index has.
pub(crate) fn lacking(sql: &Connection, call_seq: u64) -> Result<(), StoreError> {
    sql.prepare_cached("INSERT INTO lacking_words (call_seq) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([call_seq])?;
    Ok(())
}

/// Whether a call lacks its words.
pub(crate) fn are_lacking(sql: &Connection) -> Result<bool, StoreError> {
    Ok(sql.prepare_cached("SELECT EXISTS (SELECT 1 FROM lacking_words)")?.query_row([], |row| row.get(0))?)
}

/// Brings the words of some calls up to date, newest first, in a transaction of its own; whether more are left.
pub(crate) fn portion(sql: &mut Connection, truth: &Connection) -> Result<bool, StoreError> {
    let begun = Instant::now();
    let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statement =
        transaction.prepare_cached("SELECT call_seq FROM lacking_words ORDER BY call_seq DESC LIMIT ?1")?;
    let newest: Vec<u64> = crate::columns::rows(&mut statement, [MOST], |row| Ok(row.get(0)?))?;
    drop(statement);
    let mut texts = Vec::with_capacity(newest.len());
    for call_seq in newest {
        texts.push((call_seq, Text::of(&transaction, truth, call_seq)?));
        // About as long again is needed to put them in.
        if begun.elapsed() > PORTION / 2 {
            break;
        }
    }
    // FTS5 gathers rows in memory as long as their numbers grow.
    let mut gone = Vec::new();
    for (call_seq, text) in texts.into_iter().rev() {
        gone.extend(put(&transaction, call_seq, text.as_ref())?);
    }
    borders::mend(&transaction, &gone)?;
    let more = are_lacking(&transaction)?;
    transaction.commit()?;
    Ok(more)
}

/// Puts what a call says now in the place of what the index has of it; gives what it no longer has.
fn put(sql: &Connection, call_seq: u64, text: Option<&Text>) -> Result<Option<Text>, StoreError> {
    let mut old = stored(sql, call_seq)?;
    if old.as_ref() == text {
        old = None;
    } else {
        if let Some(old) = &old {
            sql.prepare_cached(
                "INSERT INTO words (words, rowid, tool, arguments, result, ending)
                 VALUES ('delete', ?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((call_seq, &old.tool, &old.arguments, &old.result, &old.ending))?;
            sql.prepare_cached("DELETE FROM text WHERE call_seq = ?1")?.execute([call_seq])?;
        }
        if let Some(text) = text {
            index(sql, call_seq, text)?;
            sql.prepare_cached("INSERT INTO text (call_seq, packed) VALUES (?1, ?2)")?
                .execute((call_seq, text.packed()?))?;
        }
    }
    sql.prepare_cached("DELETE FROM lacking_words WHERE call_seq = ?1")?.execute([call_seq])?;
    Ok(old)
}

/// Puts the words of a call that has none into the index.
pub(crate) fn index(sql: &Connection, call_seq: u64, text: &Text) -> Result<(), StoreError> {
    sql.prepare_cached(
        "INSERT INTO words (rowid, tool, arguments, result, ending) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((call_seq, &text.tool, &text.arguments, &text.result, &text.ending))?;
    Ok(())
}

/// What was put into the index for a call.
pub(crate) fn stored(sql: &Connection, call_seq: u64) -> Result<Option<Text>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT packed FROM text WHERE call_seq = ?1")?;
    let packed: Option<Vec<u8>> = statement.query_row([call_seq], |row| row.get(0)).optional()?;
    packed.map(|packed| Text::unpacked(&packed)).transpose()
}
