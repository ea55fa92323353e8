//! How well answers tie out, week by week.

use domain::tie::{TieCounts, TieWeek};
use domain::time::Micros;

use super::Reader;
use crate::columns;
use crate::error::StoreError;

const WEEK: i64 = 7 * 86_400_000_000;
/// The first Monday of 1970, by which weeks are counted.
const MONDAY: i64 = 4 * 86_400_000_000;

impl Reader {
    /// How well the answers of each model tied out in each week since then, the newest week first.
    pub async fn ties_by_week(&self, since: Micros) -> Result<Vec<TieWeek>, StoreError> {
        self.run(move |sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT (at - {MONDAY}) / {WEEK} AS week, model, count(*), sum(tied), sum(possible), sum(untied),
                   sum(contradicted)
                 FROM answered WHERE at >= ?1 GROUP BY week, model ORDER BY week DESC, model"
            ))?;
            columns::rows(&mut statement, [since.0], |row| {
                Ok(TieWeek {
                    at: Micros(row.get::<_, i64>(0)? * WEEK + MONDAY),
                    model: row.get(1)?,
                    answers: row.get(2)?,
                    counts: TieCounts {
                        tied: row.get(3)?,
                        possible: row.get(4)?,
                        untied: row.get(5)?,
                        contradicted: row.get(6)?,
                    },
                })
            })
        })
        .await
    }
}
