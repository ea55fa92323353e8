//! Requests to models: which model was shown what, and what that used.

use domain::entry::Entry;
use domain::fact::Fact;
use rusqlite::{Connection, named_params};

use crate::columns::{level, word};
use crate::error::StoreError;

pub(super) fn sent(to: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let Fact::ModelCalled { request, turn, model, label, shortened, .. } = &entry.fact else {
        return Ok(());
    };
    to.prepare_cached(
        "INSERT INTO request
           (seq, id, at, conversation, turn, model, level, shortened, input, cached, output, reasoning, took)
         VALUES (:seq, :id, :at, :conversation, :turn, :model, :level, :shortened, 0, 0, 0, 0, 0)",
    )?
    .execute(named_params! {
        ":seq": entry.seq.0,
        ":id": request.to_string(),
        ":at": entry.at.0,
        ":conversation": entry.link.as_ref().map(|link| link.conversation.to_string()),
        ":turn": turn.map(|turn| turn.to_string()),
        ":model": model,
        ":level": level(label),
        ":shortened": shortened,
    })?;
    Ok(())
}

/// A request ends once; of a second entry that claims to end it the first stands.
pub(super) fn returned(to: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let Fact::ModelReturned { request, failure, usage, cost, took, .. } = &entry.fact else {
        return Ok(());
    };
    to.prepare_cached(
        "UPDATE request SET ended_seq = :seq, failure = :failure, input = :input, cached = :cached, output = :output,
           reasoning = :reasoning, cost = :cost, took = :took
         WHERE id = :id AND ended_seq IS NULL",
    )?
    .execute(named_params! {
        ":id": request.to_string(),
        ":seq": entry.seq.0,
        ":failure": failure.as_ref().map(word),
        ":input": usage.input,
        ":cached": usage.cached,
        ":output": usage.output,
        ":reasoning": usage.reasoning,
        ":cost": cost,
        ":took": took.0,
    })?;
    Ok(())
}
