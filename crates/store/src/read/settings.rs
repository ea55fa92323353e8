//! What is configured, and how sources have been doing.

use domain::json::Json;
use domain::model::ModelSpec;
use domain::outcome::Outcome;
use domain::source::SourceSpec;
use domain::time::{Micros, Span};
use domain::tool::SourceName;
use domain::view::Health;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use super::Reader;
use crate::columns::{self, optional_word};
use crate::error::StoreError;

/// The most calls of a source that its health is taken from, so that a busy week takes no longer to read than this.
const LATEST: usize = 10_000;

impl Reader {
    /// The sources, by name.
    pub async fn sources(&self) -> Result<Vec<SourceSpec>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached("SELECT definition FROM source ORDER BY name")?;
            columns::rows(&mut statement, [], definition)
        })
        .await
    }

    /// What the record says of a source's calls since then, and of its last one whenever that was; all zero if it has
    /// none.
    pub async fn health(&self, source: &SourceName, since: Micros) -> Result<Health, StoreError> {
        let source = source.to_string();
        self.run(move |sql| health(sql, &source, since)).await
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

/// Goes back along the index of the source's calls and ends at the first that is too old.
fn health(sql: &Connection, source: &str, since: Micros) -> Result<Health, StoreError> {
    let mut latest = sql.prepare_cached(
        "SELECT at, sent_at, outcome, took FROM call WHERE source = ?1 AND sent_at IS NOT NULL ORDER BY seq DESC",
    )?;
    let mut rows = latest.query([source])?;
    let mut health = Health::default();
    let mut times: Vec<u64> = Vec::new();
    while let Some(row) = rows.next()? {
        let (at, sent_at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let outcome: Option<Outcome> = optional_word(row.get(2)?)?;
        if health.last_at.is_none() {
            health.last_at = Some(Micros(sent_at));
            health.last_outcome = outcome;
        }
        if at < since.0 || times.len() == LATEST {
            break;
        }
        health.calls += 1;
        if let Some(outcome) = outcome {
            health.failures += u32::from(outcome != Outcome::Returned);
            times.push(row.get(3)?);
        }
    }
    times.sort_unstable();
    let within = |hundredths: usize| {
        let rank = (times.len() * hundredths).div_ceil(100).max(1) - 1;
        times.get(rank).map_or(0, |took| Span(*took).ms())
    };
    (health.p50_ms, health.p95_ms) = (within(50), within(95));
    Ok(health)
}
