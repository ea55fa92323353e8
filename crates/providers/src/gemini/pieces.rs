//! Arguments that come in pieces, each with the place where it belongs.

use serde_json::{Map, Value};

use crate::broken::Broken;
use crate::fault::DecodeError;
use crate::gemini::wire::PartialArg;
use crate::text::{append, said};

/// How deep arguments may be nested: as deep as the parser takes them.
const DEEPEST: usize = 120;

/// Puts a piece into the arguments: a text continues the one that stands there, anything else takes its place.
pub(super) fn put(piece: &PartialArg<'_>, arguments: &mut Value) -> Result<(), Broken> {
    let value = if let Some(text) = piece.string_value {
        let place = place(said(&piece.json_path), arguments)?;
        if !place.is_string() {
            *place = Value::String(String::new());
        }
        if let Value::String(before) = place {
            append(text, before)?;
        }
        return Ok(());
    } else if let Some(number) = piece.number_value {
        serde_json::from_str(number.get())?
    } else if let Some(truth) = piece.bool_value {
        Value::Bool(truth)
    } else if piece.null_value {
        Value::Null
    } else {
        return Ok(());
    };
    *place(said(&piece.json_path), arguments)? = value;
    Ok(())
}

/// The place that a path names (RFC 9535, of which only names and indexes are written: `$.a.b[0]['c d']`), made if it
/// is not there yet.
fn place<'a>(path: &str, arguments: &'a mut Value) -> Result<&'a mut Value, DecodeError> {
    let mut rest = path.strip_prefix('$').ok_or_else(no_path)?;
    let mut here = arguments;
    let mut depth = 0;
    while !rest.is_empty() {
        depth += 1;
        if depth > DEEPEST {
            return Err(no_path());
        }
        let (step, after) = Step::first(rest).ok_or_else(no_path)?;
        here = step.into_place(here)?;
        rest = after;
    }
    if depth == 0 { Err(no_path()) } else { Ok(here) }
}

enum Step {
    Name(String),
    Index(usize),
}

impl Step {
    /// The first step of a path, and the rest of it.
    fn first(path: &str) -> Option<(Self, &str)> {
        if let Some(dotted) = path.strip_prefix('.') {
            let end = dotted.find(['.', '[']).unwrap_or(dotted.len());
            let (name, rest) = dotted.split_at(end);
            return (!name.is_empty()).then(|| (Self::Name(name.to_owned()), rest));
        }
        let inside = path.strip_prefix('[')?;
        let Some(quote) = inside.chars().next().filter(|char| matches!(char, '\'' | '"')) else {
            let (number, rest) = inside.split_once(']')?;
            return Some((Self::Index(number.parse().ok()?), rest));
        };
        let mut name = String::new();
        let mut chars = inside.char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' => name.push(chars.next()?.1),
                _ if char == quote => {
                    let rest = inside.get(at + 1..)?.strip_prefix(']')?;
                    return Some((Self::Name(name), rest));
                }
                _ => name.push(char),
            }
        }
        None
    }

    /// One step into a value, which becomes what the step needs unless it has something in it.
    fn into_place(self, value: &mut Value) -> Result<&mut Value, DecodeError> {
        match self {
            Self::Name(name) => {
                if value.is_null() {
                    *value = Value::Object(Map::new());
                }
                let Value::Object(object) = value else { return Err(no_path()) };
                Ok(object.entry(name).or_insert(Value::Null))
            }
            Self::Index(index) => {
                if value.is_null() {
                    *value = Value::Array(Vec::new());
                }
                let Value::Array(list) = value else { return Err(no_path()) };
                // They come in order; a far one would be a way to have us fill our memory.
                if index == list.len() {
                    list.push(Value::Null);
                }
                list.get_mut(index).ok_or_else(no_path)
            }
        }
    }
}

fn no_path() -> DecodeError {
    DecodeError::Malformed("a piece of a call's arguments belongs nowhere in them".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn put_all(pieces: &[Value]) -> Result<Value, String> {
        let mut arguments = json!({});
        for piece in pieces {
            let text = piece.to_string();
            let piece: PartialArg<'_> = serde_json::from_str(&text).unwrap();
            put(&piece, &mut arguments).map_err(|broken| broken.decided(false).to_string())?;
        }
        Ok(arguments)
    }

    #[test]
    fn pieces_find_their_places() {
        let pieces = [
            json!({"jsonPath": "$.city", "stringValue": "Bos", "willContinue": true}),
            json!({"jsonPath": "$.city", "stringValue": "t\"on", "willContinue": true}),
            json!({"jsonPath": "$.city", "stringValue": ""}),
            json!({"jsonPath": "$.days[0].at", "numberValue": 7}),
            json!({"jsonPath": "$.days[0]['not.at']", "numberValue": 1.5}),
            json!({"jsonPath": "$.days[1][0]", "boolValue": false}),
            json!({"jsonPath": "$[\"it\\\"s\"]['\\'']", "nullValue": null}),
            json!({"jsonPath": "$.ä", "nullValue": "NULL_VALUE"}),
            json!({"jsonPath": "$.nothing"}),
        ];
        assert_eq!(
            put_all(&pieces),
            Ok(json!({
                "city": "Bost\"on", "days": [{"at": 7, "not.at": 1.5}, [false]], "it\"s": {"'": null}, "ä": null,
            }))
        );
    }

    #[test]
    fn what_belongs_nowhere_is_an_error() {
        let deep = "$".to_owned() + &".a".repeat(200_000);
        for path in [
            "",
            "a",
            "$",
            "$.",
            "$a",
            "$[",
            "$[x]",
            "$['a]",
            "$['a'",
            "$[4000000000]",
            "$.s.x",
            "$[0]",
            &deep,
        ] {
            let outcome = put_all(&[
                json!({"jsonPath": "$.s", "stringValue": "text"}),
                json!({"jsonPath": path, "boolValue": true}),
            ]);
            assert!(outcome.is_err(), "{path:.20}: {outcome:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn whatever_the_path_nothing_panics(path in r"\$?([.\[\]'\\$a0ä]{0,12})") {
            let _ = put_all(&[json!({"jsonPath": path, "stringValue": "x"})]);
        }
    }
}
