//! Kinds that people called false alarms at a place of a tool.

use domain::entry::Entry;
use domain::finding::Judged;
use rusqlite::Connection;

use crate::columns::word;
use crate::error::StoreError;

/// Takes in that a kind is no longer raised at a place of the call's tool. Of a call that nobody made there is no tool.
pub(super) fn dismissed(to: &Connection, entry: &Entry, judged: &Judged) -> Result<(), StoreError> {
    to.prepare_cached(
        "INSERT INTO false_alarm (tool, kind, carried, pointer, call, seq)
         SELECT tool, ?2, ?3, ?4, id, ?5 FROM call WHERE id = ?1
         ON CONFLICT (tool, kind, carried, pointer) DO NOTHING",
    )?
    .execute((
        judged.call.to_string(),
        &judged.kind,
        word(&judged.carried),
        &judged.pointer,
        entry.seq.0,
    ))?;
    Ok(())
}

/// Takes in that it is raised again.
pub(super) fn restored(to: &Connection, judged: &Judged) -> Result<(), StoreError> {
    to.prepare_cached(
        "DELETE FROM false_alarm WHERE call = ?1 AND kind = ?2 AND carried = ?3 AND pointer = ?4",
    )?
    .execute((judged.call.to_string(), &judged.kind, word(&judged.carried), &judged.pointer))?;
    Ok(())
}
