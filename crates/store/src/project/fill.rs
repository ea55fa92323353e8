//! Filling the tables from the trail.

use std::ops::Range;

use domain::entry::Entry;
use domain::id::Seq;
use rusqlite::Connection;

use super::{Payloads, Projection};
use crate::error::StoreError;

/// After how many entries their rows are written, so that they need no more memory than that.
const AT_A_TIME: u64 = 1024;

/// An entry that is none: nothing after it can be told.
pub(crate) struct Unreadable {
    /// Its place.
    pub(crate) seq: Seq,
    /// What is wrong with it.
    pub(crate) why: String,
}

/// Runs the entries of `from` that have these numbers through the projection into the tables of `to`, which are filled
/// up to the first of them. The caller has a transaction open on `to`.
pub(crate) fn fill(
    from: &Connection,
    to: &Connection,
    entries: Range<u64>,
) -> Result<Option<Unreadable>, StoreError> {
    let mut statement =
        from.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
    let mut rows = statement.query((entries.start, entries.end))?;
    let mut projection = Projection::default();
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        match Entry::from_body(body) {
            Ok(entry) => {
                projection.take(to, &entry, &Payloads::Stored(from, seq))?;
                if seq.0.is_multiple_of(AT_A_TIME) {
                    projection.write(to)?;
                }
            }
            Err(error) => return Ok(Some(Unreadable { seq, why: error.to_string() })),
        }
    }
    projection.write(to)?;
    Ok(None)
}
