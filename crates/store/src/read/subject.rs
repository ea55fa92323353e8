//! Whether words stand in a payload: letters and digits as people read them, whatever is written around them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words that somebody is looked for by.
#[derive(Debug)]
pub(super) struct Subject {
    words: Vec<String>,
}

impl Subject {
    pub(super) fn new(words: &str) -> Self {
        Self { words: folded(words) }
    }

    /// Whether the words stand one after another in these bytes. Escapes of JSON and of URLs are read as what they
    /// mean, too: `Müller`, `M\u00fcller` and `M%C3%BCller` are one name.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let text = String::from_utf8_lossy(bytes);
        self.stands_in(&text) || {
            let plain = unescaped(&text);
            plain != text && self.stands_in(&plain)
        }
    }

    fn stands_in(&self, text: &str) -> bool {
        let words = folded(text);
        words.windows(self.words.len()).any(|window| window == self.words)
    }
}

/// The words of a text, without capitals and accents.
fn folded(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `\uXXXX` (pairs too) and `%XX` as the characters that they stand for; other escapes as gaps between words.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::new();
    let mut octets: Vec<u8> = Vec::new();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let unit = rest
            .strip_prefix("\\u")
            .and_then(|rest| rest.get(..4))
            .and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let octet = rest
            .strip_prefix('%')
            .and_then(|rest| rest.get(..2))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if unit.is_none() && !units.is_empty() {
            plain.push_str(&String::from_utf16_lossy(&units));
            units.clear();
        }
        if octet.is_none() && !octets.is_empty() {
            plain.push_str(&String::from_utf8_lossy(&octets));
            octets.clear();
        }
        match (unit, octet) {
            (Some(unit), _) => {
                units.push(unit);
                rest = &rest[6..];
            }
            (None, Some(octet)) => {
                octets.push(octet);
                rest = &rest[3..];
            }
            (None, None) if c == '\\' => {
                plain.push(' ');
                let skipped = c.len_utf8() + rest[1..].chars().next().map_or(0, char::len_utf8);
                rest = &rest[skipped..];
            }
            (None, None) => {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    plain.push_str(&String::from_utf16_lossy(&units));
    plain.push_str(&String::from_utf8_lossy(&octets));
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let subject = Subject::new("Zoë  Müller");
        for text in [
            r#"{"first":"Zoë","last":"Müller"}"#.replace(r#"","last":""#, " "),
            "ZOE MULLER".to_owned(),
            r"Zo\u00eb\nM\u00fcller".to_owned(),
            "/people?name=Zo%C3%AB%20M%C3%BCller".to_owned(),
            "zoë-müller@example.com".to_owned(),
            "Zoe\u{308} Mu\u{308}ller".to_owned(),
        ] {
            assert!(subject.is_in(text.as_bytes()), "{text}");
        }
        for text in ["Zoë Miller", "Müller Zoë", "Zoë K. Müller", "zoemuller", ""] {
            assert!(!subject.is_in(text.as_bytes()), "{text}");
        }
        assert!(!Subject::new(" - ").is_in(b"anything"));
    }
}
