//! Search over all calls: pages, counts, charts. A filter is compiled into a sieve once, and blocks of calls go through
//! it, newest first.

mod condition;
mod counts;
mod overview;
mod seqs;
mod walk;
mod words;

use std::ops::ControlFlow;

use domain::filter::{Filter, Test};
use domain::id::Seq;
use domain::search::{Facets, Overview, SearchPage};
use rusqlite::Connection;

use super::{Reader, calls};
use crate::columns;
use crate::error::StoreError;
use condition::Sieve;
pub(super) use counts::counted;
use walk::{Walk, walk};

/// The most rows of one page.
const MOST_ROWS: u32 = 1000;

impl Reader {
    /// The calls that fit, newest first, at most `limit` of them; 0 and anything above 1000 mean 1000. `before` is the
    /// last page's `next`.
    ///
    /// Words are found in a call's tool, in the arguments that ran, in its own result and in what is said of its end;
    /// of each the first 64 kB of text. They are put into their index when it is quiet: a search for words waits until
    /// everything that was durable when it began is in it, for at most three seconds, and then finds what there is.
    pub async fn search(
        &self,
        filter: Filter,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<SearchPage, StoreError> {
        self.wait_for_words_of(&filter).await?;
        self.run(move |sql| search(sql, &filter, before, limit)).await
    }

    /// How many calls fit, by what. Words as for [`Reader::search`]. Past two million calls it counts the newest.
    pub async fn facets(&self, filter: Filter) -> Result<Facets, StoreError> {
        self.wait_for_words_of(&filter).await?;
        self.run(move |sql| Ok(counted(sql, &filter)?.facets())).await
    }

    /// What charts show of the calls that fit. Words as for [`Reader::search`]. What models were shown is told of the
    /// turns of the newest 2,000 calls that fit, and of all requests if the filter is empty.
    pub async fn overview(&self, filter: Filter) -> Result<Overview, StoreError> {
        self.wait_for_words_of(&filter).await?;
        self.run(move |sql| overview::overview(sql, &filter)).await
    }

    /// The sources and the tools (`source.tool`) that ever were called, by name.
    pub async fn known(&self) -> Result<(Vec<String>, Vec<String>), StoreError> {
        self.run(|sql| {
            let mut names = sql.prepare_cached("SELECT name FROM tool WHERE name <> '' ORDER BY name")?;
            let tools = columns::rows(&mut names, [], |row| Ok(row.get(0)?))?;
            let mut names =
                sql.prepare_cached("SELECT DISTINCT source FROM tool WHERE source <> '' ORDER BY source")?;
            let sources = columns::rows(&mut names, [], |row| Ok(row.get(0)?))?;
            Ok((sources, tools))
        })
        .await
    }

    async fn wait_for_words_of(&self, filter: &Filter) -> Result<(), StoreError> {
        let tests = filter.conditions.iter().flat_map(|condition| &condition.any);
        if tests.into_iter().any(|test| matches!(test, Test::Words(_))) {
            self.wait_for_words().await
        } else {
            Ok(())
        }
    }
}

/// One page of the calls that fit.
pub(super) fn search(
    sql: &Connection,
    filter: &Filter,
    before: Option<Seq>,
    limit: u32,
) -> Result<SearchPage, StoreError> {
    let limit = if limit == 0 { MOST_ROWS } else { limit.min(MOST_ROWS) } as usize;
    let mut sieve = Sieve::compile(sql, filter)?;
    let mut found = Vec::new();
    let mut goes_on = false;
    walk(sql, &mut sieve, &Walk { before, ..Walk::default() }, |record| {
        goes_on = found.len() == limit;
        if goes_on {
            return ControlFlow::Break(());
        }
        found.push(record.seq);
        ControlFlow::Continue(())
    })?;
    let next = found.last().filter(|_| goes_on).map(|seq| Seq(*seq));
    Ok(SearchPage { rows: calls::at(sql, &found)?, next })
}
