//! The few words by which a person tells one call from the next.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// The longest text, in characters.
const LONGEST: usize = 80;
/// The longest value within it, in characters.
const LONGEST_VALUE: usize = 40;
/// How many arguments it shows at most.
const MOST: usize = 3;
/// How many arguments it looks at; a hostile text may have a million.
const LOOKED_AT: usize = 64;

/// The arguments that tell a person most, such as `id 7` or `North · 2026-Q3`: at most 80 characters, the same for the
/// same text on every machine. What identifies something comes first, then the rest in the order in which the model
/// wrote it; how a list is cut into pages is told only if nothing else is. A word speaks for itself; an id, a number and a
/// truth are told with their names. Empty if there are no arguments, or if they are not a JSON object.
pub fn telling(arguments: &str) -> String {
    let Ok(Fields(fields)) = serde_json::from_str::<Fields>(arguments) else {
        return String::new();
    };
    let mut told: Vec<(Rank, String)> = fields
        .into_iter()
        .filter_map(|(name, value)| {
            let text = shown(&value).filter(|text| !text.is_empty())?;
            Some(match (rank(&name), value) {
                (rank @ (Rank::Name | Rank::Plain), Value::String(_)) => (rank, text),
                (rank, _) => (rank, format!("{} {text}", plain(&name, LONGEST_VALUE))),
            })
        })
        .collect();
    // Stable: within a rank the model's order stays.
    told.sort_by_key(|(rank, _)| *rank);
    let knobs_alone = told.first().is_some_and(|(rank, _)| *rank == Rank::Knob);
    let mut text = String::new();
    for (_, part) in told.iter().filter(|(rank, _)| knobs_alone || *rank != Rank::Knob).take(MOST) {
        if text.is_empty() {
            text = plain(part, LONGEST);
        } else if text.chars().count() + 3 + part.chars().count() <= LONGEST {
            text.push_str(" · ");
            text.push_str(part);
        }
    }
    text
}

/// How much an argument's name promises to tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is the thing's id.
    Id,
    /// It is the id of something that the thing belongs to.
    OtherId,
    /// It names or describes the thing.
    Name,
    /// Anything else.
    Plain,
    /// It says how much to send, not of what.
    Knob,
}

fn rank(name: &str) -> Rank {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "id" | "ids" => Rank::Id,
        "name" | "title" | "email" | "number" | "code" | "key" | "slug" | "q" | "query" | "search" => {
            Rank::Name
        }
        "limit" | "offset" | "page" | "per_page" | "page_size" | "cursor" | "sort" | "order" | "order_by"
        | "fields" | "include" | "format" => Rank::Knob,
        _ if lower.ends_with("_id") || lower.ends_with("_ids") || name.ends_with("Id") => Rank::OtherId,
        _ => Rank::Plain,
    }
}

/// A scalar or a list of scalars; nothing that is nested deeper can be told in few words.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(plain(&number.to_string(), LONGEST_VALUE)),
        Value::String(text) => Some(plain(text, LONGEST_VALUE)),
        Value::Array(items) => {
            let mut list = String::new();
            for item in items {
                if item.is_array() {
                    return None;
                }
                let item = shown(item)?;
                if !list.is_empty() {
                    list.push_str(", ");
                }
                list.push_str(&item);
                if list.chars().count() > LONGEST_VALUE {
                    break;
                }
            }
            Some(plain(&list, LONGEST_VALUE))
        }
    }
}

/// The text on one line, at most `longest` characters. What steers a terminal or turns the direction of writing is
/// left out: the text is foreign, and stands in a row beside ours.
fn plain(text: &str, longest: usize) -> String {
    let steers = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let mut line = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars().filter(|c| !steers(*c)) {
        if c.is_whitespace() || c.is_control() {
            gap = !line.is_empty();
            continue;
        }
        let needed = 1 + usize::from(gap);
        if length + needed > longest {
            // Room for the mark is made by what it stands for.
            while length >= longest {
                line.pop();
                length -= 1;
            }
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
        }
        line.push(c);
        length += needed;
        gap = false;
    }
    line
}

/// An object's fields in the order in which they are written. `serde_json`'s own map keeps that order or sorts,
/// depending on what other crates ask of it; this text must not.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields: Vec<(String, Value)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    // Of a name that is written twice the first stands; readers differ on it anyway.
                    if fields.len() == LOOKED_AT || fields.iter().any(|(known, _)| *known == name) {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        fields.push((name, map.next_value()?));
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_comes_first_and_pages_last() {
        for (arguments, expected) in [
            (r#"{"id": 7}"#, "id 7"),
            (r#"{"region": "North", "quarter": "2026-Q3"}"#, "North · 2026-Q3"),
            (r#"{"note": "Called back", "limit": 5, "id": "T-1"}"#, "id T-1 · Called back"),
            (r#"{"limit": 50, "status": "open", "customer_id": 12}"#, "customer_id 12 · open"),
            (r#"{"open": true, "days": 30, "region": "West"}"#, "open true · days 30 · West"),
            (r#"{"page": 2, "per_page": 50}"#, "page 2 · per_page 50"),
            (r#"{"ids": [1, 2, 3], "deep": {"x": 1}, "none": null, "empty": ""}"#, "ids 1, 2, 3"),
            ("{\"text\": \"two\\nlines \\u202e and \\u001b[31m\"}", "two lines and [31m"),
            ("{}", ""),
            ("", ""),
            ("[1]", ""),
            ("{\"id\": 7", ""),
        ] {
            assert_eq!(telling(arguments), expected, "{arguments}");
        }
    }

    #[test]
    fn it_is_never_longer_than_eighty_characters() {
        let long = "ü".repeat(500);
        let arguments = serde_json::json!({ "a": long, "b": long, long.clone(): long }).to_string();
        let text = telling(&arguments);
        assert!(text.chars().count() <= LONGEST, "{text}");
        assert!(text.starts_with(&format!("{}…", "ü".repeat(39))), "{text}");
        let many: Vec<u32> = (0..1000).collect();
        let ids = telling(&serde_json::json!({ "ids": many }).to_string());
        assert!(ids.ends_with('…') && ids.chars().count() <= LONGEST, "{ids}");
    }
}
