//! What is taken out of the index is in no byte of the file, wherever on the index's pages it stood. The file is not
//! encrypted here, so that its bytes can be searched.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::log;

/// Calls, each with words of its own: enough for many pages of the index.
const CALLS: u64 = 1200;
const WORDS: usize = 12;

fn index_of(path: &Path) -> Connection {
    let sql = Connection::open(path).unwrap();
    sql.execute_batch("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON").unwrap();
    crate::project::make_tables(&sql).unwrap();
    sql
}

/// Words that no other call has, of letters that follow no order, and some that all have.
fn text(call: u64) -> Text {
    let word = |number: u64| {
        let mut mixed = (call * 31 + number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let letters = (0..14).map(|_| {
            mixed = mixed.rotate_left(7).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            char::from(b'a' + u8::try_from(mixed % 26).unwrap())
        });
        letters.collect::<String>()
    };
    let words: Vec<String> = (0..WORDS as u64).map(word).collect();
    Text {
        tool: "crm.find".to_owned(),
        arguments: words[..4].join(" "),
        result: format!("customer {}", words[4..].join(" ")),
        ending: String::new(),
    }
}

fn bytes_of(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    let log = path.with_extension("db-wal");
    bytes.extend(std::fs::read(log).unwrap_or_default());
    bytes
}

/// Which of these words have their last nine letters in the bytes: those before them the index may share with the word
/// before.
fn found<'a>(bytes: &[u8], words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let windows: HashSet<&[u8]> =
        bytes.windows(9).filter(|window| window.iter().all(u8::is_ascii_lowercase)).collect();
    words.filter(|word| windows.contains(&word.as_bytes()[5..])).collect()
}

#[test]
fn erased_words_are_in_no_byte_of_the_file_wherever_on_a_page_they_stood() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let sql = index_of(&path);
    let portions = |calls: &[u64], text: &dyn Fn(u64) -> Option<Text>| {
        for calls in calls.chunks(100) {
            sql.execute_batch("BEGIN").unwrap();
            let gone = calls.iter().filter_map(|call| put(&sql, *call, text(*call).as_ref()).unwrap());
            borders::mend(&sql, &gone.collect::<Vec<_>>()).unwrap();
            sql.execute_batch("COMMIT").unwrap();
        }
    };
    let (erased, kept): (Vec<u64>, Vec<u64>) = (0..CALLS).partition(|call| call % 3 != 0);
    portions(&(0..CALLS).collect::<Vec<_>>(), &|call| Some(text(call)));
    let before = borders(&sql);
    assert!(before.len() > 50, "{} pages", before.len());
    portions(&erased, &|_| None);

    assert!(log::empty_now(&sql));
    let bytes = bytes_of(&path);
    let gone: Vec<Text> = erased.iter().map(|call| text(*call)).collect();
    assert_eq!(found(&bytes, gone.iter().flat_map(own_words)), [""; 0]);
    assert_eq!(found(&bytes, own_words(&text(kept[1]))).len(), WORDS, "the bytes are those of the index");

    // Where one page ends and the next begins stand letters too: those of words that are there.
    sql.execute_batch("CREATE VIRTUAL TABLE temp.live USING fts5vocab(main, words, row)").unwrap();
    let live: BTreeSet<String> = column(&sql, "SELECT term FROM temp.live").into_iter().collect();
    let now = borders(&sql);
    assert_ne!(now, before);
    for border in now {
        let next = live.range(border.clone()..).next();
        assert!(next.is_some_and(|word| word.starts_with(&border)), "{border:?} of no word that is there");
    }
    // And the index is as good as ever.
    sql.execute_batch("INSERT INTO words (words) VALUES ('integrity-check')").unwrap();
    for call in kept {
        for word in own_words(&text(call)) {
            let calls: Vec<u64> =
                column(&sql, &format!("SELECT rowid FROM words WHERE words MATCH '{word}'"));
            assert_eq!(calls, [call], "{word}");
        }
    }
}

/// The words that no other call has.
fn own_words(text: &Text) -> impl Iterator<Item = &str> {
    text.arguments.split(' ').chain(text.result.split(' ').skip(1))
}

fn borders(sql: &Connection) -> Vec<String> {
    let notes: Vec<Vec<u8>> = column(sql, "SELECT term FROM words_idx WHERE length(term) > 0");
    notes.iter().map(|note| String::from_utf8_lossy(&note[1..]).into_owned()).collect()
}

fn column<T: rusqlite::types::FromSql>(sql: &Connection, text: &str) -> Vec<T> {
    let mut statement = sql.prepare(text).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}
