//! Which key signs what: the epochs of the trail, from the entries that open them.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use rusqlite::{Connection, OptionalExtension};
use tlog::{Checkpoint, Verifier};

use super::{Reader, trail};
use crate::error::StoreError;

/// A key, and from where on it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// The origin line of its checkpoints.
    pub origin: String,
    /// Opens them (C2SP signed-note vkey).
    pub vkey: String,
    /// It signs checkpoints of more than so many entries.
    pub after: u64,
}

impl Reader {
    /// The epochs of the trail, oldest first; never none. Where one ends is found by halving among the checkpoints, so
    /// this costs next to nothing however long the trail is. Nothing is verified here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if an epoch is not opened by the entry before it.
    pub async fn epochs(&self) -> Result<Vec<Epoch>, StoreError> {
        self.run(epochs).await
    }

    /// The key that signs what is recorded next.
    ///
    /// # Errors
    /// As for [`Reader::epochs`].
    pub async fn vkey(&self) -> Result<String, StoreError> {
        let last = self.epochs().await?.pop();
        last.map(|epoch| epoch.vkey).ok_or_else(|| StoreError::damaged(Seq(0), "no key is named"))
    }
}

/// What a stored note says, if the key of its epoch signed it.
pub(super) fn opened(sql: &Connection, note: &str) -> Result<Checkpoint, StoreError> {
    let epoch = of_note(sql, note)?;
    let damaged = |why: String| StoreError::damaged(Seq(epoch.after), why);
    let verifier = Verifier::from_vkey(&epoch.vkey).map_err(|error| damaged(error.to_string()))?;
    verifier.open(note).map_err(|error| damaged(error.to_string()))
}

/// The epoch whose key should have signed a note.
pub(super) fn of_note(sql: &Connection, note: &str) -> Result<Epoch, StoreError> {
    let origin = origin(note);
    let epoch = epochs(sql)?.into_iter().rfind(|epoch| epoch.origin == origin);
    epoch.ok_or_else(|| StoreError::damaged(None, "no entry names the key of a checkpoint"))
}

fn epochs(sql: &Connection) -> Result<Vec<Epoch>, StoreError> {
    let (head, note) = trail::head(sql)?;
    let newest = origin(&note).to_owned();
    let mut epochs = vec![opened_by(sql, 0)?];
    loop {
        let Some(Epoch { origin: present, after, .. }) = epochs.last() else {
            return Ok(epochs);
        };
        let last = if *present == newest { head } else { last_of(sql, present, *after, head)? };
        // The entry that ends an epoch opens the next. Without one the newest has no end yet.
        match opened_by(sql, last) {
            Ok(next) if last > *after => epochs.push(next),
            Err(error) if *present != newest => return Err(error),
            _ => return Ok(epochs),
        }
    }
}

/// The size of the last checkpoint under this origin, which is above `after` and below `head`.
fn last_of(sql: &Connection, wanted: &str, after: u64, head: u64) -> Result<u64, StoreError> {
    let mut statement =
        sql.prepare_cached("SELECT size, note FROM checkpoint WHERE size <= ?1 ORDER BY size DESC LIMIT 1")?;
    let (mut from, mut to) = (after, head);
    while from + 1 < to {
        let middle = from + (to - from) / 2;
        let found: Option<(u64, String)> =
            statement.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match found {
            Some((size, note)) if size > from && origin(&note) == wanted => from = middle,
            Some((size, _)) if size > from => to = size,
            // Nothing was signed between the two, so what is wanted ends before.
            _ => from = middle,
        }
    }
    let last: Option<u64> = statement.query_row([from], |row| row.get(0)).optional()?;
    last.ok_or_else(|| StoreError::damaged(None, "a checkpoint is missing"))
}

/// The epoch that the last of the first `size` entries opens; for 0 the first.
fn opened_by(sql: &Connection, size: u64) -> Result<Epoch, StoreError> {
    let seq = Seq(size.saturating_sub(1));
    let mut statement = sql.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
    let body: Option<Vec<u8>> = statement.query_row([seq.0], |row| row.get(0)).optional()?;
    match body.as_deref().map(Entry::from_body) {
        Some(Ok(Entry { fact: Fact::TrailOpened { origin, vkey, .. }, .. })) if size == 0 => {
            Ok(Epoch { origin, vkey, after: 0 })
        }
        Some(Ok(Entry { fact: Fact::EpochOpened { origin, vkey }, .. })) if size > 0 => {
            Ok(Epoch { origin, vkey, after: size })
        }
        _ => Err(StoreError::damaged(seq, "it names no key, and another key signs after it")),
    }
}

fn origin(note: &str) -> &str {
    note.lines().next().unwrap_or_default()
}
