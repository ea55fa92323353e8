//! Arguments against a tool's schema, and what to say when they don't fit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use crate::mistake::meant;

/// How many mistakes of one call are named; a model that made more begins anew anyway.
const MOST: usize = 6;
/// How many compiled schemas are kept before all are dropped: more than a workspace has tools.
const KEPT: usize = 1024;

/// A place in a schema, as the names on the way to it, and what is wrong there.
pub(crate) type Flaw = (Vec<String>, String);

/// Everything for which a schema can't be used (JSON Schema 2020-12).
pub(crate) fn flaws(schema: &Value) -> Vec<Flaw> {
    let meta = jsonschema::draft202012::meta::validator();
    let flaws: Vec<_> = meta.iter_errors(schema).map(|error| flaw(&error)).collect();
    if !flaws.is_empty() {
        return flaws;
    }
    // What the meta-schema lets pass: a pattern that is none, a reference that leads nowhere.
    compile(schema).err().iter().map(flaw).collect()
}

/// Every mistake of the arguments, in words that name the field, the value, and what was expected.
pub(crate) fn mistakes(schema: &Value, fields: &Map<String, Value>) -> Result<Vec<String>, String> {
    let validator = cached(schema)?;
    let whole = Value::Object(fields.clone());
    let mut words = unnamed(schema, fields);
    let named = words.len();
    for error in validator.iter_errors(&whole) {
        // Fields that the schema doesn't name are named above, with what may have been meant.
        let of_others = matches!(
            error.kind(),
            ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::FalseSchema
        );
        let again = of_others && error.instance_path().as_str().is_empty() && named > 0;
        if !again {
            words.push(described(&error, schema));
        }
    }
    let more = words.len().saturating_sub(MOST);
    words.truncate(MOST);
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    Ok(words)
}

/// The names of the schema's own properties.
pub(crate) fn properties(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
}

/// The schema of one of its properties; null if it has none of that name.
pub(crate) fn property<'s>(schema: &'s Value, name: &str) -> &'s Value {
    schema.get("properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null)
}

/// Whether a call must have that property.
pub(crate) fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|required| required == name))
}

/// Fields that the schema doesn't name. JSON Schema would let them pass, and the API would most likely ignore them:
/// a misspelt filter would then give everything, and nobody would know. A schema that says something of other
/// fields is taken at its word.
fn unnamed(schema: &Value, fields: &Map<String, Value>) -> Vec<String> {
    const OPEN: [&str; 12] = [
        "$dynamicRef",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "if",
        "not",
        "oneOf",
        "patternProperties",
        "propertyNames",
        "unevaluatedProperties",
    ];
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    if !closed && OPEN.iter().any(|keyword| schema.get(keyword).is_some()) {
        return Vec::new();
    }
    let known: Vec<_> = properties(schema).collect();
    let patterns = schema.get("patternProperties").is_some();
    if patterns {
        return Vec::new();
    }
    fields.keys().filter(|name| !known.contains(&name.as_str())).map(|name| stranger(name, &known)).collect()
}

fn stranger(name: &str, known: &[&str]) -> String {
    let name = short(name, 60);
    if let Some(meant) = meant(&name, known.iter().copied()) {
        return format!("there is no `{name}`: did you mean `{meant}`?");
    }
    if known.is_empty() {
        return format!("there is no `{name}`: this tool takes no arguments");
    }
    format!("there is no `{name}`: the fields are `{}`", known.join("`, `"))
}

fn compile(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema)
}

fn flaw(error: &ValidationError<'_>) -> Flaw {
    let place: Vec<_> = parts(error.instance_path().as_str()).collect();
    let value = error.instance();
    let words = match place.last().map(String::as_str) {
        Some("type") => format!(
            "there is no type {}: they are array, boolean, integer, null, number, object, string",
            short(&value.to_string(), 60)
        ),
        _ => short(&error.to_string(), 200),
    };
    (place, words)
}

fn described(error: &ValidationError<'_>, schema: &Value) -> String {
    let pointer = error.instance_path().as_str();
    let field = field(pointer);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let hint = if pointer.is_empty() { hint(schema, name) } else { String::new() };
            match field.as_str() {
                "" => format!("`{name}` is missing{hint}"),
                parent => format!("`{parent}.{name}` is missing{hint}"),
            }
        }
        ValidationErrorKind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(set) => {
                    set.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or ")
                }
            };
            let article = if wanted.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            let value = error.instance();
            format!("{} must be {article} {wanted}, and is {}", quoted(&field), short(&value.to_string(), 60))
        }
        ValidationErrorKind::FalseSchema => format!("{} must not be there", quoted(&field)),
        _ => format!("{}: {}", quoted(&field), short(&error.to_string(), 240)),
    }
}

