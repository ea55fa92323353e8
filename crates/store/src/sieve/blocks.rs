//! Writing blocks. Calls change for as long as they run, so most changes meet the last block, which stays in memory.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension};

use super::record::{Record, Summary, records};
use crate::error::StoreError;

/// Calls of one block: so few that writing the last one again costs little, so many that a million make a short list.
const CALLS: usize = 512;

/// The blocks that changed and are not written yet, and the last one.
#[derive(Default)]
pub(crate) struct Blocks {
    /// By their first call.
    open: BTreeMap<u64, Block>,
    knows_last: bool,
    tools: HashMap<String, u32>,
}

#[derive(Default)]
struct Block {
    records: Vec<Record>,
    changed: bool,
}

impl Blocks {
    /// Puts a new call behind all others.
    pub(crate) fn add(&mut self, to: &Connection, record: Record) -> Result<(), StoreError> {
        if !self.knows_last {
            self.load(to, i64::MAX as u64)?;
            self.knows_last = true;
        }
        match self.open.last_entry() {
            Some(mut last) if last.get().records.len() < CALLS => {
                let block = last.get_mut();
                block.records.push(record);
                block.changed = true;
            }
            _ => {
                self.open.insert(record.seq, Block { records: vec![record], changed: true });
            }
        }
        Ok(())
    }

    /// Changes the record of a call that was added; of one that was not there is nothing to change.
    pub(crate) fn change(
        &mut self,
        to: &Connection,
        seq: u64,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), StoreError> {
        if self.found(seq).is_none() {
            self.load(to, seq)?;
        }
        if let Some((block, place)) = self.found(seq) {
            change(&mut block.records[place]);
            block.changed = true;
        }
        Ok(())
    }

    /// The number of a tool, which it gets with its first call.
    pub(crate) fn tool(&mut self, to: &Connection, name: &str, source: &str) -> Result<u32, StoreError> {
        if let Some(tool) = self.tools.get(name) {
            return Ok(*tool);
        }
        let stored = |sql: &Connection| -> Result<Option<u32>, StoreError> {
            let mut statement = sql.prepare_cached("SELECT id FROM tool WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?)
        };
        let tool = match stored(to)? {
            Some(tool) => tool,
            None => {
                let mut statement = to.prepare_cached(
                    "INSERT INTO tool (id, name, source) SELECT coalesce(max(id) + 1, 0), ?1, ?2 FROM tool
                     RETURNING id",
                )?;
                statement.query_row([name, source], |row| row.get(0))?
            }
        };
        self.tools.insert(name.to_owned(), tool);
        Ok(tool)
    }

    /// Writes what changed.
    pub(crate) fn write(&mut self, to: &Connection) -> Result<(), StoreError> {
        for block in self.open.values_mut().filter(|block| block.changed) {
            block.write(to)?;
            block.changed = false;
        }
        let last = self.open.pop_last().filter(|_| self.knows_last);
        self.open.clear();
        self.open.extend(last);
        Ok(())
    }

    fn found(&mut self, seq: u64) -> Option<(&mut Block, usize)> {
        let (_, block) = self.open.range_mut(..=seq).next_back()?;
        let place = block.records.binary_search_by_key(&seq, |record| record.seq).ok()?;
        Some((block, place))
    }

    /// Reads the block in which a call with this number would be.
    fn load(&mut self, from: &Connection, seq: u64) -> Result<(), StoreError> {
        let mut statement = from.prepare_cached(
            "SELECT first, kinds, measures FROM block_calls WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
        )?;
        let mut rows = statement.query([seq])?;
        if let Some(row) = rows.next()? {
            let first: u64 = row.get(0)?;
            let blob = |column| -> rusqlite::Result<Vec<u8>> { row.get(column) };
            let records = records(&blob(1)?, Some(&blob(2)?)).collect();
            self.open.entry(first).or_insert(Block { records, changed: false });
        }
        Ok(())
    }
}

impl Block {
    fn write(&self, to: &Connection) -> Result<(), StoreError> {
        let Some(summary) = Summary::of(&self.records) else {
            return Ok(());
        };
        let (mut kinds, mut measures) = (Vec::new(), Vec::new());
        for record in &self.records {
            record.write(&mut kinds, &mut measures);
        }
        let most = |number: u64| number.min(i64::MAX as u64);
        let Summary { first, last, some, every, tools, at, took, size } = summary;
        to.prepare_cached(
            "INSERT OR REPLACE INTO block (first, last, some, every, tools, at_from, at_to, took_from, took_to,
                                           size_from, size_to)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute((
            first,
            last,
            some.0,
            every.0,
            tools,
            at.0,
            at.1,
            most(took.0),
            most(took.1),
            most(size.0),
            most(size.1),
        ))?;
        to.prepare_cached("INSERT OR REPLACE INTO block_calls (first, kinds, measures) VALUES (?1, ?2, ?3)")?
            .execute((first, kinds, measures))?;
        Ok(())
    }
}
