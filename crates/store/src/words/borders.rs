//! The borders between the pages of the index. With each page FTS5 notes the first letters of the word that the page
//! began with when it was written, and it keeps the note when that word is taken out, with `secure-delete` too. So the
//! beginning of an erased word, or all of it where another differs in its last letter, would stay in the file. Here the
//! note is replaced by the word that the page begins with now: a border as good as the one before, since every word of an
//! earlier page is still below it and none of this page is.
//!
//! This knows two things of FTS5's file format, which is fixed: where a page lies (`segment << 37 | page`), and that a
//! page says at its end where its first word stands. A page that does not read so is left alone.

use rusqlite::{Connection, OptionalExtension};

use super::text::Text;
use crate::error::StoreError;
use crate::pragma;

/// Takes the words of these texts, which the index has no more, out of its borders.
pub(super) fn mend(sql: &Connection, gone: &[Text]) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    // What was taken out waits in memory until somebody looks or the transaction ends; a savepoint counts as looking.
    sql.execute_batch("SAVEPOINT taken_out; RELEASE taken_out")?;
    let words = words_of(sql, gone)?;
    let mut segments = sql.prepare_cached("SELECT DISTINCT segid FROM words_idx")?;
    let segments: Vec<i64> = crate::columns::rows(&mut segments, [], |row| Ok(row.get(0)?))?;
    let mut border = sql.prepare_cached(
        "SELECT term, pgno FROM words_idx WHERE segid = ?1 AND term <= ?2 ORDER BY term DESC LIMIT 1",
    )?;
    let mut page = sql.prepare_cached("SELECT block FROM words_data WHERE id = ?1")?;
    let mut replace = sql.prepare_cached("UPDATE words_idx SET term = ?3 WHERE segid = ?1 AND term = ?2")?;
    for segment in segments {
        for word in &words {
            // The page on which the word would stand: only its note can be of this word.
            let found = border.query_row((segment, word), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let Some((note, place)): Option<(Vec<u8>, i64)> = found else { continue };
            if note.is_empty() || !word.starts_with(&note) {
                continue;
            }
            // The lowest bit says something else.
            let id = (segment << 37) + (place >> 1);
            let block: Option<Vec<u8>> = page.query_row([id], |row| row.get(0)).optional()?;
            if let Some(first) = block.as_deref().and_then(first_word)
                && !first.starts_with(&note)
            {
                replace.execute((segment, &note, first))?;
            }
        }
    }
    Ok(())
}

/// The words of these texts as the index has them, each behind the byte that stands before all words of its kind.
fn words_of(sql: &Connection, texts: &[Text]) -> Result<Vec<Vec<u8>>, StoreError> {
    let apart = pragma::in_memory()?;
    // An index of its own, made as this one was, so that it cuts texts into the same words.
    let made: String =
        sql.query_row("SELECT sql FROM sqlite_schema WHERE name = 'words'", [], |row| row.get(0))?;
    apart.execute_batch(&made)?;
    apart.execute_batch("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, words, row); BEGIN")?;
    let mut put = apart
        .prepare("INSERT INTO words (rowid, tool, arguments, result, ending) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (number, text) in (0_i64..).zip(texts) {
        put.execute((number, &text.tool, &text.arguments, &text.result, &text.ending))?;
    }
    let mut words = apart.prepare("SELECT term FROM temp.word")?;
    crate::columns::rows(&mut words, [], |row| {
        let word = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        Ok([b"0", word].concat())
    })
}

/// The word that a page begins with; none if it has only the rest of a word's places.
fn first_word(page: &[u8]) -> Option<&[u8]> {
    let end = usize::from(u16::from_be_bytes(page.get(2..4)?.try_into().ok()?));
    let (at, _) = number(page.get(end..)?)?;
    let (length, behind) = number(page.get(at..end)?)?;
    page.get(at + behind..at + behind + length).filter(|word| !word.is_empty())
}

/// A number as SQLite writes small ones, and how many bytes it has.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(3).enumerate() {
        number = number << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, place + 1));
        }
    }
    None
}