/// ` (integer: The customer's id)`, ` (one of "North", "South")`, from the schema's own words.
fn hint(schema: &Value, name: &str) -> String {
    let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) else {
        return String::new();
    };
    let text = |key| property.get(key).and_then(Value::as_str);
    let kind = match (property.get("const"), property.get("enum").and_then(Value::as_array)) {
        (Some(only), _) => Some(format!("always {}", short(&only.to_string(), 60))),
        (None, Some(values)) => {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            Some(format!("one of {}", short(&values.join(", "), 120)))
        }
        (None, None) => text("type").map(str::to_owned),
    };
    let words = text("description").map(|words| short(words, 120));
    match [kind, words].into_iter().flatten().collect::<Vec<_>>().join(": ").as_str() {
        "" => String::new(),
        hint => format!(" ({hint})"),
    }
}

/// `a[0].b` from `/a/0/b`
fn field(pointer: &str) -> String {
    let mut field = String::new();
    for part in parts(pointer) {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push_str(&format!("[{part}]"));
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(&part);
        }
    }
    field
}

/// The names of a JSON pointer.
fn parts(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"))
}

fn quoted(field: &str) -> String {
    if field.is_empty() { "the arguments".to_owned() } else { format!("`{field}`") }
}

/// At most `most` characters of a text.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Compiling costs far more than checking, and a batch asks the same tool many times.
fn cached(schema: &Value) -> Result<Arc<Validator>, String> {
    static COMPILED: OnceLock<Mutex<HashMap<Value, Arc<Validator>>>> = OnceLock::new();
    let kept = || COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = kept().get(schema) {
        return Ok(Arc::clone(validator));
    }
    let validator = Arc::new(compile(schema).map_err(|error| flaw(&error).1)?);
    let mut kept = kept();
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(schema.clone(), Arc::clone(&validator));
    Ok(validator)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value, arguments: Value, words: &[&str]) {
        let Value::Object(fields) = arguments else { panic!("not an object") };
        assert_eq!(mistakes(schema, &fields).unwrap(), words);
    }

    #[test]
    fn words_name_the_field_the_value_and_what_was_expected() {
        let schema = json!({
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "description": "The customer's id"},
                "region": {"enum": ["North", "South"]},
                "limit": {"type": "integer", "maximum": 100},
                "since": {"type": "string", "format": "date"},
                "tags": {"type": "array", "items": {"type": ["string", "null"]}},
            }
        });
        check(&schema, json!({"id": 7, "tags": ["a", null]}), &[]);
        check(&schema, json!({}), &["`id` is missing (integer: The customer's id)"]);
        let closed =
            json!({"required": ["a", "b"], "properties": {"a": {"const": 1}, "b": {"enum": ["x", 2]}}});
        check(&closed, json!({}), &["`a` is missing (always 1)", r#"`b` is missing (one of "x", 2)"#]);
        check(&schema, json!({"id": "seven"}), &[r#"`id` must be an integer, and is "seven""#]);
        check(&schema, json!({"id": 1, "limt": 5}), &["there is no `limt`: did you mean `limit`?"]);
        check(
            &schema,
            json!({"id": 1, "x": 5}),
            &["there is no `x`: the fields are `id`, `region`, `limit`, `since`, `tags`"],
        );
        check(&schema, json!({"id": 1, "limit": 500}), &["`limit`: 500 is greater than the maximum of 100"]);
        check(
            &schema,
            json!({"id": 1, "region": "Nord"}),
            &[r#"`region`: "Nord" is not one of "North" or "South""#],
        );
        check(&schema, json!({"id": 1, "since": "today"}), &[r#"`since`: "today" is not a "date""#]);
        check(&schema, json!({"id": 1, "tags": [1]}), &["`tags[0]` must be a null or string, and is 1"]);
    }

    #[test]
    fn a_schema_is_compiled_once_however_many_calls_a_batch_has() {
        let titled = |title| cached(&json!({"type": "object", "title": title})).unwrap();
        let first = titled("one");
        assert!(Arc::ptr_eq(&first, &titled("one")));
        assert!(!Arc::ptr_eq(&first, &titled("two")));
    }

    #[test]
    fn a_schema_that_speaks_of_other_fields_is_taken_at_its_word() {
        check(&json!({"type": "object", "additionalProperties": true}), json!({"x": 1}), &[]);
        check(
            &json!({"type": "object", "additionalProperties": false}),
            json!({"x": 1}),
            &["there is no `x`: this tool takes no arguments"],
        );
        check(
            &json!({"patternProperties": {"^x-": {}}, "additionalProperties": false}),
            json!({"x-a": 1}),
            &[],
        );
    }

    #[test]
    fn a_schema_that_can_not_be_used_says_where_and_why() {
        let check = |schema, place: &[&str], words: &str| {
            let flaws = flaws(&schema);
            let [(found, said)] = &flaws[..] else { panic!("{flaws:?}") };
            assert!(found == place && said.contains(words), "{flaws:?}");
        };
        check(json!({"properties": {"a": {"type": "int"}}}), &["properties", "a", "type"], "no type \"int\"");
        check(json!({"properties": {"a": {"minimum": "1"}}}), &["properties", "a", "minimum"], "not of type");
        check(json!({"$ref": "https://example.com/schema"}), &[], "example.com");
        assert_eq!(flaws(&json!({"properties": {"a": {"pattern": "("}}})).len(), 1);
        assert_eq!(flaws(&json!({"type": "object", "properties": {}})), []);
    }
}
