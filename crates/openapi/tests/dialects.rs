//! What each dialect says becomes what a source understands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

use domain::request::{BodyForm, Place, Style};
use domain::source::{Auth, KeyPlace};
use domain::tool::ToolSpec;
use openapi::{Choice, Imported, Operation, Options, import};
use serde_json::{Value, json};

fn imported(document: &Value) -> Imported {
    import(document.to_string().as_bytes(), &Options::default()).unwrap()
}

/// A document of version 3 with one operation.
fn with(version: &str, method: &str, path: &str, operation: Value, schemas: Value) -> Value {
    json!({
        "openapi": version,
        "info": {"title": "Pets"},
        "servers": [{"url": "https://pets.example.com/v1"}],
        "paths": {path: {method: operation}},
        "components": {"schemas": schemas},
    })
}

fn body(schema: Value) -> Value {
    json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}})
}

fn only(document: &Value) -> ToolSpec {
    let imported = imported(document);
    match &imported.operations[..] {
        [Operation::Tool(made)] => made.tool.clone(),
        other => panic!("{other:?}"),
    }
}

fn reason(document: &Value) -> String {
    match &imported(document).operations[..] {
        [Operation::Skipped(skipped)] => skipped.reason.clone(),
        other => panic!("{other:?}"),
    }
}

/// Which of the values the tool's schema lets pass as its body.
fn check_values(version: &str, schema: Value, schemas: Value, right: &[Value], wrong: &[Value]) {
    // An array holds it, so that it is one argument.
    let list = json!({"type": "array", "items": schema});
    let tool = only(&with(version, "post", "/x", body(list), schemas));
    let validator = jsonschema::draft202012::new(&tool.input.0).unwrap();
    for value in right {
        assert!(validator.is_valid(&json!({"body": [value]})), "{version} {value} in {}", tool.input.0);
    }
    for value in wrong {
        assert!(!validator.is_valid(&json!({"body": [value]})), "{version} {value} in {}", tool.input.0);
    }
}

