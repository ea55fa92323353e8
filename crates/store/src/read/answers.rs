//! Answers: turns as rows, newest first, and one turn whole.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{Seq, TurnId};
use domain::label::Label;
use domain::payload::Commitment;
use domain::search::AnswerRow;
use domain::time::Micros;
use domain::view::TurnView;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Reader, conversations};
use crate::columns;
use crate::error::StoreError;
use crate::stored;

/// The most rows of one answer.
const MOST_ROWS: u32 = 1000;
/// Bytes of a question that a row shows at most.
const BEGINNING: u64 = 240;

impl Reader {
    /// Turns, the one that was asked last first, at most `limit` of them and at most 1000; only those asked before the
    /// entry `before`: the last row's `seq` asks for the next page.
    pub async fn answers(&self, before: Option<Seq>, limit: u32) -> Result<Vec<AnswerRow>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached(
                "SELECT id, conversation, seq, at, question, ended_seq, answer IS NOT NULL FROM turn
                 WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
            )?;
            let before = before.map_or(i64::MAX as u64, |seq| seq.0.min(i64::MAX as u64));
            columns::rows(&mut statement, (before, limit.min(MOST_ROWS)), |row| answer_row(sql, row))
        })
        .await
    }

    /// One turn with everything in it; `None` if there is no such turn.
    pub async fn turn(&self, id: TurnId) -> Result<Option<TurnView>, StoreError> {
        self.run(move |sql| conversations::one_turn(sql, id)).await
    }
}

fn answer_row(sql: &Connection, row: &Row<'_>) -> Result<AnswerRow, StoreError> {
    let (id, conversation): (String, String) = (row.get(0)?, row.get(1)?);
    let (seq, answered) = (Seq(row.get(2)?), row.get(6)?);
    let question = stored::payload(sql, seq, &Commitment(row.get(4)?), BEGINNING)?;
    let question = question.map(|question| beginning(&question.bytes)).unwrap_or_default();
    let mut calls =
        sql.prepare_cached("SELECT source, level, categories FROM call WHERE turn = ?1 ORDER BY seq")?;
    let calls = columns::rows(&mut calls, [&id], |row| {
        Ok((row.get::<_, String>(0)?, columns::label(row.get(1)?, row.get(2)?)?))
    })?;
    let given =
        row.get::<_, Option<u64>>(5)?.filter(|_| answered).map(|seq| label_of(sql, Seq(seq))).transpose()?;
    let label = Label::join_all(calls.iter().map(|(_, label)| label).chain(given.flatten().as_ref()));
    let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
    let mut sources: Vec<_> =
        calls.into_iter().map(|(source, _)| source).filter(|source| !source.is_empty()).collect();
    sources.sort_unstable();
    sources.dedup();
    Ok(AnswerRow {
        turn: columns::id(&id)?,
        conversation: columns::id(&conversation)?,
        seq,
        at: Micros(row.get(3)?),
        question,
        answered,
        calls: count,
        sources,
        label,
    })
}

/// The label that an answer was given with.
fn label_of(sql: &Connection, seq: Seq) -> Result<Option<Label>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
    let body: Option<Vec<u8>> = statement.query_row([seq.0], |row| row.get(0)).optional()?;
    let entry = body.map(|body| Entry::from_body(&body)).transpose();
    let entry = entry.map_err(|error| StoreError::damaged(seq, error.to_string()))?;
    Ok(entry.and_then(|entry| match entry.fact {
        Fact::AnswerGiven { label, .. } => Some(label),
        _ => None,
    }))
}

/// As text, without the character that a cut went through.
fn beginning(bytes: &[u8]) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    };
    String::from_utf8_lossy(whole).into_owned()
}
