//! What models were not shown, and what people called false alarms.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::finding::FalseAlarm;
use domain::hidden::Hidden;
use domain::id::{ConversationId, Seq};
use rusqlite::Connection;

use super::Reader;
use crate::columns::{self, from_word};
use crate::error::StoreError;
use crate::stored;

impl Reader {
    /// The pseudonyms that a conversation has so far: what the latest of its requests to a model that hid anything says.
    /// Nothing if none did, or if all of that is erased.
    pub async fn hidden(&self, id: ConversationId) -> Result<Hidden, StoreError> {
        self.run(move |sql| hidden(sql, id)).await
    }

    /// What people called false alarms, by tool.
    pub async fn false_alarms(&self) -> Result<Vec<FalseAlarm>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT tool, kind, carried, pointer, call FROM false_alarm ORDER BY tool, kind, carried, pointer",
            )?;
            columns::rows(&mut statement, [], |row| {
                let (carried, call): (String, String) = (row.get(2)?, row.get(4)?);
                Ok(FalseAlarm {
                    tool: row.get(0)?,
                    kind: row.get(1)?,
                    carried: from_word(&carried)?,
                    pointer: row.get(3)?,
                    call: columns::id(&call)?,
                })
            })
        })
        .await
    }
}

fn hidden(sql: &Connection, id: ConversationId) -> Result<Hidden, StoreError> {
    let mut statement = sql.prepare_cached(
        "SELECT request.seq, entry.body FROM request JOIN entry USING (seq)
         WHERE request.conversation = ?1 ORDER BY request.seq DESC",
    )?;
    let mut rows = statement.query([id.to_string()])?;
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        let Fact::ModelCalled { hidden: Some(commitment), .. } = entry.fact else { continue };
        let stored = stored::payload(sql, seq, &commitment, u64::MAX)?;
        if let Some(hidden) = stored.and_then(|stored| serde_json::from_slice(&stored.bytes).ok()) {
            return Ok(hidden);
        }
    }
    Ok(Hidden::default())
}
