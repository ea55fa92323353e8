//! Lists that say nothing of what is in them.

use serde_json::{Value, json};

/// The schema with `items` for every list: OpenAI refuses one without ("array schema missing items"). It allows what was
/// allowed before.
pub(super) fn with_items(schema: &Value) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut filled = schema.clone();
    for (keyword, value) in &mut filled {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "$defs" | "definitions", Value::Object(each)) => {
                each.values_mut().for_each(|one| *one = with_items(one));
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(each)) => {
                each.iter_mut().for_each(|one| *one = with_items(one));
            }
            ("items" | "additionalProperties", one) => *one = with_items(one),
            _ => {}
        }
    }
    let is_list = match schema.get("type") {
        Some(Value::String(kind)) => kind == "array",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
        _ => false,
    };
    if is_list && !schema.contains_key("prefixItems") {
        filled.entry("items").or_insert_with(|| json!({}));
    }
    Value::Object(filled)
}
