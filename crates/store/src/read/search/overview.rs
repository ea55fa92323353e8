//! What charts show of the calls that fit.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use domain::filter::Filter;
use domain::search::{Day, ModelExposure, Overview, ToolTime};
use domain::time::{Micros, Span};
use rusqlite::{Connection, Row};

use super::condition::Sieve;
use super::counts::{MOST_BLOCKS, most_first};
use super::walk::{Walk, walk};
use crate::columns::{self, word};
use crate::error::StoreError;
use crate::sieve::{FAILURES, Flag, Record};

const MOST_DAYS: usize = 90;
const MOST_TOOLS: usize = 20;
/// Calls whose turns are asked what models were shown in them.
const MOST_SHOWN: usize = 2000;
const DAY: i64 = 86_400_000_000;

#[derive(Default)]
struct Charts {
    /// By their number since 1970.
    days: BTreeMap<i64, ([u32; 4], u32)>,
    /// By their number.
    tools: BTreeMap<u32, Times>,
    failures: [u64; FAILURES.len()],
    /// `allowed`, `refused`, `edited`.
    approvals: [u64; 3],
    newest: Vec<u64>,
}

#[derive(Default)]
struct Times {
    calls: u32,
    failures: u32,
    /// In milliseconds, of calls that were sent and have ended.
    took: Vec<u32>,
    total: u64,
}

pub(super) fn overview(sql: &Connection, filter: &Filter) -> Result<Overview, StoreError> {
    let mut sieve = Sieve::compile(sql, filter)?;
    let mut charts = Charts::default();
    let how = Walk { measures: true, most: Some(MOST_BLOCKS), ..Walk::default() };
    let _counted_are_the_newest = walk(sql, &mut sieve, &how, |record| {
        charts.take(record);
        ControlFlow::Continue(())
    })?;
    let exposure =
        if filter.conditions.is_empty() { exposure_of_all(sql)? } else { exposure_of(sql, &charts.newest)? };
    charts.finish(sql, exposure)
}

impl Charts {
    fn take(&mut self, Record { seq, traits, tool, measures }: &Record) {
        // A call that is still open has not failed.
        let failed = traits.outcome_place().is_some_and(|place| place > 0);
        let day = self.days.entry(measures.at.div_euclid(DAY)).or_default();
        day.0[traits.level_place()] += 1;
        day.1 += u32::from(failed);
        if traits.has(Flag::Sent) {
            let times = self.tools.entry(*tool).or_default();
            times.calls += 1;
            times.failures += u32::from(failed);
            if traits.outcome_place().is_some() {
                times.took.push(Span(measures.took).ms());
                times.total = times.total.saturating_add(measures.took);
            }
        }
        if let Some(place) = traits.failure_place() {
            self.failures[place] += 1;
        }
        for (count, flag) in self.approvals.iter_mut().zip([Flag::Allowed, Flag::Refused, Flag::Edited]) {
            *count += u64::from(traits.has(flag));
        }
        if self.newest.len() < MOST_SHOWN {
            self.newest.push(*seq);
        }
    }

    fn finish(self, sql: &Connection, exposure: Vec<ModelExposure>) -> Result<Overview, StoreError> {
        let day = |(day, (by_level, failures))| Day { at: Micros(day * DAY), by_level, failures };
        let mut days: Vec<_> = self.days.into_iter().rev().take(MOST_DAYS).map(day).collect();
        days.reverse();
        let mut tools: Vec<_> = self.tools.into_iter().collect();
        tools.sort_by_key(|(tool, times)| (std::cmp::Reverse(times.total), *tool));
        tools.truncate(MOST_TOOLS);
        let mut name = sql.prepare_cached("SELECT name FROM tool WHERE id = ?1")?;
        let tools = tools
            .into_iter()
            .map(|(tool, times)| Ok(times.told(name.query_row([tool], |row| row.get(0))?)))
            .collect::<Result<_, StoreError>>()?;
        let approvals = ["allowed", "refused", "edited"].map(str::to_owned).into_iter().zip(self.approvals);
        Ok(Overview {
            days,
            tools,
            failures: most_first(FAILURES.iter().map(word).zip(self.failures)),
            approvals: most_first(approvals),
            exposure,
        })
    }
}

impl Times {
    fn told(mut self, tool: String) -> ToolTime {
        self.took.sort_unstable();
        let at = |part: usize| {
            self.took
                .get((self.took.len() * part / 100).min(self.took.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0)
        };
        ToolTime { tool, calls: self.calls, failures: self.failures, p50_ms: at(50), p95_ms: at(95) }
    }
}

fn exposure_of_all(sql: &Connection) -> Result<Vec<ModelExposure>, StoreError> {
    let mut statement = sql
        .prepare_cached("SELECT model, level, count(*) FROM request GROUP BY model, level ORDER BY model")?;
    let counts = columns::rows(&mut statement, [], shown)?;
    Ok(exposure(counts))
}

fn exposure_of(sql: &Connection, calls: &[u64]) -> Result<Vec<ModelExposure>, StoreError> {
    let mut turn = sql.prepare_cached("SELECT turn FROM call WHERE seq = ?1")?;
    let mut requests = sql
        .prepare_cached("SELECT model, level, count(*) FROM request WHERE turn = ?1 GROUP BY model, level")?;
    let (mut turns, mut counts) = (HashSet::new(), Vec::new());
    for call in calls {
        let found: Option<String> = turn.query_row([call], |row| row.get(0))?;
        if let Some(found) = found
            && !turns.contains(&found)
        {
            counts.extend(columns::rows(&mut requests, [&found], shown)?);
            turns.insert(found);
        }
    }
    Ok(exposure(counts))
}

fn shown(row: &Row<'_>) -> Result<(String, usize, u32), StoreError> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn exposure(counts: Vec<(String, usize, u32)>) -> Vec<ModelExposure> {
    let mut models: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    for (model, level, count) in counts {
        if let Some(sum) = models.entry(model).or_default().get_mut(level) {
            *sum = sum.saturating_add(count);
        }
    }
    let mut exposure: Vec<_> =
        models.into_iter().map(|(model, by_level)| ModelExposure { model, by_level }).collect();
    // Stable: those with as many stay in the order of their names.
    exposure.sort_by_key(|exposure| {
        std::cmp::Reverse(exposure.by_level.iter().map(|count| u64::from(*count)).sum::<u64>())
    });
    exposure
}
