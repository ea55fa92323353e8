//! How results go on, as documents say it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::paging::{PageBy, Paging};
use openapi::{Options, import};
use serde_json::{Value, json};

/// What is read of an operation with these query parameters that answers this.
fn paging(parameters: &[(&str, Value)], answer: Value) -> Option<Paging> {
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema }))
        .collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "T", "version": "1" },
        "servers": [{ "url": "https://t.example" }],
        "components": { "schemas": { "Thing": { "type": "object" }, "Meta": {
            "allOf": [{ "properties": { "next_cursor": { "type": ["string", "null"] } } }]
        } } },
        "paths": { "/things": { "get": { "operationId": "things", "parameters": parameters,
            "responses": { "200": answer } } } }
    });
    let imported = import(document.to_string().as_bytes(), &Options::default()).unwrap();
    imported.tools().next().unwrap().tool.paging.clone()
}

fn body(schema: Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

#[test]
fn each_kind_is_recognised_by_names_and_shapes() {
    let things = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Thing" } });
    let integer = json!({ "type": "integer" });
    let text = json!({ "type": "string" });
    let made = |by, items: &str, limit: Option<&str>| {
        Some(Paging { by, items: items.to_owned(), limit: limit.map(str::to_owned), follow: 1 })
    };
    let parameter = |name: &str| name.to_owned();

    let answer =
        body(json!({ "properties": { "data": things, "meta": { "$ref": "#/components/schemas/Meta" } } }));
    let found = paging(&[("cursor", text.clone()), ("per_page", integer.clone())], answer);
    let by = PageBy::Cursor { parameter: parameter("cursor"), next: "/meta/next_cursor".to_owned() };
    assert_eq!(found, made(by, "/data", Some("per_page")));

    let answer = body(json!({ "properties": { "files": things, "nextPageToken": text } }));
    let by = PageBy::Cursor { parameter: parameter("pageToken"), next: "/nextPageToken".to_owned() };
    assert_eq!(paging(&[("pageToken", text.clone())], answer), made(by, "/files", None));

    let answer =
        body(json!({ "properties": { "results": things, "next": { "type": "string", "format": "uri" } } }));
    let by = PageBy::NextUrl { next: "/next".to_owned() };
    assert_eq!(paging(&[("page", integer.clone())], answer), made(by, "/results", None));

    let answer = body(json!({ "properties": { "items": things, "_links": { "properties": { "next":
        { "properties": { "href": text } } } } } }));
    let by = PageBy::NextUrl { next: "/_links/next/href".to_owned() };
    assert_eq!(paging(&[], answer), made(by, "/items", None));

    let mut answer = body(things.clone());
    answer["headers"] = json!({ "Link": { "schema": { "type": "string" } } });
    assert_eq!(paging(&[("page", integer.clone())], answer), made(PageBy::Link, "", None));

    let page = |first| PageBy::Page { parameter: parameter("page"), first };
    assert_eq!(paging(&[("page", integer.clone())], body(things.clone())), made(page(1), "", None));
    let from_0 = json!({ "type": "integer", "default": 0 });
    assert_eq!(paging(&[("page", from_0)], body(things.clone())), made(page(0), "", None));

    let by = PageBy::Offset { parameter: parameter("skip") };
    let found = paging(&[("skip", integer.clone()), ("top", integer)], body(things));
    assert_eq!(found, made(by, "", Some("top")));
}

#[test]
fn what_does_not_go_on_is_left_alone() {
    let integer = json!({ "type": "integer" });
    let one = json!({ "properties": { "id": integer, "page": integer } });
    assert_eq!(paging(&[("page", integer.clone())], body(one)), None, "one thing, no list");
    let things = json!({ "type": "array", "items": {} });
    assert_eq!(paging(&[("region", integer)], body(things.clone())), None, "no parameter of a page");
    assert_eq!(
        paging(&[("page", json!({ "type": "string" }))], body(things)),
        None,
        "a page's name, no number"
    );
    assert_eq!(paging(&[], json!({ "description": "nothing is said" })), None);
    // A schema that is made of itself is looked through once.
    let circle = json!({ "$ref": "#/paths/~1things/get/responses/200/content/application~1json/schema" });
    assert_eq!(paging(&[], body(circle)), None);
}