#[test]
fn schemas_hold_the_same_values_valid() {
    let none = || json!({});
    let check = check_values;
    check(
        "3.0.3",
        json!({"type": "string", "nullable": true}),
        none(),
        &[json!("a"), json!(null)],
        &[json!(1)],
    );
    check(
        "3.0.3",
        json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}),
        none(),
        &[json!(1), json!(9)],
        &[json!(0), json!(10)],
    );
    check(
        "3.1.0",
        json!({"type": ["integer", "null"], "exclusiveMinimum": 0, "const": 3}),
        none(),
        &[json!(3)],
        &[json!(0), json!(2), json!(null)],
    );
    let pet =
        json!({"Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}});
    let reference = json!({"$ref": "#/components/schemas/Pet"});
    check(
        "3.0.0",
        json!({"nullable": true, "allOf": [reference]}),
        pet.clone(),
        &[json!(null), json!({"name": "Rex"})],
        &[json!({}), json!(7)],
    );
    check(
        "3.0.0",
        json!({"$ref": "#/components/schemas/Pet", "maxProperties": 0}),
        pet.clone(),
        &[json!({"name": "R"})],
        &[],
    );
    check(
        "3.1.0",
        json!({"$ref": "#/components/schemas/Pet", "maxProperties": 0}),
        pet,
        &[],
        &[json!({"name": "R"})],
    );
    let tree = json!({"Tree": {
        "type": "object",
        "required": ["value"],
        "properties": {"value": {"type": "integer"}, "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }});
    check(
        "3.0.0",
        json!({"$ref": "#/components/schemas/Tree"}),
        tree,
        &[json!({"value": 1, "below": [{"value": 2, "below": []}]})],
        &[json!({"value": 1, "below": [{"below": []}]})],
    );
    let shapes = json!({
        "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["cat"]}}},
        "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["dog"]}}},
    });
    check(
        "3.0.0",
        json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
               "discriminator": {"propertyName": "kind"}}),
        shapes,
        &[json!({"kind": "cat"}), json!({"kind": "dog"})],
        &[json!({"kind": "cow"}), json!({})],
    );
}

#[test]
fn what_a_schema_gets_wrong_is_left_out_and_told() {
    let schema = json!({"type": "array", "items": {
        "type": "string", "pattern": "(", "minLength": "3", "maxLength": 5.0, "enum": [], "multipleOf": 0,
    }});
    let document = with("3.0.0", "post", "/x", body(schema), json!({}));
    let imported = imported(&document);
    let made = imported.tools().next().unwrap();
    assert_eq!(made.tool.input.0["properties"]["body"]["items"], json!({"type": "string", "maxLength": 5}));
    assert_eq!(made.notes.len(), 4, "{:?}", made.notes);
    let lost = body(json!({"$ref": "#/components/schemas/Lost"}));
    assert!(reason(&with("3.0.0", "post", "/x", lost, json!({}))).contains("leads nowhere"));
    let remote = body(json!({"$ref": "https://example.com/pet.json"}));
    assert!(reason(&with("3.0.0", "post", "/x", remote, json!({}))).contains("was not given"));
}

#[test]
fn documents_that_are_given_are_followed() {
    let schema = json!({"$ref": "parts/pet.json#/Pet"});
    let document = with("3.1.0", "post", "/x", body(schema), json!({}));
    let part = json!({"Pet": {"type": "object", "properties": {"name": {"$ref": "#/Name"}}}, "Name": {"type": "string"}});
    let mut options =
        Options { address: Some("https://example.com/api.json".to_owned()), ..Options::default() };
    options.documents.insert("https://example.com/parts/pet.json".to_owned(), part.to_string().into_bytes());
    let imported = import(document.to_string().as_bytes(), &options).unwrap();
    let input = &imported.tools().next().unwrap().tool.input.0;
    assert_eq!(input["properties"]["name"], json!({"$ref": "#/$defs/Name"}));
    assert_eq!(input["$defs"]["Name"], json!({"type": "string"}));
}

#[test]
fn read_only_properties_are_not_sent() {
    let schemas = json!({
        "Base": {"type": "object", "required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}},
        "Id": {"type": "integer", "readOnly": true},
    });
    let schema = json!({
        "type": "object", "required": ["id", "name"],
        "properties": {"id": {"$ref": "#/components/schemas/Id"}, "name": {"type": "string"}},
    });
    let tool = only(&with("3.0.0", "post", "/x", body(schema), schemas.clone()));
    assert_eq!(
        tool.input.0,
        json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}})
    );
    let made_of = json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["id", "x"]}]});
    let tool = only(&with("3.0.0", "post", "/x", body(made_of), schemas));
    assert_eq!(tool.input.0["properties"]["body"]["allOf"][1], json!({"required": ["x"]}));
    assert_eq!(tool.input.0["$defs"]["Base"], json!({"type": "object", "properties": {}}));
}

