//! A schema that an example fits, and everything like it: what was sent once says which fields there are and of what
//! kind, never which must be there.

use serde_json::{Map, Value, json};

use crate::login::looks_secret;
use crate::variables::{Variables, is_open, parts};

/// The longest example that goes into a schema, in bytes.
const LONGEST: usize = 120;

/// The schema of a JSON value.
pub(crate) fn of_json(value: &Value, variables: &Variables) -> Value {
    match value {
        Value::Object(fields) => {
            let mut properties = Map::new();
            for (name, value) in fields {
                let hidden = looks_secret(name) && !value.is_object() && !value.is_array();
                let schema = if hidden { json!({ "type": kind(value) }) } else { of_json(value, variables) };
                properties.insert(name.clone(), schema);
            }
            json!({ "type": "object", "properties": properties })
        }
        Value::Array(items) => match items.first() {
            Some(first) if items.iter().all(|item| kind(item) == kind(first)) => {
                json!({ "type": "array", "items": of_json(first, variables) })
            }
            _ => json!({ "type": "array" }),
        },
        Value::String(text) => {
            // A variable alone may stand for any value.
            let alone = matches!(parts(text).as_slice(), [crate::variables::Part::Variable(_)]);
            let mut schema = if alone { json!({}) } else { json!({ "type": "string" }) };
            if let Some(example) = example(text, variables) {
                schema["examples"] = json!([example]);
            }
            schema
        }
        Value::Null => json!({}),
        Value::Number(_) | Value::Bool(_) => json!({ "type": kind(value), "examples": [value] }),
    }
}

/// The schema of a text in an address, header or form: a number there may stand beside words.
pub(crate) fn of_text(name: &str, value: &str, variables: &Variables) -> Value {
    let filled = example(value, variables).filter(|_| !looks_secret(name));
    let whole = |text: &String| {
        text.len() < 16 && text.parse::<i64>().is_ok_and(|number| number.to_string() == *text)
    };
    let mut schema = match &filled {
        Some(text) if text == "true" || text == "false" => json!({ "type": ["boolean", "string"] }),
        Some(text) if whole(text) => json!({ "type": ["integer", "string"] }),
        _ => json!({ "type": "string" }),
    };
    if let Some(text) = filled {
        schema["examples"] = json!([text]);
    }
    schema
}

/// A value's text as an example; none if it is open, empty, long, or the value of a variable that keeps a secret.
fn example(text: &str, variables: &Variables) -> Option<String> {
    let hidden = parts(text)
        .iter()
        .any(|part| matches!(part, crate::variables::Part::Variable(name) if looks_secret(name)));
    let filled = variables.filled(text);
    let good = !hidden && !filled.is_empty() && filled.len() <= LONGEST && !is_open(&filled);
    good.then_some(filled)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// JSON in which variables may stand bare, as in `{"id": {{id}}}`; `None` if it is none even so.
pub(crate) fn json_with_variables(text: &str) -> Option<Value> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let (mut quoted, mut escaped) = (false, false);
    while let Some(char) = rest.chars().next() {
        if !quoted
            && let Some(inner) = rest.strip_prefix("{{")
            && let Some((name, after)) = inner.split_once("}}")
            && !name.contains(['"', '{', '\n', ':'])
        {
            out.push_str(&format!("\"{{{{{name}}}}}\""));
            rest = after;
            continue;
        }
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
        out.push(char);
        rest = &rest[char.len_utf8()..];
    }
    serde_json::from_str(&out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_may_stand_bare_in_json() {
        let value = json_with_variables(r#"{"id": {{id}}, "a": "x {{b}} \" {{c}}", "o": {}}"#).unwrap();
        assert_eq!(value, json!({"id": "{{id}}", "a": "x {{b}} \" {{c}}", "o": {}}));
        assert_eq!(json_with_variables("{{{"), None);
    }

    #[test]
    fn an_example_says_which_fields_there_are_and_hides_secrets() {
        let value = json!({"name": "Ada", "n": 2, "tags": ["a"], "password": "hunter2", "x": null});
        let schema = of_json(&value, &Variables::default());
        assert!(!schema.to_string().contains("hunter2"));
        assert_eq!(
            schema["properties"]["tags"],
            json!({"type": "array", "items": {"type": "string", "examples": ["a"]}})
        );
        assert_eq!(schema["properties"]["x"], json!({}));
        assert_eq!(schema.get("required"), None);
    }
}
