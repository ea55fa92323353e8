//! Conversations, with what a screen shows of their turns.

use domain::answer::Answer;
use domain::id::{BatchId, ConversationId, Seq, TurnId};
use domain::label::Label;
use domain::payload::Commitment;
use domain::time::{Micros, Span};
use domain::view::{BatchView, CallRow, ConversationRow, ConversationView, TurnView};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Reader, calls, spent};
use crate::columns;
use crate::error::StoreError;
use crate::stored;

pub(super) const COLUMNS: &str = "id, title, at, turns, level, categories";
/// What stands where an answer was that can't be shown any more.
const ERASED: &str = "The answer's text is no longer held; its proof is.";

impl Reader {
    /// Conversations, the one in which something happened last first.
    pub async fn conversations(&self, limit: u32) -> Result<Vec<ConversationRow>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM conversation ORDER BY last_seq DESC LIMIT ?1"
            ))?;
            columns::rows(&mut statement, [limit], |row| conversation_row(sql, row))
        })
        .await
    }

    /// One conversation with everything in it; `None` if there is no such conversation.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationView>, StoreError> {
        self.run(move |sql| conversation(sql, id)).await
    }

    /// The number of the handle that the conversation's next call gets: 1 in a new one.
    pub async fn next_handle(&self, id: ConversationId) -> Result<u32, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached("SELECT last_handle FROM conversation WHERE id = ?1")?;
            let last: Option<u32> = statement.query_row([id.to_string()], |row| row.get(0)).optional()?;
            Ok(last.unwrap_or(0).saturating_add(1))
        })
        .await
    }
}

/// One turn with everything in it; `None` if there is no such turn.
pub(super) fn one_turn(sql: &Connection, id: TurnId) -> Result<Option<TurnView>, StoreError> {
    let mut statement = sql.prepare_cached(
        "SELECT id, at, question, ended_seq, answer, stopped, words, seq FROM turn WHERE id = ?1",
    )?;
    Ok(columns::rows(&mut statement, [id.to_string()], |row| turn(sql, row))?.pop())
}

fn conversation(sql: &Connection, id: ConversationId) -> Result<Option<ConversationView>, StoreError> {
    let row = sql
        .prepare_cached(&format!("SELECT {COLUMNS} FROM conversation WHERE id = ?1"))?
        .query_row([id.to_string()], |row| Ok(conversation_row(sql, row)))
        .optional()?
        .transpose()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut statement = sql.prepare_cached(
        "SELECT id, at, question, ended_seq, answer, stopped, words, seq FROM turn WHERE conversation = ?1 ORDER BY seq",
    )?;
    let turns = columns::rows(&mut statement, [id.to_string()], |row| turn(sql, row))?;
    Ok(Some(ConversationView { row, turns }))
}

pub(super) fn conversation_row(sql: &Connection, row: &Row<'_>) -> Result<ConversationRow, StoreError> {
    let id: String = row.get(0)?;
    Ok(ConversationRow {
        id: columns::id(&id)?,
        title: row.get(1)?,
        at: Micros(row.get(2)?),
        turns: row.get(3)?,
        label: columns::label(row.get(4)?, row.get(5)?)?,
        spent: spent::of_conversation(sql, &id)?,
    })
}

fn turn(sql: &Connection, row: &Row<'_>) -> Result<TurnView, StoreError> {
    let id: String = row.get(0)?;
    let (asked, ended) = (Seq(row.get(7)?), row.get::<_, Option<u64>>(3)?.map(Seq).unwrap_or_default());
    let answer = row.get::<_, Option<[u8; 32]>>(4)?;
    let told = answer.map(|answer| bytes(sql, ended, answer)).transpose()?.flatten();
    // An answer that does not read must not hide the rest of its conversation; verifying names it.
    let told: Option<Answer> = told.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let words = row.get::<_, Option<[u8; 32]>>(6)?.map(|words| text(sql, ended, words)).transpose()?;
    let lost = answer.is_some() && told.is_none();
    Ok(TurnView {
        id: columns::id(&id)?,
        question: text(sql, asked, row.get(2)?)?,
        at: Micros(row.get(1)?),
        batches: batches(calls::of_turn(sql, &id)?),
        retries: calls::retries_of_turn(sql, &id)?,
        answer: told,
        stopped: columns::optional_word(row.get(5)?)?,
        words: if lost { ERASED.to_owned() } else { words.unwrap_or_default() },
        shortened: shortened(sql, &id)?,
        spent: spent::of_turn(sql, &id)?,
    })
}

/// How many results of earlier calls the turn's requests showed shorter, added up as they were said while it ran.
fn shortened(sql: &Connection, turn: &str) -> Result<u32, StoreError> {
    let mut statement =
        sql.prepare_cached("SELECT coalesce(sum(shortened), 0) FROM request WHERE turn = ?1")?;
    let sum: u64 = statement.query_row([turn], |row| row.get(0))?;
    Ok(u32::try_from(sum).unwrap_or(u32::MAX))
}

fn bytes(sql: &Connection, seq: Seq, commitment: [u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
    let stored = stored::payload(sql, seq, &Commitment(commitment), u64::MAX)?;
    Ok(stored.map(|stored| stored.bytes))
}

/// A payload as text; empty if it was erased.
fn text(sql: &Connection, seq: Seq, commitment: [u8; 32]) -> Result<String, StoreError> {
    let bytes = bytes(sql, seq, commitment)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A turn's calls by batch, batches in the order in which their first calls were asked for. While a message is still
/// being written its batch has no entry yet, but its calls do.
fn batches(calls: Vec<CallRow>) -> Vec<BatchView> {
    let mut groups: Vec<(BatchId, Vec<CallRow>)> = Vec::new();
    for call in calls {
        let Some(batch) = call.batch else {
            continue;
        };
        match groups.iter_mut().find(|(id, _)| *id == batch) {
            Some((_, group)) => group.push(call),
            None => groups.push((batch, vec![call])),
        }
    }
    groups.into_iter().map(|(id, calls)| batch(id, calls)).collect()
}

fn batch(id: BatchId, mut calls: Vec<CallRow>) -> BatchView {
    calls.sort_by_key(|call| (call.position, call.seq));
    // A dropped call is shown where the message had it. Its batch neither waited for it nor used what it brought.
    let kept = || calls.iter().filter(|call| call.dropped.is_none());
    let sent = || kept().filter_map(|call| Some((call.sent_at?, call.took_ms)));
    let lasting = sent().map(|(at, took)| (at, Span(u64::from(took) * 1000)));
    let elapsed_ms = Span::together(lasting).ms();
    let sequential_ms = sent().fold(0, |sum: u32, (_, took)| sum.saturating_add(took));
    let label = Label::join_all(kept().map(|call| &call.label));
    BatchView { id, calls, elapsed_ms, sequential_ms, label }
}
