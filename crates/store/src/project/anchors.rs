//! What anchors hold, as the record says.

use domain::entry::Entry;
use domain::fact::Fact;
use rusqlite::Connection;

use crate::error::StoreError;

/// Takes in that an anchor holds a checkpoint, or did not take one.
pub(super) fn told(to: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match &entry.fact {
        Fact::AnchorRecorded { anchor, size, .. } => {
            to.prepare_cached(
                "INSERT INTO anchor (name, seq, at, size) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, at = excluded.at, size = excluded.size",
            )?
            .execute((anchor, entry.seq.0, entry.at.0, size))?;
        }
        Fact::AnchorFailed { anchor, .. } => {
            to.prepare_cached(
                "INSERT INTO anchor (name, failed_seq, failed_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET failed_seq = excluded.failed_seq, failed_at = excluded.failed_at",
            )?
            .execute((anchor, entry.seq.0, entry.at.0))?;
        }
        _ => {}
    }
    Ok(())
}
