//! Which calls have words, asked of the index from the newest call on, some at a time: of a common word a page needs
//! few, of a rare one there are few.

use rusqlite::Connection;

use crate::columns;
use crate::error::StoreError;

/// Calls that are asked for at first, and after a jump.
const FEW: u32 = 64;
/// Calls that are asked for at most, if all are looked at.
const MANY: u32 = 8192;

/// The calls in which these words stand one after another. It is asked for ever older ones.
pub(super) struct Words {
    /// As FTS5 reads it.
    phrase: String,
    /// The newest ones from `from` on, which is included, newest first.
    page: Vec<u64>,
    from: Option<u64>,
    /// Whether there are none before those of the page.
    ends: bool,
    size: u32,
}

impl Words {
    pub(super) fn new(words: &str) -> Self {
        // In quotes everything is a word but the quote; FTS5 stops reading at NUL.
        let phrase = format!("\"{}\"", words.replace('\0', " ").replace('"', "\"\""));
        Self { phrase, page: Vec::new(), from: None, ends: false, size: FEW }
    }

    /// The newest call that has them, up to the one at `seq`.
    pub(super) fn newest(&mut self, sql: &Connection, seq: u64) -> Result<Option<u64>, StoreError> {
        if self.from.is_none_or(|from| from < seq) {
            self.ask(sql, seq, FEW)?;
        }
        loop {
            if let Some(newest) = self.page.get(self.page.partition_point(|known| *known > seq)) {
                return Ok(Some(*newest));
            }
            if self.ends {
                return Ok(None);
            }
            let (from, last) = (self.from.unwrap_or(seq), self.page.last().copied().unwrap_or(seq));
            // Whoever looks at all soon takes many at a time; whoever jumps needs few.
            let is_near = last.saturating_sub(seq) <= from - last;
            self.ask(sql, seq, if is_near { (self.size * 2).min(MANY) } else { FEW })?;
        }
    }

    fn ask(&mut self, sql: &Connection, from: u64, size: u32) -> Result<(), StoreError> {
        let mut statement = sql.prepare_cached(
            "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3",
        )?;
        self.page = columns::rows(&mut statement, (&self.phrase, from, size), |row| Ok(row.get(0)?))?;
        self.ends = self.page.len() < size as usize;
        (self.from, self.size) = (Some(from), size);
        Ok(())
    }
}