#[test]
fn parameters_of_every_place_and_style_find_their_place() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let parameters = json!([
        {"name": "id", "in": "path", "required": true, "style": "matrix", "schema": list},
        {"name": "f[a]", "in": "query", "schema": list},
        {"name": "p", "in": "query", "style": "pipeDelimited", "explode": false, "allowReserved": true, "schema": list},
        {"name": "d", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
        {"name": "j", "in": "query", "required": true, "content": {"application/json": {"schema": list}}},
        {"name": "id", "in": "query", "description": "Another", "schema": {"type": "string"}},
        {"name": "X-Team", "in": "header", "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
        {"name": "c", "in": "cookie", "schema": {"type": "string"}},
    ]);
    let tool = only(&with("3.0.0", "get", "/x/{id}/{other}", json!({"parameters": parameters}), json!({})));
    let shape = tool.request.unwrap();
    let found: Vec<_> = shape
        .parameters
        .iter()
        .map(|one| {
            (one.property.as_str(), one.name.as_str(), one.place, one.style, one.explode, one.reserved)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("id", "id", Place::Path, Style::Matrix, false, false),
            ("other", "other", Place::Path, Style::Simple, false, false),
            ("f_a", "f[a]", Place::Query, Style::Form, true, false),
            ("p", "p", Place::Query, Style::PipeDelimited, false, true),
            ("d", "d", Place::Query, Style::DeepObject, true, false),
            ("j", "j", Place::Query, Style::Json, false, false),
            ("query_id", "id", Place::Query, Style::Form, true, false),
            ("X-Team", "X-Team", Place::Header, Style::Simple, false, false),
            ("c", "c", Place::Cookie, Style::Form, true, false),
        ]
    );
    assert_eq!(tool.input.0["required"], json!(["id", "j", "other"]));
    assert_eq!(tool.input.0["properties"]["query_id"], json!({"type": "string", "description": "Another"}));
}

#[test]
fn version_2_is_read_in_its_own_words() {
    let document = json!({
        "swagger": "2.0", "info": {"title": "Old API"}, "host": "old.example.com", "basePath": "/v1", "schemes": ["https"],
        "securityDefinitions": {"k": {"type": "apiKey", "in": "query", "name": "key"}},
        "security": [{"k": []}],
        "paths": {"/x/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": true, "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"}],
            "get": {"operationId": "getX", "parameters": [
                {"name": "t", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "tsv"},
                {"name": "m", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"},
                {"name": "s", "in": "query", "type": "array", "items": {"type": "string"}},
                {"name": "key", "in": "query", "type": "string"},
            ]},
            "post": {"operationId": "upload", "parameters": [
                {"name": "file", "in": "formData", "type": "file", "required": true},
                {"name": "note", "in": "formData", "type": "string", "x-nullable": true},
            ]},
        }},
    });
    let imported = imported(&document);
    let source = imported.source(&Choice::default()).unwrap();
    assert_eq!((source.name.as_str(), source.base_url.as_str()), ("old", "https://old.example.com/v1"));
    let key = Auth::ApiKey { secret: "old".parse().unwrap(), place: KeyPlace::Query, name: "key".to_owned() };
    assert_eq!(source.auth, key);
    let get = source.tools[0].request.clone().unwrap();
    let styles: Vec<_> =
        get.parameters.iter().map(|one| (one.property.as_str(), one.style, one.explode)).collect();
    assert_eq!(
        styles,
        [
            ("id", Style::PipeDelimited, false),
            ("t", Style::TabDelimited, false),
            ("m", Style::Form, true),
            ("s", Style::Form, false),
        ]
    );
    let post = &source.tools[1];
    let body = post.request.clone().unwrap().body.unwrap();
    assert_eq!((body.form, body.property, body.parts["file"].file), (BodyForm::Multipart, None, true));
    let properties = &post.input.0["properties"];
    assert_eq!(properties["file"], json!({"type": "string", "contentEncoding": "base64"}));
    assert_eq!(properties["note"], json!({"type": ["string", "null"]}));
}

