use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const NAMES: [&str; 4] = ["a", "b", "c", "x-1"];

fn plain() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3..4i32).prop_map(|number| json!(number)),
        "[abx]{0,3}".prop_map(|text| json!(text)),
        any::<bool>().prop_map(|yes| json!(yes)),
        Just(json!(null)),
    ]
}

fn instance() -> impl Strategy<Value = Value> {
    let within = plain().prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|values| json!(values)),
            vec((0..4usize, inner), 0..3).prop_map(object),
        ]
    });
    vec((0..4usize, within), 0..4).prop_map(object)
}

fn object(fields: Vec<(usize, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (NAMES[name].to_owned(), value)).collect())
}

/// Schemas that use every keyword that is dropped or changed somewhere, also where one is an exception from another.
fn schema() -> impl Strategy<Value = Value> {
    let kind =
        || prop::sample::select(vec!["object", "array", "string", "integer", "number", "boolean", "null"]);
    let leaf = prop_oneof![
        3 => kind().prop_map(|kind| json!({ "type": kind })),
        1 => Just(json!(true)),
        1 => Just(json!({})),
        1 => Just(json!({ "$ref": "#/$defs/d" })),
        1 => Just(json!({ "$ref": "#" })),
        1 => plain().prop_map(|value| json!({ "const": value })),
        1 => vec(plain(), 1..3).prop_map(|values| json!({ "enum": values })),
        1 => Just(json!({ "type": ["string", "null"], "minLength": 1, "pattern": "a" })),
        1 => Just(json!({ "exclusiveMinimum": 0, "maximum": 2, "multipleOf": 2 })),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let named = vec((0..4usize, inner.clone()), 0..3).prop_map(object);
        let part = prop_oneof![
            3 => named.prop_map(|each| json!({ "properties": each })),
            1 => prop::sample::subsequence(NAMES.to_vec(), 0..3).prop_map(|names| json!({ "required": names })),
            1 => Just(json!({ "type": "object" })),
            1 => Just(json!({ "additionalProperties": false })),
            1 => inner.clone().prop_map(|one| json!({ "additionalProperties": one })),
            1 => inner.clone().prop_map(|one| json!({ "patternProperties": { "^x-": one } })),
            1 => inner.clone().prop_map(|one| json!({ "items": one })),
            1 => vec(inner.clone(), 1..3).prop_map(|each| json!({ "prefixItems": each })),
            1 => Just(json!({ "minItems": 1, "uniqueItems": true, "minProperties": 1 })),
            1 => vec(inner.clone(), 1..3).prop_map(|any| json!({ "anyOf": any })),
            1 => vec(inner.clone(), 1..3).prop_map(|one| json!({ "oneOf": one })),
            1 => vec(inner.clone(), 1..3).prop_map(|all| json!({ "allOf": all })),
            1 => inner.clone().prop_map(|one| json!({ "not": one })),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, other)| json!({ "if": one, "then": other })),
            1 => Just(json!({ "unevaluatedProperties": false })),
            1 => inner.prop_map(|one| json!({ "contains": one, "propertyNames": { "maxLength": 2 } })),
        ];
        vec(part, 1..4).prop_map(|parts| {
            let fields = parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten();
            Value::Object(fields.collect())
        })
    })
}

/// A schema of arguments, with a definition that leads back to it.
fn whole() -> impl Strategy<Value = Value> {
    (schema(), schema()).prop_map(|(mut top, definition)| {
        if let Some(top) = top.as_object_mut() {
            top.insert("$defs".to_owned(), json!({ "d": definition }));
        }
        top
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_valid_stays_valid(schema in whole(), instances in vec(instance(), 12)) {
        // Definitions that lead to themselves alone are no schema.
        let Ok(original) = jsonschema::validator_for(&schema) else { return Ok(()) };
        for protocol in Protocol::ALL {
            let adapted = adapted(protocol, &schema);
            let loose = jsonschema::validator_for(&adapted);
            let loose = loose.map_err(|error| TestCaseError::fail(format!("{protocol:?}: {error}: {adapted}")))?;
            for instance in instances.iter().filter(|instance| original.is_valid(instance)) {
                prop_assert!(loose.is_valid(instance), "{protocol:?}: {instance} under {adapted}");
            }
        }
    }

    #[test]
    fn what_is_adapted_fits(schema in whole()) {
        for protocol in Protocol::ALL {
            let once = adapted(protocol, &schema).into_owned();
            prop_assert_eq!(&once["type"], &json!("object"));
            prop_assert!(once["properties"].is_object());
            for refused in ["oneOf", "anyOf", "allOf", "enum", "not"] {
                prop_assert!(once.get(refused).is_none(), "{protocol:?}: {once}");
            }
            prop_assert!(matches!(adapted(protocol, &once), Cow::Borrowed(_)), "{protocol:?}: {once}");
        }
    }
}

#[test]
fn an_ordinary_schema_stays_as_it_is() {
    let schema = json!({
        "type": "object",
        "properties": { "id": { "type": "integer" }, "tags": { "type": "array", "items": { "type": "string" } } },
        "required": ["id"],
    });
    for protocol in Protocol::ALL {
        assert!(matches!(adapted(protocol, &schema), Cow::Borrowed(_)), "{protocol:?}");
    }
}

#[test]
fn what_gemini_does_not_take_is_written_out_or_told() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "email": { "type": "string", "format": "email", "description": "Whose." },
            "at": { "$ref": "#/$defs/place", "description": "Where." },
            "unit": { "const": "km" },
            "size": { "oneOf": [{ "type": "integer" }, { "type": "string", "pattern": "^[SML]$" }] },
        },
        "patternProperties": { "^x-": {} },
        "additionalProperties": false,
        "$defs": { "place": { "type": "object", "properties": { "near": { "$ref": "#/$defs/place" } } } },
    });
    assert_eq!(
        adapted(Protocol::Gemini, &schema).into_owned(),
        json!({
            "type": "object",
            "properties": {
                "email": { "type": "string", "description": "Whose. (format: email)" },
                "at": { "type": "object", "properties": { "near": {} }, "description": "Where." },
                "unit": { "enum": ["km"] },
                "size": { "anyOf": [
                    { "type": "integer" },
                    { "type": "string", "description": "(pattern: ^[SML]$)" },
                ] },
            },
            "description": "(patternProperties: {\"^x-\":{}})",
        })
    );
}

#[test]
fn alternatives_at_the_top_become_properties_that_none_of_them_must_have() {
    let schema = json!({
        "anyOf": [
            { "properties": { "id": { "type": "integer", "description": "Its number." } }, "required": ["id", "in"] },
            { "properties": { "name": { "type": "string" } }, "required": ["name", "in"] },
        ],
    });
    let adapted = adapted(Protocol::Anthropic, &schema);
    assert_eq!(adapted["properties"], json!({ "id": { "description": "Its number." }, "name": {} }));
    assert_eq!(adapted["required"], json!(["in"]));
    assert!(adapted["description"].as_str().is_some_and(|words| words.contains("anyOf")), "{adapted}");
}

#[test]
fn definitions_that_would_fill_the_world_are_left_open() {
    let mut definitions = serde_json::Map::new();
    for number in 0..40 {
        let next = json!({ "$ref": format!("#/$defs/n{}", number + 1) });
        definitions.insert(format!("n{number}"), json!({ "properties": { "a": next, "b": next } }));
    }
    let schema =
        json!({ "type": "object", "properties": { "n": { "$ref": "#/$defs/n0" } }, "$defs": definitions });
    assert!(adapted(Protocol::Gemini, &schema).to_string().len() < 200_000);
}
