//! Checking that what screens query is what the entries say: the tables are filled again in memory, by the function
//! that filled them, and compared row by row.

use domain::id::Seq;
use domain::view::{Finding, FindingKind, Part};
use rusqlite::types::Value;
use rusqlite::{Connection, Rows};

use super::Reader;
use crate::error::StoreError;
use crate::pragma;
use crate::project::{Mark, TABLES, Unreadable, fill, make_tables};

/// Past this many differences a table is known to be wrong, and more of the same helps nobody.
const MOST_PER_TABLE: usize = 20;

impl Reader {
    /// Rebuilds every projection from the entries and payloads of one snapshot and compares, then the words of calls,
    /// but for those that are still to be put into their index; empty if all agree.
    /// Reads the whole trail.
    pub async fn check_projections(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = self.run(check).await?;
        findings.extend(self.check_words().await?);
        Ok(findings)
    }
}

fn check(sql: &Connection) -> Result<Vec<Finding>, StoreError> {
    let rebuilt = pragma::in_memory()?;
    make_tables(&rebuilt)?;
    rebuilt.execute_batch("BEGIN")?;
    let upto = Mark::stored(sql)?.entries;
    if let Some(Unreadable { seq, why }) = fill(sql, &rebuilt, 0..upto)? {
        let words = format!("the entry does not read, so the tables can't be checked: {why}");
        return Ok(vec![Finding { kind: FindingKind::Altered, part: Part::Tree, seq: Some(seq), words }]);
    }
    rebuilt.execute_batch("COMMIT")?;
    let mut findings = Vec::new();
    for (table, order) in TABLES {
        compare(sql, &rebuilt, table, order, &mut findings)?;
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
    let (mut is, mut should) = (next(&mut held, width)?, next(&mut rebuilt, width)?);
    let mut found = 0;
    while found < MOST_PER_TABLE {
        let (step_held, step_rebuilt, words) = match (&is, &should) {
            (None, None) => break,
            (Some(is_row), Some(should_row)) => match ordered(&is_row[..keys], &should_row[..keys]) {
                std::cmp::Ordering::Less => (true, false, Some("has a row that no entry gives")),
                std::cmp::Ordering::Greater => (false, true, Some("lacks a row that the entries give")),
                std::cmp::Ordering::Equal if is_row == should_row => (true, true, None),
                std::cmp::Ordering::Equal => {
                    (true, true, Some("has a row that is not as the entries give it"))
                }
            },
            (Some(_), None) => (true, false, Some("has a row that no entry gives")),
            (None, Some(_)) => (false, true, Some("lacks a row that the entries give")),
        };
        if let Some(words) = words {
            found += 1;
            let row = if step_rebuilt { should.as_deref() } else { is.as_deref() }.unwrap_or_default();
            let differing = match (&is, &should) {
                (Some(is), Some(should)) if step_held && step_rebuilt => differing(is, should, &names, keys),
                _ => String::new(),
            };
            let seq = seq_column.and_then(|column| row.get(keys + column)).and_then(seq_of);
            let key: Vec<String> = row.iter().take(keys).map(shown).collect();
            let words = format!("the table `{table}` {words}: {}{differing}", key.join(" "));
            findings.push(Finding { kind: FindingKind::Projection, part: Part::Projections, seq, words });
        }
        if step_held {
            is = next(&mut held, width)?;
        }
        if step_rebuilt {
            should = next(&mut rebuilt, width)?;
        }
    }
    Ok(())
}

fn next(rows: &mut Rows<'_>, width: usize) -> Result<Option<Vec<Value>>, StoreError> {
    let row = rows.next()?;
    Ok(row.map(|row| (0..width).map(|column| row.get(column)).collect::<Result<_, _>>()).transpose()?)
}

/// As SQLite orders keys: all of ours are numbers or ASCII text.
fn ordered(left: &[Value], right: &[Value]) -> std::cmp::Ordering {
    let pairs = left.iter().zip(right);
    let unequal = pairs.map(|pair| match pair {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (left, right) => shown(left).cmp(&shown(right)),
    });
    unequal.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

fn differing(is: &[Value], should: &[Value], names: &[String], keys: usize) -> String {
    let columns =
        names.iter().enumerate().filter(|(place, _)| is.get(keys + place) != should.get(keys + place));
    let columns: Vec<&str> = columns.map(|(_, name)| name.as_str()).collect();
    format!(" ({} differ)", columns.join(", "))
}

fn seq_of(value: &Value) -> Option<Seq> {
    match value {
        Value::Integer(seq) => u64::try_from(*seq).ok().map(Seq),
        _ => None,
    }
}

/// A key, in words. Only keys are shown: other columns may be private.
fn shown(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
