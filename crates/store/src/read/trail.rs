//! Entries as they stand, and what the trail says of itself.

use domain::entry::Entry;
use domain::id::Seq;
use domain::json::{Json, hex};
use domain::view::EntryView;
use rusqlite::{Connection, OptionalExtension, Row};

use super::Reader;
use crate::columns;
use crate::error::StoreError;

/// The most entries of one answer.
const MOST_ENTRIES: u32 = 1000;

impl Reader {
    /// The bodies of at most `limit` (and at most 1000) entries from `from` on, in order.
    pub async fn entries(&self, from: Seq, limit: u32) -> Result<Vec<(Seq, Vec<u8>)>, StoreError> {
        self.run(move |sql| {
            let mut statement =
                sql.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2")?;
            let bounds = (from.0, limit.min(MOST_ENTRIES));
            columns::rows(&mut statement, bounds, |row| Ok((Seq(row.get(0)?), row.get(1)?)))
        })
        .await
    }

    /// One entry, as it stands; `None` if there is no such entry.
    pub async fn entry(&self, seq: Seq) -> Result<Option<EntryView>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached("SELECT seq, body, leaf FROM entry WHERE seq = ?1")?;
            statement.query_row([seq.0], |row| Ok(entry_view(row))).optional()?.transpose()
        })
        .await
    }

    /// How many entries there are, and the signed checkpoint that says so.
    pub async fn head(&self) -> Result<(u64, String), StoreError> {
        self.run(head).await
    }
}

/// From the columns `seq`, `body`, `leaf`.
pub(super) fn entry_view(row: &Row<'_>) -> Result<EntryView, StoreError> {
    let seq = Seq(row.get(0)?);
    let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
    let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
    let json = serde_json::from_slice(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
    let leaf: [u8; 32] = row.get(2)?;
    Ok(EntryView {
        seq,
        at: entry.at,
        kind: entry.fact.type_name().to_owned(),
        body: Json(json),
        leaf: hex(&leaf),
    })
}

pub(super) fn head(sql: &Connection) -> Result<(u64, String), StoreError> {
    let mut statement = sql.prepare_cached("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")?;
    let head = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    head.ok_or_else(|| StoreError::damaged(None, "there is no checkpoint"))
}
