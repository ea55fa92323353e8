//! The parts of a JSON document, in place: nothing is copied, numbers and spaces stay as the source wrote them, and a
//! document of a hundred megabytes needs no memory of its own.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// An item of an array or a member of an object, as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// A member's key with its quotes.
    pub(crate) key: Option<&'a str>,
    pub(crate) value: &'a str,
}

/// The document, if it may be one of JSON with parts in it: whether it is will be seen when it is read.
pub(crate) fn document(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim_ascii();
    text.starts_with(['{', '[']).then_some(text)
}

/// Gives each part of an array or object, in order; fails if this is neither, or not valid to its end. It goes through
/// the text once and does not descend, however deep that is.
pub(crate) fn each_part<'a>(json: &'a str, each: impl FnMut(Part<'a>)) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_any(Parts(each))?;
    deserializer.end()
}

struct Parts<F>(F);

impl<'de, F: FnMut(Part<'de>)> Visitor<'de> for Parts<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<&RawValue>()? {
            (self.0)(Part { key: None, value: item.get() });
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some((key, value)) = members.next_entry::<&RawValue, &RawValue>()? {
            (self.0)(Part { key: Some(key.get()), value: value.get() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(json: &str) -> Option<Vec<(Option<&str>, &str)>> {
        let mut parts = Vec::new();
        each_part(json, |part| parts.push((part.key, part.value))).ok()?;
        Some(parts)
    }

    #[test]
    fn parts_stand_as_they_are_written() {
        assert_eq!(
            parts(r#"{ "a\u0062" : [ 1.50, {} ] , "c":"\ud800"}"#).unwrap(),
            [(Some(r#""a\u0062""#), "[ 1.50, {} ]"), (Some(r#""c""#), r#""\ud800""#)]
        );
        assert_eq!(parts(" [ 1e400 ,null ] ").unwrap(), [(None, "1e400"), (None, "null")]);
        for wrong in ["[1", "[1] 2", "{1:2}", "{\"a\":}", "7", "\"a\"", "{true:1}"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("[{}{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(parts(&deep).unwrap().len(), 1);
    }
}
