//! Answers: how many of their figures tie out, by which model wrote them.

use domain::answer::Answer;
use domain::entry::Entry;
use domain::id::{Seq, TurnId};
use rusqlite::{Connection, named_params};

use crate::error::StoreError;

/// Takes in an answer; nothing of one that was erased, or that is none.
pub(super) fn given(
    to: &Connection,
    entry: &Entry,
    turn: TurnId,
    answer: Option<&str>,
) -> Result<(), StoreError> {
    let Some(answer) = answer.and_then(|answer| serde_json::from_str::<Answer>(answer).ok()) else {
        return Ok(());
    };
    let counts = answer.ties.counts;
    to.prepare_cached(
        "INSERT INTO answered (seq, turn, at, model, tied, possible, untied, contradicted)
         VALUES (:seq, :turn, :at, :model, :tied, :possible, :untied, :contradicted)",
    )?
    .execute(named_params! {
        ":seq": entry.seq.0,
        ":turn": turn.to_string(),
        ":at": entry.at.0,
        ":model": answer.model,
        ":tied": counts.tied,
        ":possible": counts.possible,
        ":untied": counts.untied,
        ":contradicted": counts.contradicted,
    })?;
    Ok(())
}

/// Forgets the answer that the entry `seq` gave.
pub(super) fn erased(to: &Connection, seq: Seq) -> Result<(), StoreError> {
    to.prepare_cached("DELETE FROM answered WHERE seq = ?1")?.execute([seq.0])?;
    Ok(())
}
