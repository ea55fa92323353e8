//! Strings of JSON, read where they stand.

use std::borrow::Cow;

use memchr::memchr;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A text that is borrowed where it has no escapes: serde borrows none that may be null without a type of its own.
#[derive(Clone, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What it says, or nothing.
pub(crate) fn said<'a>(text: &'a Option<Text<'_>>) -> &'a str {
    text.as_ref().map_or("", Text::as_str)
}

/// Adds what `json` says to what came before it: a string's text, or else the JSON itself.
///
/// Arguments come as JSON within a string, so that almost every piece has escapes in it and a parser would make a new
/// string of each. Code points written as numbers are rare there and left to the parser, which knows what to refuse.
pub(crate) fn append(json: &RawValue, to: &mut String) -> Result<(), serde_json::Error> {
    let before = to.len();
    let inside = json.get().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let mut rest = inside.unwrap_or(json.get());
    while let Some(at) = inside.and(memchr(b'\\', rest.as_bytes())) {
        let char = match rest.as_bytes().get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            _ => {
                let text: String = serde_json::from_str(json.get())?;
                to.truncate(before);
                to.push_str(&text);
                return Ok(());
            }
        };
        to.push_str(&rest[..at]);
        to.push(char);
        rest = &rest[at + 2..];
    }
    to.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn appended(json: &str) -> Result<String, serde_json::Error> {
        let mut text = "so far ".to_owned();
        let json: &RawValue = serde_json::from_str(json)?;
        append(json, &mut text)?;
        Ok(text)
    }

    #[test]
    fn every_escape_is_undone_and_other_json_stays_as_it_is() {
        assert_eq!(appended(r#""\"\\\/\n\t\r\b\f""#).unwrap(), "so far \"\\/\n\t\r\u{8}\u{c}");
        assert_eq!(appended(r#""a\"\u00e4\ud83e\udd80z""#).unwrap(), "so far a\"ä🦀z");
        assert_eq!(appended(r#"{"a":"\n"}"#).unwrap(), r#"so far {"a":"\n"}"#);
        assert!(appended(r#""half a pair \ud83e""#).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_says_what_the_parser_says(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(appended(&json).unwrap(), format!("so far {text}"));
        }
    }
}
