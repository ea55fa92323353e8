//! What requests to models used.

use domain::model::Usage;
use domain::time::{Micros, Span};
use domain::view::{DaySpent, Spent};
use rusqlite::{Connection, Row};

use super::Reader;
use crate::columns;
use crate::error::StoreError;

/// Which requests count: those that were prompts. A server that was only asked about its models used nothing.
const COUNT: &str = "ended_seq IS NOT NULL AND (turn IS NOT NULL OR input + output > 0)";
/// The sums over requests, in the order in which [`sums`] reads them.
const SUMS: &str =
    "count(*), count(failure), total(input), total(cached), total(output), total(reasoning), total(cost),
    count(*) FILTER (WHERE cost IS NULL AND input + output > 0), total(took)";
const DAY: i64 = 86_400_000_000;

impl Reader {
    /// What each model used on each day since then, the newest day first.
    pub async fn spent_by_day(&self, since: Micros) -> Result<Vec<DaySpent>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT {SUMS}, at / {DAY} AS day, model FROM request WHERE {COUNT} AND at >= ?1
                 GROUP BY day, model ORDER BY day DESC, model"
            ))?;
            columns::rows(&mut statement, [since.0], |row| {
                let day: i64 = row.get(9)?;
                Ok(DaySpent { at: Micros(day * DAY), model: row.get(10)?, spent: sums(row)? })
            })
        })
        .await
    }
}

/// What a turn's requests used.
pub(super) fn of_turn(sql: &Connection, turn: &str) -> Result<Spent, StoreError> {
    of(sql, "turn", turn)
}

/// What a conversation's requests used.
pub(super) fn of_conversation(sql: &Connection, conversation: &str) -> Result<Spent, StoreError> {
    of(sql, "conversation", conversation)
}

fn of(sql: &Connection, column: &str, id: &str) -> Result<Spent, StoreError> {
    let query = format!("SELECT {SUMS} FROM request WHERE {column} = ?1 AND {COUNT}");
    sql.prepare_cached(&query)?.query_row([id], |row| Ok(sums(row)))?
}

/// Sums are read as what SQLite's `total` gives, which never overflows; past what a column holds they stay there.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts from floats saturate")]
fn sums(row: &Row<'_>) -> Result<Spent, StoreError> {
    let tokens = |place| row.get::<_, f64>(place).map(|sum| sum as u32);
    Ok(Spent {
        requests: row.get(0)?,
        failures: row.get(1)?,
        usage: Usage { input: tokens(2)?, cached: tokens(3)?, output: tokens(4)?, reasoning: tokens(5)? },
        cost: row.get::<_, f64>(6)? as u64,
        unpriced: row.get(7)?,
        took_ms: Span(row.get::<_, f64>(8)? as u64).millis(),
    })
}
