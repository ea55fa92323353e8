//! Counting the calls that fit, by what they are.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::filter::Filter;
use domain::label::Level;
use domain::search::Facets;
use domain::view::Count;
use rusqlite::Connection;

use super::condition::Sieve;
use super::walk::{Walk, walk};
use crate::columns::{self, word};
use crate::error::StoreError;
use crate::sieve::{OUTCOMES, VERDICTS};

/// Blocks that are counted at most, of 512 calls each: two million calls, so that counting has a bound.
pub(super) const MOST_BLOCKS: u64 = 4096;

/// How many calls there are of what.
#[derive(Default)]
pub(in crate::read) struct Counted {
    pub(in crate::read) total: u64,
    whole: bool,
    /// By the tool's number.
    by_tool: Vec<u64>,
    by_source: BTreeMap<String, u64>,
    by_outcome: [u64; OUTCOMES.len()],
    pub(in crate::read) open: u64,
    by_level: [u64; 4],
    by_verdict: [u64; VERDICTS.len()],
}

/// Counts the calls that fit.
pub(in crate::read) fn counted(sql: &Connection, filter: &Filter) -> Result<Counted, StoreError> {
    let mut sieve = Sieve::compile(sql, filter)?;
    let mut counted = Counted::default();
    let how = Walk { most: Some(MOST_BLOCKS), ..Walk::default() };
    counted.whole = walk(sql, &mut sieve, &how, |record| {
        counted.total += 1;
        let tool = record.tool as usize;
        if counted.by_tool.len() <= tool {
            counted.by_tool.resize(tool + 1, 0);
        }
        counted.by_tool[tool] += 1;
        match record.traits.outcome_place() {
            Some(place) => counted.by_outcome[place] += 1,
            None => counted.open += 1,
        }
        counted.by_level[record.traits.level_place()] += 1;
        if let Some(place) = record.traits.verdict_place() {
            counted.by_verdict[place] += 1;
        }
        ControlFlow::Continue(())
    })?;
    let mut tools = sql.prepare_cached("SELECT id, source FROM tool")?;
    for (tool, source) in columns::rows(&mut tools, [], |row| Ok((row.get::<_, usize>(0)?, row.get(1)?)))? {
        let count = counted.by_tool.get(tool).copied().unwrap_or(0);
        *counted.by_source.entry(source).or_default() += count;
    }
    Ok(counted)
}

impl Counted {
    pub(super) fn facets(&self) -> Facets {
        Facets {
            total: self.total,
            at_least: !self.whole,
            by_source: self.by_source(),
            by_outcome: self.by_outcome(),
            by_level: self.by_level().into_iter().rev().collect(),
            by_verdict: most_first(VERDICTS.iter().map(word).zip(self.by_verdict)),
        }
    }

    /// Most first. Calls of tools that are not connected count for no source.
    pub(in crate::read) fn by_source(&self) -> Vec<Count> {
        let named = self.by_source.iter().filter(|(source, _)| !source.is_empty());
        most_first(named.map(|(source, count)| (source.clone(), *count)))
    }

    /// Most first; `open` for those without.
    pub(in crate::read) fn by_outcome(&self) -> Vec<Count> {
        let open = ("open".to_owned(), self.open);
        most_first(OUTCOMES.iter().map(word).zip(self.by_outcome).chain([open]))
    }

    /// Lowest first.
    pub(in crate::read) fn by_level(&self) -> Vec<Count> {
        let counts = Level::ALL.iter().zip(self.by_level).filter(|(_, count)| *count > 0);
        counts.map(|(level, count)| Count { name: level.word().to_owned(), count }).collect()
    }
}

/// Those that are any, most first, then by name.
pub(super) fn most_first(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<Count> {
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let mut counts: Vec<_> = counts.map(|(name, count)| Count { name, count }).collect();
    counts.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
    counts
}
