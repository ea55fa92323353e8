//! Holds, and what rows lose when payloads are erased.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::HoldId;
use domain::payload::PayloadRole;
use rusqlite::Connection;

use super::answers;
use super::rows::place;
use crate::error::StoreError;
use crate::stored::Erased;

pub(super) fn set(to: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let Fact::HoldSet { hold, of, call, .. } = &entry.fact else {
        return Ok(());
    };
    let call_seq = call.map(|call| place(to, &call.to_string())).transpose()?.flatten();
    let conversation = of.map(|of| of.to_string());
    // A hold on a call that nobody made covers nothing, and must not cover everything.
    let everything = of.is_none() && call.is_none();
    to.prepare_cached(
        "INSERT INTO hold (id, seq, at, conversation, call, call_seq, everything) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING",
    )?
    .execute((
        hold.to_string(),
        entry.seq.0,
        entry.at.0,
        conversation,
        call.map(|call| call.to_string()),
        call_seq,
        everything,
    ))?;
    Ok(())
}

pub(super) fn released(to: &Connection, entry: &Entry, hold: HoldId) -> Result<(), StoreError> {
    to.prepare_cached("UPDATE hold SET released_at = ?2 WHERE id = ?1 AND released_at IS NULL")?
        .execute((hold.to_string(), entry.at.0))?;
    Ok(())
}

/// Takes the words of erased payloads out of the rows that were filled from them.
pub(super) fn erased(to: &Connection, payloads: &[Erased]) -> Result<(), StoreError> {
    for Erased { seq, role, calls } in payloads {
        match role {
            PayloadRole::Arguments => {
                to.prepare_cached("UPDATE call SET telling = '' WHERE seq = ?1 AND NOT edited")?
                    .execute([seq.0])?;
                for call in calls {
                    to.prepare_cached("UPDATE call SET telling = '' WHERE edited AND seq <> ?1 AND id = ?2")?
                        .execute((seq.0, call.to_string()))?;
                }
            }
            PayloadRole::Answer => answers::erased(to, *seq)?,
            PayloadRole::Findings => {
                for call in calls {
                    to.prepare_cached("UPDATE call SET made = NULL WHERE id = ?1")?
                        .execute([call.to_string()])?;
                }
            }
            PayloadRole::Question => {
                to.prepare_cached(
                    "UPDATE conversation SET title = '' WHERE id = (SELECT conversation FROM turn WHERE seq = ?1)
                     AND NOT EXISTS (SELECT 1 FROM turn WHERE turn.conversation = conversation.id AND turn.seq < ?1)",
                )?
                .execute([seq.0])?;
            }
            _ => {}
        }
    }
    Ok(())
}
