//! What the trail holds, in numbers.

use domain::filter::Filter;
use domain::view::TrailStats;
use rusqlite::Connection;

use super::{Reader, search};
use crate::error::StoreError;

impl Reader {
    /// Counts over the whole trail. Outcomes are named as they are serialised (`timed_out`), most first; calls of
    /// tools that are not connected count for no source.
    pub async fn stats(&self) -> Result<TrailStats, StoreError> {
        self.run(stats).await
    }
}

fn stats(sql: &Connection) -> Result<TrailStats, StoreError> {
    let one = |text: &str| -> Result<u64, StoreError> {
        Ok(sql.prepare_cached(text)?.query_row([], |row| row.get(0))?)
    };
    let counted = search::counted(sql, &Filter::default())?;
    Ok(TrailStats {
        entries: one("SELECT coalesce(max(seq) + 1, 0) FROM entry")?,
        checkpoints: one("SELECT count(*) FROM checkpoint")?,
        calls: counted.total,
        open_calls: counted.open,
        payload_bytes: one("SELECT coalesce(sum(length(bytes)), 0) FROM payload")?,
        by_outcome: counted.by_outcome(),
        by_source: counted.by_source(),
        by_level: counted.by_level(),
    })
}
