//! Checking the words that are searched. What was put into the index is kept beside it and must be what the payloads say
//! now; and the index must have that, word by word. The index is not ordered by calls, so each call's words are summed
//! up to a number, on both sides, in whatever order they come.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Weak;

use domain::id::Seq;
use domain::view::{Finding, FindingKind, Part};
use rusqlite::Connection;

use super::{Reader, pool};
use crate::columns;
use crate::error::StoreError;
use crate::pragma;
use crate::words::{self, Text};

/// Past this many differences the index is known to be wrong.
const MOST: usize = 20;
/// Calls whose words are put into an index of their own at one time, to see what it makes of them.
const AT_A_TIME: usize = 512;
/// Words as an index has them: each time one stands in a call.
const INSTANCES: &str = "SELECT doc, term, col, \"offset\" FROM temp.instance";

/// What the words of each call come to.
type Sums = BTreeMap<u64, u64>;

impl Reader {
    /// The words that are not as entries and payloads give them.
    pub(super) async fn check_words(&self, asker: Weak<()>) -> Result<Vec<Finding>, StoreError> {
        let reader = self.clone();
        let checked = tokio::task::spawn_blocking(move || {
            reader.pool.wait()?;
            let mut connection = reader.pool.connect()?;
            reader.bound(&asker, &mut connection)?;
            check(&connection)
        });
        checked.await.map_err(|_| StoreError::gone("checking words"))?
    }
}

/// On a connection of its own: one that may not write to files has to make a table in memory to look into an index.
fn check(sql: &Connection) -> Result<Vec<Finding>, StoreError> {
    sql.pragma_update(None, "query_only", "OFF")?;
    sql.execute_batch(
        "CREATE VIRTUAL TABLE temp.instance USING fts5vocab(projections, words, instance); BEGIN",
    )?;
    pool::begin(sql)?;
    let mut calls = sql.prepare(
        "SELECT seq FROM call WHERE seq NOT IN (SELECT call_seq FROM lacking_words)
         UNION SELECT call_seq FROM text WHERE call_seq NOT IN (SELECT call_seq FROM lacking_words) ORDER BY 1",
    )?;
    let calls: Vec<u64> = columns::rows(&mut calls, [], |row| Ok(row.get(0)?))?;
    let mut wrong = BTreeSet::new();
    let mut should = Sums::new();
    for calls in calls.chunks(AT_A_TIME) {
        let apart = apart()?;
        for call in calls {
            let (is, says) = (words::stored(sql, *call)?, Text::of(sql, sql, *call)?);
            if is != says {
                wrong.insert(*call);
            }
            words::index(&apart, *call, &is.unwrap_or_default())?;
        }
        sum(&apart, &mut should)?;
    }
    let mut is = Sums::new();
    sum(sql, &mut is)?;
    let mut lacking = sql.prepare("SELECT call_seq FROM lacking_words")?;
    let lacking: BTreeSet<u64> =
        columns::rows(&mut lacking, [], |row| Ok(row.get(0)?))?.into_iter().collect();
    let differing = is.keys().chain(should.keys()).filter(|call| is.get(call) != should.get(call));
    wrong.extend(differing.copied().filter(|call| !lacking.contains(call)));
    Ok(wrong.into_iter().take(MOST).map(finding).collect())
}

/// An index in memory, and what looks into it.
fn apart() -> Result<Connection, StoreError> {
    let apart = pragma::in_memory()?;
    crate::project::make_tables(&apart)?;
    apart
        .execute_batch("CREATE VIRTUAL TABLE temp.instance USING fts5vocab(main, words, instance); BEGIN")?;
    Ok(apart)
}

fn sum(sql: &Connection, sums: &mut Sums) -> Result<(), StoreError> {
    let mut instances = sql.prepare(INSTANCES)?;
    let mut rows = instances.query([])?;
    while let Some(row) = rows.next()? {
        let word: (&str, &str, u64) = (
            row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?,
            row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?,
            row.get(3)?,
        );
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let sum = sums.entry(row.get(0)?).or_default();
        *sum = sum.wrapping_add(hasher.finish());
    }
    Ok(())
}

fn finding(call: u64) -> Finding {
    let words = "the words that are searched of this call are not those that its entries and payloads give"
        .to_owned();
    Finding { kind: FindingKind::Projection, part: Part::Projections, seq: Some(Seq(call)), words }
}
