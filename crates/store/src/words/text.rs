//! What of a call is searched by words.

use std::borrow::Cow;
use std::cell::RefCell;

use domain::id::Seq;
use domain::payload::PayloadRole;
use rusqlite::{Connection, OptionalExtension};
use serde::de::IgnoredAny;
use zstd::bulk::{Compressor, Decompressor};

use crate::error::StoreError;
use crate::stored::{self, Stored};

/// Bytes of text of one payload that are searched. What comes later in a longer one is not found by its words.
const LONGEST: usize = 64 * 1024;
/// Bytes of a payload that are looked at for that: JSON is half punctuation.
const LOOKED_AT: u64 = 4 * LONGEST as u64;
/// Four texts of that length and what lies between them.
const UNPACKED: usize = 4 * (LONGEST + 8);
/// As for payloads.
const LEVEL: i32 = 1;

/// A call in words: each part one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) tool: String,
    pub(crate) arguments: String,
    pub(crate) result: String,
    pub(crate) ending: String,
}

thread_local! {
    /// Making them takes longer than using them once.
    static PACKING: RefCell<Option<(Compressor<'static>, Decompressor<'static>)>> = const { RefCell::new(None) };
}

impl Text {
    /// What the call at `call_seq` says, as far as `rows` and `truth` have it; `None` if there is no such call. A result
    /// that it shares with another call is that one's.
    pub(crate) fn of(
        rows: &Connection,
        truth: &Connection,
        call_seq: u64,
    ) -> Result<Option<Self>, StoreError> {
        let mut statement = rows.prepare_cached("SELECT tool, edited, ended_seq FROM call WHERE seq = ?1")?;
        let call = statement
            .query_row([call_seq], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?, row.get::<_, Option<u64>>(2)?))
            })
            .optional()?;
        let Some((tool, edited, ended)) = call else {
            return Ok(None);
        };
        let mut text = Self { tool: line(&tool), ..Self::default() };
        for payload in stored::payloads_of(truth, arguments_seq(rows, truth, call_seq, edited)?, LOOKED_AT)? {
            if payload.role == PayloadRole::Arguments {
                text.arguments = words(&payload);
            }
        }
        for payload in
            ended.map_or_else(|| Ok(Vec::new()), |seq| stored::payloads_of(truth, Seq(seq), LOOKED_AT))?
        {
            match payload.role {
                PayloadRole::Result => text.result = words(&payload),
                PayloadRole::Words => text.ending = words(&payload),
                _ => {}
            }
        }
        Ok(Some(text))
    }

    pub(super) fn packed(&self) -> Result<Vec<u8>, StoreError> {
        let lines = [self.tool.as_str(), &self.arguments, &self.result, &self.ending].join("\n");
        Ok(with_packing(|compressor, _| compressor.compress(lines.as_bytes()))?)
    }

    pub(super) fn unpacked(packed: &[u8]) -> Result<Self, StoreError> {
        let bytes = with_packing(|_, decompressor| decompressor.decompress(packed, UNPACKED))?;
        let lines = String::from_utf8_lossy(&bytes);
        let mut lines = lines.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap_or_default();
        Ok(Self { tool: next(), arguments: next(), result: next(), ending: next() })
    }
}

fn with_packing<T>(
    work: impl FnOnce(&mut Compressor<'static>, &mut Decompressor<'static>) -> std::io::Result<T>,
) -> std::io::Result<T> {
    PACKING.with_borrow_mut(|kept| {
        let (compressor, decompressor) = match kept {
            Some(kept) => kept,
            None => kept.insert((Compressor::new(LEVEL)?, Decompressor::new()?)),
        };
        work(compressor, decompressor)
    })
}

/// The entry whose arguments ran: the model's, or the latest that a person put in their place.
fn arguments_seq(
    rows: &Connection,
    truth: &Connection,
    call_seq: u64,
    edited: bool,
) -> Result<Seq, StoreError> {
    if edited {
        let mut statement =
            rows.prepare_cached("SELECT seq FROM call_entry WHERE call_seq = ?1 ORDER BY seq DESC")?;
        let named: Vec<u64> = crate::columns::rows(&mut statement, [call_seq], |row| Ok(row.get(0)?))?;
        for seq in named {
            if seq != call_seq && stored::has_arguments(truth, Seq(seq))? {
                return Ok(Seq(seq));
            }
        }
    }
    Ok(Seq(call_seq))
}

/// The text of a payload: of JSON its strings and numbers, names included, in their order; of anything else all.
fn words(payload: &Stored) -> String {
    let bytes = &payload.bytes;
    let is_cut = (bytes.len() as u64) < payload.size;
    let is_json = match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => true,
        Err(error) => is_cut && error.is_eof(),
    };
    if is_json { json(bytes) } else { line(&String::from_utf8_lossy(bytes)) }
}

fn line(text: &str) -> String {
    let mut line = String::new();
    push(&mut line, text);
    line
}

/// Adds text on the same line, as much as there is room for.
fn push(line: &mut String, text: &str) {
    if !line.is_empty() && line.len() < LONGEST {
        line.push(' ');
    }
    for c in text.chars() {
        if line.len() + c.len_utf8() > LONGEST {
            return;
        }
        line.push(if c.is_control() { ' ' } else { c });
    }
}

fn json(bytes: &[u8]) -> String {
    let mut line = String::new();
    let mut at = 0;
    while at < bytes.len() && line.len() < LONGEST {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'"' => {
                let end = string_end(rest);
                push(&mut line, &unescaped(&rest[..end]));
                end
            }
            b'-' | b'0'..=b'9' => {
                let is_of_number =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                let end = rest.iter().position(|byte| !is_of_number(byte)).unwrap_or(rest.len());
                push(&mut line, &String::from_utf8_lossy(&rest[..end]));
                end
            }
            _ => 1,
        };
        at += length;
    }
    line
}

/// How long the string is that these bytes begin with, quotes included; all of them if it was cut.
fn string_end(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    for (place, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn unescaped(string: &[u8]) -> Cow<'_, str> {
    if string.contains(&b'\\')
        && let Ok(text) = serde_json::from_slice::<String>(string)
    {
        return Cow::Owned(text);
    }
    let inner = string.strip_prefix(b"\"").unwrap_or(string);
    String::from_utf8_lossy(inner.strip_suffix(b"\"").unwrap_or(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_json_strings_numbers_and_names_are_words() {
        let text = r#"{"name": "Gr\u00fcn\nWeg", "owes": -1204.50, "open": true, "none": null, "list": [1e3, "x\"y"]}"#;
        assert_eq!(json(text.as_bytes()), "name Grün Weg owes -1204.50 open none list 1e3 x\"y");
        assert_eq!(json(br#"{"cut": "in the mid"#), "cut in the mid");
        assert_eq!(json(br#""lone \ud800 surrogate""#), r"lone \ud800 surrogate");
    }

    #[test]
    fn a_text_is_packed_and_unpacked_and_never_longer_than_its_bound() {
        let long = "ü\u{1}\n".repeat(LONGEST);
        let text = Text { tool: line("crm.find"), result: line(&long), ..Text::default() };
        assert!(text.result.len() <= LONGEST && text.result.len() > LONGEST - 4);
        assert_eq!(Text::unpacked(&text.packed().unwrap()).unwrap(), text);
        assert!(json(format!("[{}]", "1,".repeat(LONGEST)).as_bytes()).len() <= LONGEST);
    }
}
