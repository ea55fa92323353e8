//! Arguments and their schemas for protocols that take nothing but objects.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::arguments::acceptable;

/// What a model wrote, as an object; see [`acceptable`] for what becomes of anything else.
pub(crate) fn object(written: &str) -> Box<RawValue> {
    RawValue::from_string(acceptable(written).into_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The schema with `"type": "object"` at its root, which arguments are anyway: without it, or with a list of types or a
/// mere `true` there, providers refuse the whole request.
pub(crate) fn rooted(schema: &Value) -> Cow<'_, Value> {
    match schema {
        Value::Object(object) if object.get("type").is_some_and(|kind| kind == "object") => {
            Cow::Borrowed(schema)
        }
        Value::Object(object) => {
            let mut rooted = Map::from_iter([("type".to_owned(), json!("object"))]);
            let others = object.iter().filter(|(key, _)| *key != "type");
            rooted.extend(others.map(|(key, value)| (key.clone(), value.clone())));
            Cow::Owned(Value::Object(rooted))
        }
        _ => Cow::Owned(json!({"type": "object"})),
    }
}

/// The schema with every property as an object: a reader that expects one takes no `true` or `false` in its place.
/// `{}` allows what `true` allows, and `{"not": {}}` what `false` does.
pub(crate) fn without_booleans(mut schema: Value) -> Value {
    plain(&mut schema);
    schema
}

fn plain(schema: &mut Value) {
    match schema {
        Value::Bool(true) => *schema = json!({}),
        Value::Bool(false) => *schema = json!({"not": {}}),
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                properties.values_mut().for_each(plain);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_an_object_and_keep_their_bytes() {
        for (written, expected) in [
            (" {\"b\": 1,\"a\":2}\n", "{\"b\": 1,\"a\":2}"),
            ("", "{}"),
            ("null", "{}"),
            ("[1]", "{\"arguments_as_written\":\"[1]\"}"),
            ("{\"a\":", "{\"arguments_as_written\":\"{\\\"a\\\":\"}"),
        ] {
            assert_eq!(object(written).get(), expected);
        }
    }

    #[test]
    fn a_root_is_an_object_and_says_so() {
        let good = json!({"type": "object", "properties": {}});
        assert!(matches!(rooted(&good), Cow::Borrowed(_)));
        for (schema, expected) in [
            (json!({"properties": {"a": {}}}), json!({"type": "object", "properties": {"a": {}}})),
            (
                json!({"type": ["object", "null"], "required": ["a"]}),
                json!({"type": "object", "required": ["a"]}),
            ),
            (json!(true), json!({"type": "object"})),
        ] {
            assert_eq!(*rooted(&schema), expected);
        }
    }

    #[test]
    fn properties_are_objects_at_every_depth() {
        let schema = json!({"type": "object", "additionalProperties": false, "properties": {
            "any": true, "none": false, "deep": {"type": "object", "properties": {"any": true}},
        }});
        let plain = json!({"type": "object", "additionalProperties": false, "properties": {
            "any": {}, "none": {"not": {}}, "deep": {"type": "object", "properties": {"any": {}}},
        }});
        assert_eq!(without_booleans(schema), plain);
    }
}
