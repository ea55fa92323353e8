//! Filling the tables from the whole trail.

use domain::entry::Entry;
use domain::id::Seq;
use rusqlite::Connection;

use super::{Payloads, Projection, TABLES};
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

/// Runs every entry of `from` through the projection into the tables of `to`, which are empty. Both may be the same
/// database; the caller has a transaction open on `to`.
pub(crate) fn fill(from: &Connection, to: &Connection) -> Result<Option<Unreadable>, StoreError> {
    let mut statement = from.prepare_cached("SELECT seq, body FROM entry ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut projection = Projection::default();
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        match Entry::from_body(body) {
            Ok(entry) => {
                projection.take(to, &entry, &Payloads::Stored(from))?;
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

/// Empties the tables and fills them again, in the caller's transaction.
pub(crate) fn refill(connection: &Connection) -> Result<(), StoreError> {
    for (table, _) in TABLES {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    match fill(connection, connection)? {
        None => Ok(()),
        Some(Unreadable { seq, why }) => Err(StoreError::damaged(seq, why)),
    }
}
