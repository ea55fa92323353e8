//! Arguments as a model writes them.

use serde_json::{Map, Value};

/// The arguments of a call, read: one JSON object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) fields: Map<String, Value>,
}

impl Arguments {
    /// Reads a JSON object; no text at all is an object without fields, since models write it so for tools that
    /// take nothing. A name that stands twice counts as it stood last, for the check and for the request alike.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self { fields: Map::new() });
        }
        let fields = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(other) => return Err(format!("they must be one JSON object, and are {}", kind(&other))),
            Err(error) => return Err(format!("they are not JSON: {error}")),
        };
        match fields.iter().find(|(_, value)| inexact(value)) {
            Some((name, _)) => Err(format!(
                "`{name}` holds a number too large to be kept exactly: write it as a string if the tool takes one"
            )),
            None => Ok(Self { fields }),
        }
    }
}

/// What a value is, in the words of JSON Schema.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A value as it stands in a path; `None` for those that can't stand there.
pub(crate) fn path_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number_text(number)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `7.0` is a whole number for JSON Schema, and so it must be for the address.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Whole numbers beyond 64 bits are read as floats: the request would name another number than the model did.
fn inexact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64()
                && number.as_f64().is_some_and(|float| float.abs() >= 18_446_744_073_709_551_615.0)
        }
        Value::Array(items) => items.iter().any(inexact),
        Value::Object(fields) => fields.values().any(inexact),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_of_exact_numbers_is_taken() {
        assert!(Arguments::parse(" ").is_ok_and(|arguments| arguments.fields.is_empty()));
        assert!(Arguments::parse(r#"{"id": 18446744073709551615}"#).is_ok());
        for (wrong, words) in [
            ("[1]", "an array"),
            ("{", "not JSON"),
            (r#"{"a": 1} x"#, "not JSON"),
            (r#"{"id": 184467440737095516150}"#, "`id` holds a number too large"),
            (r#"{"id": {"a": [184467440737095516150]}}"#, "`id` holds a number too large"),
        ] {
            let said = Arguments::parse(wrong).unwrap_err();
            assert!(said.contains(words), "{said}");
        }
    }
}
