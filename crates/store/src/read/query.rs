//! The plain list of calls: by a few things that one knows of them.

use domain::filter::{Condition, Filter, Test};
use domain::id::{ConversationId, Seq, TurnId};
use domain::outcome::Outcome;
use domain::view::CallRow;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{Reader, search};
use crate::error::StoreError;

/// The most rows of one answer.
const MOST_ROWS: u32 = 1000;

/// Which calls. What is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub struct CallQuery {
    /// Only those asked for before this entry: the last row's `seq` asks for the next page.
    pub before: Option<Seq>,
    /// How many at most; 0 and anything above 1000 mean 1000.
    pub limit: u32,
    /// Only this conversation's.
    pub conversation: Option<ConversationId>,
    /// Only this turn's.
    pub turn: Option<TurnId>,
    /// Only this source's, by its name.
    pub source: Option<String>,
    /// Only those that ended so.
    pub outcome: Option<Outcome>,
    /// Only those whose tool or telling argument has these words in it, capitals or not.
    pub words: Option<String>,
}

impl Reader {
    /// Calls, newest first.
    pub async fn calls(&self, query: CallQuery) -> Result<Vec<CallRow>, StoreError> {
        self.run(move |sql| calls(sql, &query)).await
    }
}

fn calls(sql: &Connection, query: &CallQuery) -> Result<Vec<CallRow>, StoreError> {
    let limit = if query.limit == 0 { MOST_ROWS } else { query.limit.min(MOST_ROWS) };
    let words = query.words.as_deref().map(|words| words.trim().to_ascii_lowercase()).unwrap_or_default();
    let (filter, mut before, mut rows) = (query.filter(), query.before, Vec::new());
    loop {
        let page = search::search(sql, &filter, before, limit)?;
        let fitting = page.rows.into_iter().filter(|row| has(row, &words));
        rows.extend(fitting.take(limit as usize - rows.len()));
        before = page.next;
        if before.is_none() || rows.len() == limit as usize {
            return Ok(rows);
        }
    }
}

impl CallQuery {
    /// All of it but the words, which stand in the row itself.
    fn filter(&self) -> Filter {
        let tests = [
            self.conversation.map(Test::Conversation),
            self.turn.map(Test::Turn),
            self.source.clone().map(Test::Source),
            self.outcome.map(Test::Outcome),
        ];
        let conditions = tests.into_iter().flatten().map(|test| Condition { not: false, any: vec![test] });
        Filter { conditions: conditions.collect() }
    }
}

/// Whether these characters, which are in lower case, stand in a row.
fn has(row: &CallRow, words: &str) -> bool {
    words.is_empty() || format!("{} {}", row.tool, row.telling).to_ascii_lowercase().contains(words)
}
