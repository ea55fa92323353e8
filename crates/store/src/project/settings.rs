//! What is configured: the last word on each source, model and setting.

use domain::id::Seq;
use domain::payload::Commitment;
use rusqlite::Connection;

use super::payloads::Payloads;
use crate::error::StoreError;

/// Which table.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Source,
    Model,
    Setting,
}

impl Kind {
    fn put(self) -> &'static str {
        match self {
            Self::Source => {
                "INSERT INTO source (name, seq, definition) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, definition = excluded.definition"
            }
            Self::Model => {
                "INSERT INTO model (name, seq, definition) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, definition = excluded.definition"
            }
            Self::Setting => {
                "INSERT INTO setting (key, seq, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, value = excluded.value"
            }
        }
    }

    fn remove(self) -> &'static str {
        match self {
            Self::Source => "DELETE FROM source WHERE name = ?1",
            Self::Model => "DELETE FROM model WHERE name = ?1",
            Self::Setting => "DELETE FROM setting WHERE key = ?1",
        }
    }
}

/// Without a payload, or if it was erased, there is nothing left to go by and the row goes.
pub(super) fn changed(
    to: &Connection,
    kind: Kind,
    name: &str,
    seq: Seq,
    setting: Option<&Commitment>,
    payloads: &Payloads<'_>,
) -> Result<(), StoreError> {
    match setting.map(|setting| payloads.text(setting)).transpose()?.flatten() {
        Some(text) => to.prepare_cached(kind.put())?.execute((name, seq.0, text.as_ref()))?,
        None => to.prepare_cached(kind.remove())?.execute([name])?,
    };
    Ok(())
}
