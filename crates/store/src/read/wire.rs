//! What went to a model and what came back, byte for byte as far as it is asked for.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{ModelCallId, Seq, TurnId};
use domain::payload::Commitment;
use domain::view::{PayloadView, WireReturn, WireView};
use rusqlite::Connection;

use super::Reader;
use super::payloads::{bound, erased, view};
use super::snapshot::Snapshot;
use super::trail::entry_view;
use crate::columns;
use crate::error::StoreError;
use crate::stored;

impl Reader {
    /// The requests to models that a turn made, oldest first, each with at most `max` bytes of each body. Empty if there
    /// is no such turn.
    pub async fn wire(&self, turn: TurnId, max: usize) -> Result<Vec<WireView>, StoreError> {
        self.run(move |sql| of_turn(sql, turn, max)).await
    }
}

impl Snapshot {
    /// As [`Reader::wire`].
    ///
    /// # Errors
    /// If it can't be read.
    pub fn wire(&self, turn: TurnId, max: usize) -> Result<Vec<WireView>, StoreError> {
        of_turn(&self.sql, turn, max)
    }
}

fn of_turn(sql: &Connection, turn: TurnId, max: usize) -> Result<Vec<WireView>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT seq FROM request WHERE turn = ?1 ORDER BY seq")?;
    let called = columns::rows(&mut statement, [turn.to_string()], |row| Ok(Seq(row.get(0)?)))?;
    let exchanges = called.into_iter().map(|seq| exchange(sql, seq, max));
    exchanges.filter_map(Result::transpose).collect()
}

fn exchange(sql: &Connection, seq: Seq, max: usize) -> Result<Option<WireView>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
    let body: Vec<u8> = statement.query_row([seq.0], |row| row.get(0))?;
    let Entry { at, fact, .. } = read(seq, &body)?;
    let Fact::ModelCalled { request, model, endpoint, prompt, shortened, redacted, .. } = fact else {
        return Ok(None);
    };
    let sent = payload(sql, seq, prompt, max)?;
    let returned = returned(sql, request, seq, max)?;
    Ok(Some(WireView { request, seq, at, model, endpoint, shortened, redacted, sent, returned }))
}

/// The end of a request, which is the first entry behind it that names it so. Entries are read one by one, and there are
/// as many between the two as happened meanwhile.
fn returned(
    sql: &Connection,
    of: ModelCallId,
    after: Seq,
    max: usize,
) -> Result<Option<WireReturn>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT seq, body FROM entry WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([after.0])?;
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        let body: Vec<u8> = row.get(1)?;
        if let Fact::ModelReturned { request, finish, failure, response, usage, cost, took } =
            read(seq, &body)?.fact
            && request == of
        {
            let received = payload(sql, seq, response, max)?;
            let took_ms = took.ms();
            return Ok(Some(WireReturn { seq, finish, failure, usage, cost, took_ms, received }));
        }
    }
    Ok(None)
}

fn payload(
    sql: &Connection,
    seq: Seq,
    commitment: Commitment,
    max: usize,
) -> Result<Option<PayloadView>, StoreError> {
    if let Some(stored) = stored::payload(sql, seq, &commitment, bound(max))? {
        return Ok(Some(view(stored, max)));
    }
    let mut statement = sql.prepare_cached("SELECT seq, body, leaf FROM entry WHERE seq = ?1")?;
    let entry = columns::rows(&mut statement, [seq.0], entry_view)?.pop();
    let erased = entry.map(|entry| erased(sql, &entry)).transpose()?.unwrap_or_default();
    Ok(erased.into_iter().find(|payload| payload.commitment == commitment))
}

fn read(seq: Seq, body: &[u8]) -> Result<Entry, StoreError> {
    Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))
}
