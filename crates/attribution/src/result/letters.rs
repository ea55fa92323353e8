//! The characters of a JSON string as it is written.

use std::ops::Range;

/// Each character with how many bytes it takes as written. What stands between the quotes is given; that it is valid
/// was checked when the value was found. Half a surrogate pair, which valid JSON may hold, is one replacement character.
pub(crate) struct Letters<'a> {
    rest: &'a str,
}

impl<'a> Letters<'a> {
    /// Of a string with its quotes.
    pub(crate) fn of(string: &'a str) -> Self {
        Self { rest: inside(string) }
    }
}

impl Iterator for Letters<'_> {
    type Item = (usize, char);

    fn next(&mut self) -> Option<(usize, char)> {
        let (length, char) = match self.rest.chars().next()? {
            '\\' => escaped(self.rest),
            char => (char.len_utf8(), char),
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some((length, char))
    }
}

/// What stands between a string's quotes.
pub(crate) fn inside(string: &str) -> &str {
    string.get(1..string.len().saturating_sub(1)).unwrap_or_default()
}

/// Where a part of what a string says stands in the string as it is written, with its quotes.
pub(crate) fn written(string: &str, said: Range<usize>) -> Range<usize> {
    let (mut at, mut read) = (1, 0);
    let mut range = 1..1;
    for (length, char) in Letters::of(string) {
        if read >= said.end {
            break;
        }
        if read <= said.start {
            range.start = at;
        }
        at += length;
        read += char.len_utf8();
        range.end = at;
    }
    range
}

/// How many characters a string has.
pub(crate) fn count(string: &str) -> u64 {
    let letters =
        if string.contains('\\') { Letters::of(string).count() } else { inside(string).chars().count() };
    letters as u64
}

/// What a string says.
pub(crate) fn said(string: &str) -> String {
    if string.contains('\\') {
        Letters::of(string).map(|(_, char)| char).collect()
    } else {
        inside(string).to_owned()
    }
}

fn escaped(text: &str) -> (usize, char) {
    let char = match text.as_bytes().get(1) {
        Some(b'u') => return code_point(text),
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'/') => '/',
        Some(b'"') => '"',
        _ => '\\',
    };
    (2, char)
}

fn code_point(text: &str) -> (usize, char) {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    match (unit(0), unit(6)) {
        (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            (12, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        (unit, _) => (6, unit.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_they_are_meant() {
        let string = r#""a\n\u00e4\ud83e\udd80ä\"\\\ud83e""#;
        assert_eq!(said(string), "a\nä🦀ä\"\\\u{fffd}");
        assert_eq!(count(string), 8);
        let lengths: Vec<usize> = Letters::of(string).map(|(length, _)| length).collect();
        assert_eq!(lengths, [1, 2, 6, 12, 2, 2, 2, 6]);
        assert_eq!(lengths.iter().sum::<usize>(), inside(string).len());
        assert_eq!((count("\"äb\""), said("\"äb\"")), (2, "äb".to_owned()));
        assert_eq!(&string[written(string, 1..4)], r"\n\u00e4");
        assert_eq!(&string[written(string, 0..said(string).len())], inside(string));
    }
}
