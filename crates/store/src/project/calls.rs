//! Tool calls and the entries that name them.

use domain::call::Verdict;
use domain::entry::Entry;
use domain::fact::{Dropped, Fact};
use domain::id::{CallId, Seq};
use domain::telling::telling;
use domain::time::Micros;
use rusqlite::{Connection, named_params};

use crate::columns::{categories, level, word};
use crate::error::StoreError;

pub(super) fn requested(to: &Connection, entry: &Entry, arguments: Option<&str>) -> Result<(), StoreError> {
    let Fact::CallRequested {
        call,
        batch,
        turn,
        position,
        handle,
        tool,
        effect,
        label,
        early,
        retry_of,
        tool_version: _,
        arguments: _,
    } = &entry.fact
    else {
        return Ok(());
    };
    // A call is asked for once; of a second entry that claims to ask for it the first stands.
    let mut statement = to.prepare_cached(
        "INSERT INTO call (seq, id, at, conversation, turn, batch, position, handle, source, tool, effect, telling,
                           level, categories, early, retry_of, edited, attempts, size, took)
         VALUES (:seq, :id, :at, :conversation, :turn, :batch, :position, :handle, :source, :tool, :effect, :telling,
                 :level, :categories, :early, :retry_of, 0, 0, 0, 0)
         ON CONFLICT DO NOTHING",
    )?;
    statement.execute(named_params! {
        ":seq": entry.seq.0,
        ":id": call.to_string(),
        ":at": entry.at.0,
        ":conversation": entry.link.as_ref().map(|link| link.conversation.to_string()),
        ":turn": turn.map(|turn| turn.to_string()),
        ":batch": batch.map(|batch| batch.to_string()),
        ":position": position,
        ":handle": handle.0,
        ":source": tool.split_once('.').map_or("", |(source, _)| source),
        ":tool": tool,
        ":effect": word(effect),
        ":telling": arguments.map(telling).unwrap_or_default(),
        ":level": level(label),
        ":categories": categories(label),
        ":early": early.is_some(),
        ":retry_of": retry_of.map(|call| call.to_string()),
    })?;
    Ok(())
}

pub(super) fn decided(to: &Connection, call: CallId, verdict: Verdict) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached("UPDATE call SET verdict = ?2 WHERE id = ?1")?;
    statement.execute((call.to_string(), word(&verdict)))?;
    Ok(())
}

pub(super) fn approved(to: &Connection, call: CallId, allowed: bool) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached("UPDATE call SET approved = ?2 WHERE id = ?1")?;
    statement.execute((call.to_string(), allowed))?;
    Ok(())
}

/// From here on the row tells what a person put in the place of the model's arguments: that is what runs.
pub(super) fn edited(to: &Connection, call: CallId, arguments: Option<&str>) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached("UPDATE call SET edited = 1, telling = ?2 WHERE id = ?1")?;
    statement.execute((call.to_string(), arguments.map(telling).unwrap_or_default()))?;
    Ok(())
}

/// A call's time runs from its first attempt.
pub(super) fn sent(to: &Connection, call: CallId, at: Micros) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached(
        "UPDATE call SET sent_at = coalesce(sent_at, ?2), attempts = attempts + 1 WHERE id = ?1",
    )?;
    statement.execute((call.to_string(), at.0))?;
    Ok(())
}

pub(super) fn dropped(to: &Connection, call: CallId, why: Dropped) -> Result<(), StoreError> {
    let mut statement = to.prepare_cached("UPDATE call SET dropped = coalesce(dropped, ?2) WHERE id = ?1")?;
    statement.execute((call.to_string(), word(&why)))?;
    Ok(())
}

pub(super) fn ended(to: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let Fact::CallEnded { call, outcome, failure, status, size, took, label, from, .. } = &entry.fact else {
        return Ok(());
    };
    // Exactly one outcome: of a second the first stands.
    let mut statement = to.prepare_cached(
        "UPDATE call SET ended_seq = :seq, outcome = :outcome, failure = :failure, status = :status, size = :size,
                         took = :took, drew_on = :from, level = max(level, :level), categories = categories | :categories
         WHERE id = :id AND ended_seq IS NULL",
    )?;
    statement.execute(named_params! {
        ":id": call.to_string(),
        ":seq": entry.seq.0,
        ":outcome": word(outcome),
        ":failure": failure.as_ref().map(word),
        ":status": status,
        ":size": size,
        ":took": took.0,
        ":from": from.map(|call| call.to_string()),
        ":level": level(label),
        ":categories": categories(label),
    })?;
    Ok(())
}

/// Notes that the entry `seq` names these calls.
pub(super) fn named(to: &Connection, seq: Seq, calls: &[CallId]) -> Result<(), StoreError> {
    let mut statement =
        to.prepare_cached("INSERT INTO call_entry (call, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for call in calls {
        statement.execute((call.to_string(), seq.0))?;
    }
    Ok(())
}
