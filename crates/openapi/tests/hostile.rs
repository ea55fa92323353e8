//! Whatever a document holds, it is imported or refused, soon, and never more than it could be read for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use openapi::{Imported, Options, import};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn size(imported: &Imported) -> usize {
    imported.tools().map(|made| made.tool.input.0.to_string().len()).sum()
}

/// Many schemas, each of which refers to all others, in the body of many operations.
#[test]
fn what_comes_out_is_bounded_by_what_went_in() {
    let count = 60;
    let name = |index: usize| format!("Schema{index}");
    let refer = |index: usize| json!({"$ref": format!("#/components/schemas/{}", name(index))});
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for index in 0..count {
        let all: Map<String, Value> = (0..count).map(|other| (format!("p{other}"), refer(other))).collect();
        schemas.insert(
            name(index),
            json!({"type": "object", "allOf": [refer((index + 1) % count)], "properties": all}),
        );
        let content = json!({"application/json": {"schema": refer(index)}});
        paths.insert(
            format!("/{index}"),
            json!({"post": {"requestBody": {"required": true, "content": content}}}),
        );
    }
    let document =
        json!({"openapi": "3.0.0", "paths": paths, "components": {"schemas": schemas}}).to_string();
    let imported = import(document.as_bytes(), &Options::default()).unwrap();
    assert_eq!(imported.tools().count(), count);
    // A small document may grow to a few megabytes, and a large one to a few times its size.
    assert!(size(&imported) < (8 << 20) + 4 * document.len(), "{} of {}", size(&imported), document.len());
    for made in imported.tools().take(3) {
        jsonschema::draft202012::new(&made.tool.input.0).unwrap();
        assert!(made.notes.iter().any(|note| note.contains("too long")), "{:?}", made.notes);
    }
}

#[test]
fn a_deep_or_circular_document_ends() {
    let deep =
        format!("{{\"openapi\": \"3.0.0\", \"paths\": {}{}", "{\"a\":".repeat(100_000), "}".repeat(100_001));
    assert!(import(deep.as_bytes(), &Options::default()).is_err());
    let round = json!({
        "openapi": "3.0.0",
        "paths": {
            "/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"},
            "/c": {"get": {"$ref": "#/paths/~1c/get"}},
            "/d": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}},
        },
        "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}},
    });
    let imported = import(round.to_string().as_bytes(), &Options::default()).unwrap();
    assert_eq!(imported.operations.len(), 2);
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
}

/// One large operation at many paths.
#[test]
fn what_is_repeated_by_reference_is_bounded() {
    let properties: Map<String, Value> = (0..2000)
        .map(|index| (format!("p{index}"), json!({"type": "string", "description": "x".repeat(50)})))
        .collect();
    let schema = json!({"type": "object", "properties": properties});
    let operation =
        json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}});
    let mut paths = Map::new();
    for index in 0..2000 {
        paths.insert(format!("/{index}"), json!({"$ref": "#/x-item"}));
    }
    let document = json!({"openapi": "3.0.0", "paths": paths, "x-item": {"post": operation}}).to_string();
    let imported = import(document.as_bytes(), &Options::default()).unwrap();
    assert_eq!(imported.operations.len(), 2000);
    assert!((1..500).contains(&imported.tools().count()), "{}", imported.tools().count());
}

const DOCUMENTS: [&[u8]; 3] = [
    include_bytes!(
        "../../../tests/fixtures/openapi/2.0__github_etcd-io-etcd@c34dc7ee00__Documentation_dev-guide_apispec_swagger_v3election.swagger.json"
    ),
    include_bytes!(
        "../../../tests/fixtures/openapi/3.0__github_box-box-openapi@c9a878a982__openapi_openapi-v2026.0.json"
    ),
    include_bytes!(
        "../../../tests/fixtures/openapi/3.0__github_twilio-twilio-oai@d50069b44e__spec_json_twilio_lookups_v1.json"
    ),
];

/// Puts another value at a place of the document that the numbers choose.
fn changed(value: &mut Value, way: &[usize], other: &Value) {
    let Some((step, rest)) = way.split_first() else { return };
    let inner = match value {
        Value::Object(fields) if !fields.is_empty() => {
            let index = step % fields.len();
            fields.values_mut().nth(index)
        }
        Value::Array(items) if !items.is_empty() => {
            let index = step % items.len();
            items.get_mut(index)
        }
        _ => None,
    };
    match inner {
        Some(inner) if !rest.is_empty() => changed(inner, rest, other),
        Some(inner) => *inner = other.clone(),
        None => *value = other.clone(),
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!(-1.5)),
        Just(json!(true)),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/paths"})),
        Just(json!({"$ref": "#/components/schemas/Error"})),
        Just(json!({"type": ["file", "null"], "items": [{}], "required": "x", "properties": {"": 1}})),
        Just(
            json!({"nullable": true, "allOf": [{"$ref": "#/definitions/v3electionpbLeaderKey"}], "pattern": "(?<=a)b"})
        ),
        "[\\PC]{0,12}".prop_map(Value::String),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_document_is_imported_or_refused(
        which in 0..DOCUMENTS.len(),
        changes in prop::collection::vec((prop::collection::vec(0..64usize, 1..10), anything()), 1..8),
    ) {
        let mut document: Value = serde_json::from_slice(DOCUMENTS[which]).unwrap();
        for (way, other) in &changes {
            changed(&mut document, way, other);
        }
        if let Ok(imported) = import(document.to_string().as_bytes(), &Options::default()) {
            for made in imported.tools() {
                let built = jsonschema::draft202012::options().should_validate_formats(true).build(&made.tool.input.0);
                prop_assert!(built.is_ok(), "{:?} {}", built.err(), made.tool.input.0);
            }
        }
    }

    #[test]
    fn a_damaged_text_is_imported_or_refused(
        which in 0..DOCUMENTS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut text = DOCUMENTS[which].to_vec();
        for (at, byte) in damage {
            let at = at.index(text.len());
            text[at] = byte;
        }
        let _either = import(&text, &Options::default());
        text.truncate(end.index(text.len()));
        let _either = import(&text, &Options::default());
    }
}
