//! What is configured, and how sources have been doing.

use domain::json::Json;
use domain::model::ModelSpec;
use domain::source::SourceSpec;
use domain::time::{Micros, Span};
use domain::tool::SourceName;
use domain::view::Health;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use super::Reader;
use crate::columns;
use crate::error::StoreError;

/// Of how many calls the middle time is taken.
const LATEST: u32 = 100;

impl Reader {
    /// The sources, by name.
    pub async fn sources(&self) -> Result<Vec<SourceSpec>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached("SELECT definition FROM source ORDER BY name")?;
            columns::rows(&mut statement, [], definition)
        })
        .await
    }

    /// What the record says of a source's calls; all zero if it has none.
    pub async fn health(&self, source: &SourceName) -> Result<Health, StoreError> {
        let source = source.to_string();
        self.run(move |sql| health(sql, &source)).await
    }

    /// The models, by name.
    pub async fn models(&self) -> Result<Vec<ModelSpec>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached("SELECT definition FROM model ORDER BY name")?;
            columns::rows(&mut statement, [], definition)
        })
        .await
    }

    /// A setting's value; `None` if it was never set.
    pub async fn setting(&self, key: &str) -> Result<Option<Json>, StoreError> {
        let key = key.to_owned();
        self.run(move |sql| {
            let mut statement = sql.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
            statement.query_row([key], |row| Ok(definition(row))).optional()?.transpose()
        })
        .await
    }
}

fn definition<T: DeserializeOwned>(row: &Row<'_>) -> Result<T, StoreError> {
    let text = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text)
        .map_err(|error| StoreError::damaged(None, format!("a setting does not read: {error}")))
}

fn health(sql: &Connection, source: &str) -> Result<Health, StoreError> {
    let mut sums =
        sql.prepare_cached("SELECT calls, failures, last_at FROM source_calls WHERE source = ?1")?;
    let sums = sums.query_row([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((calls, failures, last_at)) = sums else { return Ok(Health::default()) };
    let mut latest = sql.prepare_cached(
        "SELECT took FROM call WHERE source = ?1 AND sent_at IS NOT NULL AND outcome IS NOT NULL
         ORDER BY seq DESC LIMIT ?2",
    )?;
    let mut times: Vec<u64> = columns::rows(&mut latest, (source, LATEST), |row| Ok(row.get(0)?))?;
    times.sort_unstable();
    let p50_ms = times.get(times.len() / 2).map_or(0, |took| Span(*took).ms());
    Ok(Health { calls, failures, p50_ms, last_at: Some(Micros(last_at)) })
}
