//! What the trail holds, in numbers.

use domain::label::Level;
use domain::view::{Count, TrailStats};
use rusqlite::Connection;

use super::Reader;
use crate::columns;
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
    let by_level = counts(sql, "SELECT level, count(*) FROM call GROUP BY level ORDER BY level", |row| {
        let level: u32 = row.get(0)?;
        let level = (0..).zip(Level::ALL).find(|(number, _)| *number == level);
        Ok(level.map_or_else(|| "unknown".to_owned(), |(_, level)| level.word().to_owned()))
    })?;
    Ok(TrailStats {
        entries: one("SELECT coalesce(max(seq) + 1, 0) FROM entry")?,
        checkpoints: one("SELECT count(*) FROM checkpoint")?,
        calls: one("SELECT count(*) FROM call")?,
        open_calls: one("SELECT count(*) FROM call WHERE outcome IS NULL")?,
        payload_bytes: one("SELECT coalesce(sum(length(bytes)), 0) FROM payload")?,
        by_outcome: counts(
            sql,
            "SELECT coalesce(outcome, 'open'), count(*) FROM call GROUP BY outcome ORDER BY 2 DESC, 1",
            |row| Ok(row.get(0)?),
        )?,
        by_source: counts(
            sql,
            "SELECT source, count(*) FROM call WHERE source <> '' GROUP BY source ORDER BY 2 DESC, 1",
            |row| Ok(row.get(0)?),
        )?,
        by_level,
    })
}

fn counts(
    sql: &Connection,
    text: &str,
    name: impl Fn(&rusqlite::Row<'_>) -> Result<String, StoreError>,
) -> Result<Vec<Count>, StoreError> {
    columns::rows(&mut *sql.prepare_cached(text)?, [], |row| {
        Ok(Count { name: name(row)?, count: row.get(1)? })
    })
}
