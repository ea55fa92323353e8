//! Turns: from a question to its answer, or to why there is none.

use domain::entry::Entry;
use domain::fact::Stopped;
use domain::id::TurnId;
use domain::payload::Commitment;
use rusqlite::Connection;

use crate::columns::word;
use crate::error::StoreError;

pub(super) fn asked(
    to: &Connection,
    entry: &Entry,
    turn: TurnId,
    question: &Commitment,
) -> Result<(), StoreError> {
    // A question outside a conversation can't be shown anywhere.
    let Some(link) = &entry.link else {
        return Ok(());
    };
    let mut statement = to.prepare_cached(
        "INSERT INTO turn (id, seq, conversation, at, question) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?;
    let conversation = link.conversation.to_string();
    statement.execute((turn.to_string(), entry.seq.0, conversation, entry.at.0, question.0))?;
    Ok(())
}

pub(super) fn answered(
    to: &Connection,
    entry: &Entry,
    turn: TurnId,
    answer: &Commitment,
) -> Result<(), StoreError> {
    let mut statement =
        to.prepare_cached("UPDATE turn SET ended_seq = ?2, answer = ?3 WHERE id = ?1 AND ended_seq IS NULL")?;
    statement.execute((turn.to_string(), entry.seq.0, answer.0))?;
    Ok(())
}

pub(super) fn stopped(
    to: &Connection,
    entry: &Entry,
    turn: TurnId,
    why: Stopped,
    words: Option<&Commitment>,
) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached(
        "UPDATE turn SET ended_seq = ?2, stopped = ?3, words = ?4 WHERE id = ?1 AND ended_seq IS NULL",
    )?;
    statement.execute((turn.to_string(), entry.seq.0, word(&why), words.map(|words| words.0)))?;
    Ok(())
}
