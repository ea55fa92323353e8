//! Checking that what screens query is what the entries say: the tables are filled again in memory, by the function
//! that filled them, and compared row by row.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::{Arc, Weak};

use domain::id::Seq;
use domain::view::{Finding, FindingKind, Part};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::growth::Growth;
use super::{Reader, pool};
use crate::error::StoreError;
use crate::pragma;
use crate::project::{Mark, TABLES, Unreadable, fill, make_tables};

/// Past this many differences a table is known to be wrong, and more of the same helps nobody.
const MOST_PER_TABLE: usize = 20;

impl Reader {
    /// Rebuilds every projection from the entries and payloads of one snapshot and compares, then the words of calls,
    /// but for those that are still to be put into their index; empty if all agree.
    /// Reads the whole trail. Dropping the future ends the work.
    ///
    /// # Errors
    /// If the workspace can't be read; [`StoreError::Overtaken`] if so much is recorded meanwhile that keeping the
    /// snapshot would make the logs too long.
    pub async fn check_projections(&self) -> Result<Vec<Finding>, StoreError> {
        let asked = Arc::new(());
        let asker = Arc::downgrade(&asked);
        let (mut findings, words) =
            tokio::try_join!(self.check_rows(asker.clone()), self.check_words(asker))?;
        findings.extend(words);
        Ok(findings)
    }

    async fn check_rows(&self, asker: Weak<()>) -> Result<Vec<Finding>, StoreError> {
        let reader = self.clone();
        let checked = tokio::task::spawn_blocking(move || {
            reader.pool.wait()?;
            let (mut sql, mut rebuilt) = (reader.pool.connect()?, pragma::in_memory()?);
            reader.bound(&asker, &mut sql)?;
            reader.bound(&asker, &mut rebuilt)?;
            sql.execute_batch("BEGIN")?;
            pool::begin(&sql)?;
            check(&sql, &rebuilt)
        });
        checked.await.map_err(|_| StoreError::gone("checking tables"))?
    }

    /// Ends what this connection does as soon as nobody waits for it any more, or it costs the writer too much.
    pub(super) fn bound(&self, asker: &Weak<()>, connection: &mut Connection) -> Result<(), StoreError> {
        let asker = asker.clone();
        Growth::begin(self.pool.dir()).bounds(connection, move || asker.strong_count() == 0)
    }
}

fn check(sql: &Connection, rebuilt: &Connection) -> Result<Vec<Finding>, StoreError> {
    make_tables(rebuilt)?;
    rebuilt.execute_batch("BEGIN")?;
    let upto = Mark::stored(sql)?.entries;
    if let Some(Unreadable { seq, why }) = fill(sql, rebuilt, 0..upto)? {
        let words = format!("the entry does not read, so the tables can't be checked: {why}");
        return Ok(vec![Finding { kind: FindingKind::Altered, part: Part::Tree, seq: Some(seq), words }]);
    }
    rebuilt.execute_batch("COMMIT")?;
    let mut findings = Vec::new();
    for (table, order) in TABLES {
        compare(sql, rebuilt, table, order, &mut findings)?;
    }
    Ok(findings)
}

fn compare(
    held: &Connection,
    rebuilt: &Connection,
    table: &str,
    order: &str,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let keys = order.split(", ").count();
    // The key stands first, then every column, so that rows of both sides can be paired without knowing the table.
    let text = format!("SELECT {order}, * FROM {table} ORDER BY {order}");
    let (mut held, mut rebuilt) = (held.prepare(&text)?, rebuilt.prepare(&text)?);
    let names: Vec<String> = held.column_names().skip(keys).map(str::to_owned).collect();
    let seq_column = names.iter().position(|name| name == "seq");
    let width = names.len() + keys;
    let (mut held, mut rebuilt) = (held.query([])?, rebuilt.query([])?);
    held.advance()?;
    rebuilt.advance()?;
    let mut found = 0;
    while found < MOST_PER_TABLE {
        let (order, words) = match (held.get(), rebuilt.get()) {
            (None, None) => break,
            (Some(is), Some(should)) => match ordered(is, should, keys)? {
                Ordering::Less => (Ordering::Less, Some("has a row that no entry gives")),
                Ordering::Greater => (Ordering::Greater, Some("lacks a row that the entries give")),
                Ordering::Equal if are_alike(is, should, keys..width)? => (Ordering::Equal, None),
                Ordering::Equal => (Ordering::Equal, Some("has a row that is not as the entries give it")),
            },
            (Some(_), None) => (Ordering::Less, Some("has a row that no entry gives")),
            (None, Some(_)) => (Ordering::Greater, Some("lacks a row that the entries give")),
        };
        if let Some(words) = words
            && let Some(row) = if order.is_lt() { held.get() } else { rebuilt.get() }
        {
            found += 1;
            let differing = match (held.get(), rebuilt.get()) {
                (Some(is), Some(should)) if order.is_eq() => differing(is, should, &names, keys)?,
                _ => String::new(),
            };
            let seq = match seq_column {
                Some(column) => seq_of(row.get_ref(keys + column)?),
                None => None,
            };
            let key = (0..keys).map(|column| Ok(shown(row.get_ref(column)?).into_owned()));
            let key = key.collect::<Result<Vec<String>, rusqlite::Error>>()?.join(" ");
            let words = format!("the table `{table}` {words}: {key}{differing}");
            findings.push(Finding { kind: FindingKind::Projection, part: Part::Projections, seq, words });
        }
        if order.is_le() {
            held.advance()?;
        }
        if order.is_ge() {
            rebuilt.advance()?;
        }
    }
    Ok(())
}

/// As SQLite orders keys: all of ours are numbers or ASCII text.
fn ordered(left: &Row<'_>, right: &Row<'_>, keys: usize) -> Result<Ordering, rusqlite::Error> {
    for column in 0..keys {
        let order = match (left.get_ref(column)?, right.get_ref(column)?) {
            (ValueRef::Integer(left), ValueRef::Integer(right)) => left.cmp(&right),
            (left, right) => shown(left).cmp(&shown(right)),
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn are_alike(is: &Row<'_>, should: &Row<'_>, columns: Range<usize>) -> Result<bool, rusqlite::Error> {
    for column in columns {
        if is.get_ref(column)? != should.get_ref(column)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn differing(
    is: &Row<'_>,
    should: &Row<'_>,
    names: &[String],
    keys: usize,
) -> Result<String, rusqlite::Error> {
    let mut columns = Vec::new();
    for (place, name) in names.iter().enumerate() {
        if !are_alike(is, should, keys + place..keys + place + 1)? {
            columns.push(name.as_str());
        }
    }
    Ok(format!(" ({} differ)", columns.join(", ")))
}

fn seq_of(value: ValueRef<'_>) -> Option<Seq> {
    match value {
        ValueRef::Integer(seq) => u64::try_from(seq).ok().map(Seq),
        _ => None,
    }
}

/// A key, in words. Only keys are shown: other columns may be private.
fn shown(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Integer(number) => Cow::Owned(number.to_string()),
        ValueRef::Text(text) => String::from_utf8_lossy(text),
        other => Cow::Owned(format!("{other:?}")),
    }
}
