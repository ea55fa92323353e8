//! Numbers of tokens, as providers and those who imitate them write them.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A count: a number of any kind, which Cohere writes as `12.0` and some relays as a text. What is no count (`null`, a
/// negative number, anything else) says nothing: an answer is not lost over what it cost.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_any(CountVisitor)
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Option<u64>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a count")
    }

    fn visit_u64<E>(self, count: u64) -> Result<Option<u64>, E> {
        Ok(Some(count))
    }

    fn visit_i64<E>(self, count: i64) -> Result<Option<u64>, E> {
        Ok(u64::try_from(count).ok())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it stops at the type's limits"
    )]
    fn visit_f64<E>(self, count: f64) -> Result<Option<u64>, E> {
        Ok((count >= 0.0).then_some(count as u64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<u64>, E> {
        Ok(text.trim().parse().ok())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<u64>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<u64>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Counted {
        #[serde(default, deserialize_with = "count")]
        tokens: Option<u64>,
    }

    #[test]
    fn a_count_is_a_number_of_any_kind_and_anything_else_is_none() {
        for (json, expected) in [
            (r#"{"tokens":12}"#, Some(12)),
            (r#"{"tokens":12.0}"#, Some(12)),
            (r#"{"tokens":1e300}"#, Some(u64::MAX)),
            (r#"{"tokens":"12"}"#, Some(12)),
            (r#"{"tokens":-1}"#, None),
            (r#"{"tokens":-0.5}"#, None),
            (r#"{"tokens":null}"#, None),
            (r#"{"tokens":true}"#, None),
            (r#"{"tokens":[1,{"a":2}]}"#, None),
            (r#"{"tokens":{"a":[1]}}"#, None),
            (r#"{"tokens":"many"}"#, None),
            ("{}", None),
        ] {
            let counted: Counted = serde_json::from_str(json).unwrap();
            assert_eq!(counted.tokens, expected, "{json}");
        }
    }
}
