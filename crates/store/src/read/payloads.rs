//! Payloads, as text for a screen and as bytes.

use domain::entry::Entry;
use domain::id::Seq;
use domain::payload::Commitment;
use domain::view::{EntryView, PayloadView};
use rusqlite::Connection;

use super::Reader;
use crate::error::StoreError;
use crate::stored::{self, Stored};

impl Reader {
    /// A payload's text, at most its first `max` bytes; `None` if the entry has no such payload, or it was erased.
    pub async fn payload(
        &self,
        seq: Seq,
        commitment: Commitment,
        max: usize,
    ) -> Result<Option<PayloadView>, StoreError> {
        let stored = self.run(move |sql| stored::payload(sql, seq, &commitment, bound(max))).await?;
        Ok(stored.map(|stored| view(stored, max)))
    }

    /// A payload's bytes, all of them; `None` if the entry has no such payload, or it was erased.
    pub async fn payload_bytes(
        &self,
        seq: Seq,
        commitment: Commitment,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = self.run(move |sql| stored::payload(sql, seq, &commitment, u64::MAX)).await?;
        Ok(stored.map(|stored| stored.bytes))
    }
}

/// The payloads of an entry that were erased, as they are shown.
pub(super) fn erased(sql: &Connection, entry: &EntryView) -> Result<Vec<PayloadView>, StoreError> {
    let erased = stored::erased_of(sql, entry.seq)?;
    if erased.is_empty() {
        return Ok(Vec::new());
    }
    let body = entry.body.canonical();
    let read = Entry::from_body(body.as_bytes());
    let read = read.map_err(|error| StoreError::damaged(entry.seq, error.to_string()))?;
    let named = read.fact.payloads();
    let view = |(place, by): (usize, Seq)| {
        let (role, commitment) = *named.get(place)?;
        let (media, text) = (String::new(), String::new());
        Some(PayloadView {
            seq: entry.seq,
            commitment,
            role,
            media,
            size: 0,
            text,
            whole: true,
            erased: Some(by),
        })
    };
    Ok(erased.into_iter().filter_map(view).collect())
}

/// How many bytes to read for a text of at most `max`.
pub(super) fn bound(max: usize) -> u64 {
    u64::try_from(max).unwrap_or(u64::MAX)
}

pub(super) fn view(stored: Stored, max: usize) -> PayloadView {
    let Stored { seq, commitment, role, media, size, mut bytes } = stored;
    bytes.truncate(max);
    let whole = bytes.len() as u64 == size;
    if !whole
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        // The cut went through a character: it is the cut that is wrong, not the text.
        bytes.truncate(error.valid_up_to());
    }
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    PayloadView { seq, commitment, role, media, size, text, whole, erased: None }
}
