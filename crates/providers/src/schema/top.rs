//! The top of a tool's schema: an object that lists its properties, in every protocol.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::inside::{also, tell};
use super::taken::Taken;

/// What no protocol takes at the top.
const NOT_AT_TOP: [&str; 5] = ["oneOf", "anyOf", "allOf", "enum", "not"];

/// The schema as one of an object.
pub(super) fn as_object(taken: Taken, schema: Value) -> Value {
    let Value::Object(schema) = schema else {
        return json!({ "type": "object", "properties": {} });
    };
    let refused =
        |keyword: &str| NOT_AT_TOP.contains(&keyword) || taken.top.is_some_and(|top| !top.contains(&keyword));
    let is_object = schema.get("type").is_some_and(|kind| kind == "object");
    if is_object && schema.contains_key("properties") && !schema.keys().any(|keyword| refused(keyword)) {
        return Value::Object(schema);
    }
    let mut top = Map::new();
    let mut dropped = Vec::new();
    for (keyword, value) in &schema {
        if keyword == "type" || !refused(keyword) {
            top.insert(keyword.clone(), value.clone());
        } else {
            dropped.push((keyword.as_str(), value));
        }
    }
    top.insert("type".to_owned(), json!("object"));
    // OpenAI: "object schema missing properties".
    top.entry("properties").or_insert_with(|| json!({}));
    if !dropped.is_empty() {
        // What the dropped ones spoke of would count as spoken of by nobody.
        top.remove("unevaluatedProperties");
    }
    if let Some(Value::Array(all)) = schema.get("allOf") {
        all.iter().for_each(|one| also_at_top(&mut top, one));
    }
    for alternatives in ["anyOf", "oneOf"] {
        if let Some(Value::Array(any)) = schema.get(alternatives) {
            any_at_top(&mut top, any);
        }
    }
    // Where the top has no place for a description, the properties' own have to do.
    if taken.top.is_none_or(|top| top.contains(&"description")) {
        dropped.retain(|(keyword, _)| *keyword != "additionalProperties");
        tell(&mut top, &dropped);
    }
    Value::Object(top)
}

/// Takes in one schema that must hold besides: its properties, and which of them there must be.
fn also_at_top(top: &mut Map<String, Value>, one: &Value) {
    let Value::Object(one) = one else { return };
    let part = |keyword: &str| one.get(keyword).map(|value| (keyword.to_owned(), value.clone()));
    also(top, ["properties", "required"].into_iter().filter_map(part).collect());
}

/// Takes in what holds whichever of these holds: all their properties are named, and those are required that each of them
/// requires. What may stand in a property that only some of them speak of is left open.
fn any_at_top(top: &mut Map<String, Value>, any: &[Value]) {
    let mut required: Option<BTreeSet<&str>> = None;
    let mut properties = Map::new();
    for one in any {
        let names = one.get("required").and_then(Value::as_array).into_iter().flatten();
        let names: BTreeSet<&str> = names.filter_map(Value::as_str).collect();
        required = Some(match required {
            Some(before) => before.intersection(&names).copied().collect(),
            None => names,
        });
        for (name, schema) in one.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let words = schema.get("description").filter(|words| words.is_string());
            let open = words.map_or(json!({}), |words| json!({ "description": words }));
            properties.entry(name.clone()).or_insert(open);
        }
    }
    let required: Vec<&str> = required.into_iter().flatten().collect();
    let required = (!required.is_empty()).then(|| ("required".to_owned(), json!(required)));
    let properties = (!properties.is_empty()).then(|| ("properties".to_owned(), Value::Object(properties)));
    also(top, required.into_iter().chain(properties).collect());
}