#[test]
fn bodies_are_written_as_their_media_types_ask() {
    let content = |content: Value| {
        let operation = json!({"requestBody": {"required": true, "content": content}});
        let tool = only(&with("3.1.0", "post", "/x", operation, json!({})));
        (tool.request.unwrap().body.unwrap(), tool.input.0["properties"].clone())
    };
    let fields = json!({"type": "object", "properties": {
        "file": {"type": "string", "contentMediaType": "image/png"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "meta": {"type": "object"},
    }});
    let (body, _) = content(
        json!({"application/xml": {}, "application/vnd.x+json; v=1": {"schema": {"type": "integer"}}}),
    );
    let found = (body.form, body.media.as_str(), body.property.as_deref());
    assert_eq!(found, (BodyForm::Json, "application/vnd.x+json; v=1", Some("body")));
    let encoding = json!({"tags": {"style": "pipeDelimited"}});
    let (body, _) =
        content(json!({"application/x-www-form-urlencoded": {"schema": fields, "encoding": encoding}}));
    assert_eq!((body.form, body.property.as_deref(), body.parts.len()), (BodyForm::Urlencoded, None, 1));
    assert_eq!((body.parts["tags"].style, body.parts["tags"].explode), (Some(Style::PipeDelimited), false));
    let encoding = json!({"meta": {"contentType": "application/json"}});
    let (body, properties) =
        content(json!({"multipart/form-data": {"schema": fields, "encoding": encoding}}));
    assert!(body.form == BodyForm::Multipart && body.parts["file"].file && body.parts["tags"].explode);
    assert_eq!(body.parts["meta"].media.as_deref(), Some("application/json"));
    assert_eq!(properties["file"]["contentEncoding"], "base64");
    let (body, _) = content(json!({"text/csv": {}}));
    assert_eq!((body.form, body.property.as_deref()), (BodyForm::Text, Some("body")));
    let (body, properties) = content(json!({"image/*": {}}));
    assert_eq!((body.form, body.media.as_str()), (BodyForm::Binary, "application/octet-stream"));
    assert_eq!(properties["body"]["contentEncoding"], "base64");
    let operation = json!({"requestBody": {"required": true, "content": {"multipart/mixed": {}}}});
    assert!(reason(&with("3.1.0", "post", "/x", operation, json!({}))).contains("multipart/mixed"));
}

#[test]
fn names_that_meet_are_told_apart() {
    let mut operation = body(json!({"type": "object", "properties": {"id": {"type": "integer"}}}));
    operation["parameters"] =
        json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let tool = only(&with("3.0.0", "put", "/pets/{id}.json", operation, json!({})));
    assert_eq!((tool.path.as_str(), tool.resource.as_str()), ("/pets/{path_id}.json", "/pets/{path_id}"));
    assert_eq!(tool.input.0["properties"], json!({"id": {"type": "integer"}, "path_id": {"type": "string"}}));
}

#[test]
fn only_what_every_write_takes_makes_writes_repeatable() {
    let key = json!([{"name": "idempotency-key", "in": "header", "schema": {"type": "string"}}]);
    let mut document = with("3.0.0", "post", "/x", json!({"parameters": key}), json!({}));
    let all = imported(&document);
    assert_eq!(all.idempotency_header.as_deref(), Some("idempotency-key"));
    assert_eq!(all.tools().next().unwrap().tool.input.0, json!({"type": "object"}));
    document["paths"]["/x"]["patch"] = json!({});
    let some = imported(&document);
    assert_eq!(some.idempotency_header, None);
    assert!(some.tools().next().unwrap().tool.input.0["properties"]["idempotency-key"].is_object());
}

#[test]
fn what_can_not_be_used_has_its_reason() {
    let skipped = |method: &str, path: &str, operation: Value| {
        let document = with("3.1.0", method, path, operation, json!({}));
        reason(&document)
    };
    assert!(skipped("trace", "/x", json!({})).contains("TRACE"));
    assert!(skipped("get", "/x?a=b", json!({})).contains("'?'"));
    assert!(skipped("get", "/x", json!(7)).contains("mapping"));
    assert!(skipped("get", "/x", json!({"servers": [{"url": "https://else.example.com"}]})).contains("else"));
    let many = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {}, "post": {"parameters": [{}]}}, "x-b": {"get": {}}}});
    let imported = imported(&many);
    assert_eq!((imported.operations.len(), imported.tools().count()), (2, 1));
}

#[test]
fn keys_that_are_not_in_this_version_are_told_at_each_operation() {
    let mut document =
        with("3.0.0", "get", "/x", json!({"security": [{"digest": []}, {"a": [], "b": []}]}), json!({}));
    document["components"]["securitySchemes"] = json!({
        "digest": {"type": "http", "scheme": "digest"},
        "a": {"type": "apiKey", "in": "header", "name": "X-A"},
        "b": {"type": "http", "scheme": "Basic"},
    });
    let imported = imported(&document);
    let notes = &imported.tools().next().unwrap().notes;
    assert!(
        notes.iter().any(|note| note.contains("a and b together") && note.contains("`digest`")),
        "{notes:?}"
    );
    let choice = Choice { user: Some("ana".to_owned()), ..Choice::default() };
    let auth = imported.source(&choice).unwrap().auth;
    assert_eq!(auth, Auth::Basic { user: "ana".to_owned(), secret: "pets".parse().unwrap() });
}

#[test]
fn what_is_no_document_is_refused_in_words() {
    let check = |text: &str, words: &str| {
        let refused = import(text.as_bytes(), &Options::default()).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    };
    check("", "empty");
    check("{\"a\": [}", "not JSON");
    check("a: [1", "not YAML");
    check("- 1", "no mapping");
    check("name: x", "openapi: is missing; give a document of OpenAPI");
    check("openapi: 4.0.0\npaths: {}", "openapi = \"4.0.0\": not a version");
    check("swagger: '1.2'\npaths: {}", "swagger = \"1.2\"");
    check("openapi: 3.0", "paths: is missing");
    let options = Options { server: Some("ftp://x".to_owned()), ..Options::default() };
    let refused = import(b"openapi: 3.0.0\npaths: {}", &options).unwrap_err();
    assert_eq!((refused.field.as_str(), refused.value.as_str()), ("--server", "ftp://x"));
    assert!(import(b"openapi: 3.1.0", &Options::default()).unwrap().operations.is_empty());
}
