//! Calls: as rows, and one with everything on record about it.

use domain::finding::{Detected, MadeOf};
use domain::id::{CallId, Handle, Seq};
use domain::payload::{Commitment, PayloadRole};
use domain::time::{Micros, Span};
use domain::view::{CallDetail, CallRow, EntryView};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Reader, payloads, trail};
use crate::columns::{self, from_word, optional_id, optional_word};
use crate::error::StoreError;
use crate::stored::{self, Stored};

/// The columns that [`call_row`] reads.
const COLUMNS: &str = "seq, id, at, conversation, turn, batch, position, handle, tool, effect, telling, level, \
                       categories, early, retry_of, verdict, approved, edited, sent_at, attempts, dropped, outcome, \
                       failure, status, drew_on, size, took, made";

impl Reader {
    /// One call with its entries and payloads, of each payload's text the first `max_payload` bytes; `None` if there
    /// is no such call. Which answers used it is asked for apart, with [`Reader::uses`].
    pub async fn call(&self, id: CallId, max_payload: usize) -> Result<Option<CallDetail>, StoreError> {
        self.run(move |sql| detail(sql, id, max_payload)).await
    }
}

/// The calls of one turn, in the order in which they were asked for.
pub(super) fn of_turn(sql: &Connection, turn: &str) -> Result<Vec<CallRow>, StoreError> {
    let mut statement =
        sql.prepare_cached(&format!("SELECT {COLUMNS} FROM call WHERE turn = ?1 ORDER BY seq"))?;
    columns::rows(&mut statement, [turn], call_row)
}

/// The calls that a person made in the place of one of this turn's, or of one made so, oldest first.
pub(super) fn retries_of_turn(sql: &Connection, turn: &str) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = sql.prepare_cached(&format!(
        "WITH RECURSIVE retried (id) AS (
           SELECT id FROM call WHERE turn = ?1
           UNION SELECT call.id FROM retried JOIN call ON call.retry_of = retried.id
         )
         SELECT {COLUMNS} FROM call WHERE retry_of IN (SELECT id FROM retried) ORDER BY seq"
    ))?;
    columns::rows(&mut statement, [turn], call_row)
}

/// Those at these places, in that order.
pub(super) fn at(sql: &Connection, seqs: &[u64]) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM call WHERE seq = ?1"))?;
    seqs.iter().map(|seq| statement.query_row([seq], |row| Ok(call_row(row)))?).collect()
}

pub(super) fn detail(
    sql: &Connection,
    id: CallId,
    max_payload: usize,
) -> Result<Option<CallDetail>, StoreError> {
    let row = sql
        .prepare_cached(&format!("SELECT {COLUMNS} FROM call WHERE id = ?1"))?
        .query_row([id.to_string()], |row| Ok(call_row(row)))
        .optional()?
        .transpose()?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut named = sql.prepare_cached(
        "SELECT entry.seq, entry.body, entry.leaf FROM call_entry JOIN entry USING (seq)
         WHERE call_entry.call_seq = ?1 ORDER BY entry.seq",
    )?;
    let entries = columns::rows(&mut named, [row.seq.0], trail::entry_view)?;
    let mut all = Vec::new();
    for entry in &entries {
        let found = stored::payloads_of(sql, entry.seq, payloads::bound(max_payload))?;
        // An answer that was given with this call in view is not the call's.
        let own = found.into_iter().filter(|payload| payload.role != PayloadRole::Answer);
        all.extend(own.map(|payload| payloads::view(payload, max_payload)));
        if entry.kind != "answer.given" {
            all.extend(payloads::erased(sql, entry)?);
        }
    }
    let has_result =
        all.iter().any(|payload| payload.role == PayloadRole::Result && payload.erased.is_none());
    if let Some(from) = row.from.filter(|_| !has_result) {
        let shared = shared_result(sql, from, payloads::bound(max_payload))?;
        all.extend(shared.map(|payload| payloads::view(payload, max_payload)));
    }
    let (used_by, taken_from) = (Vec::new(), Vec::new());
    let detected = detected(sql, &entries)?;
    Ok(Some(CallDetail { row, entries, payloads: all, used_by, taken_from, detected }))
}

/// What was detected in a call, whole; none if nothing was, it is erased, or a later program recorded it otherwise.
fn detected(sql: &Connection, entries: &[EntryView]) -> Result<Option<Detected>, StoreError> {
    let Some(ended) = entries.iter().find(|entry| entry.kind == "call.ended") else { return Ok(None) };
    let Some(findings) = ended.body.0.get("findings").and_then(|findings| findings.as_str()) else {
        return Ok(None);
    };
    let Ok(commitment) = Commitment::try_from(findings.to_owned()) else { return Ok(None) };
    let stored = stored::payload(sql, ended.seq, &commitment, u64::MAX)?;
    Ok(stored.and_then(|stored| serde_json::from_slice(&stored.bytes).ok()))
}

fn made(stored: Option<String>) -> Option<MadeOf> {
    serde_json::from_str(&stored?).ok()
}

/// The result of a call on which another drew: its own, or the one on which it drew itself.
fn shared_result(sql: &Connection, from: CallId, most: u64) -> Result<Option<Stored>, StoreError> {
    // A call draws on one that had ended before it, so each step goes back in the trail; a row that was tampered with
    // may point anywhere, and UNION ends its circles.
    let mut statement = sql.prepare_cached(
        "WITH RECURSIVE source (seq, ended, drew_on) AS (
           SELECT seq, ended_seq, drew_on FROM call WHERE id = ?1
           UNION SELECT call.seq, call.ended_seq, call.drew_on FROM source JOIN call ON call.id = source.drew_on
         )
         SELECT ended FROM source WHERE ended IS NOT NULL",
    )?;
    let ends = columns::rows(&mut statement, [from.to_string()], |row| Ok(Seq(row.get(0)?)))?;
    for end in ends {
        let payloads = stored::payloads_of(sql, end, most)?;
        if let Some(result) = payloads.into_iter().find(|payload| payload.role == PayloadRole::Result) {
            return Ok(Some(result));
        }
    }
    Ok(None)
}

fn call_row(row: &Row<'_>) -> Result<CallRow, StoreError> {
    let text = |name: &str| -> Result<String, StoreError> { Ok(row.get(name)?) };
    Ok(CallRow {
        call: columns::id(&text("id")?)?,
        seq: Seq(row.get("seq")?),
        at: Micros(row.get("at")?),
        conversation: optional_id(row.get("conversation")?)?,
        turn: optional_id(row.get("turn")?)?,
        batch: optional_id(row.get("batch")?)?,
        position: row.get("position")?,
        handle: Handle(row.get("handle")?),
        tool: row.get("tool")?,
        effect: from_word(&text("effect")?)?,
        telling: row.get("telling")?,
        label: columns::label(row.get("level")?, row.get("categories")?)?,
        verdict: optional_word(row.get("verdict")?)?,
        approved: row.get("approved")?,
        sent_at: row.get::<_, Option<i64>>("sent_at")?.map(Micros),
        outcome: optional_word(row.get("outcome")?)?,
        failure: optional_word(row.get("failure")?)?,
        status: row.get("status")?,
        size: row.get("size")?,
        took_ms: Span(row.get("took")?).ms(),
        attempts: row.get("attempts")?,
        early: row.get("early")?,
        from: optional_id(row.get("drew_on")?)?,
        retry_of: optional_id(row.get("retry_of")?)?,
        edited: row.get("edited")?,
        dropped: optional_word(row.get("dropped")?)?,
        made: made(row.get("made")?),
    })
}
