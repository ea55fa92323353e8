//! The OpenAPI 3.1 document of a service, made from the table that the service answers by.

use serde_json::{Map, Value, json};

use super::operation::{Operation, Place};
use super::service::Service;
use crate::keys::Lock;

pub(super) fn document(service: &Service, base_url: &str) -> Value {
    let mut paths = Map::new();
    for operation in service.operations {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method.as_str().to_lowercase()] = described(operation);
    }
    let scheme = match service.lock {
        Lock::Bearer => json!({ "type": "http", "scheme": "bearer" }),
        Lock::ApiKey { header } => json!({ "type": "apiKey", "in": "header", "name": header }),
        Lock::Basic { .. } => json!({ "type": "http", "scheme": "basic" }),
    };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": service.title,
            "version": "1.0.0",
            "description": "Part of the rehearsal company. Every person, company and amount is made up.",
        },
        "servers": [{ "url": base_url }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "key": scheme },
            "schemas": { "Problem": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": { "type": "string" },
                    "title": { "type": "string" },
                    "status": { "type": "integer" },
                    "detail": { "type": "string" },
                },
            } },
        },
    })
}

/// The schema of an operation's arguments in these places, as one object.
pub(super) fn arguments(operation: &Operation, places: &[Place]) -> Value {
    let params = || operation.params.iter().filter(|param| places.contains(&param.place));
    let properties: Map<String, Value> =
        params().map(|param| (param.name.to_owned(), param.schema())).collect();
    let required: Vec<&str> = params().filter(|param| param.required).map(|param| param.name).collect();
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn described(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation
        .params
        .iter()
        .filter(|param| param.place != Place::Body)
        .map(|param| {
            json!({
                "name": param.name,
                "in": if param.place == Place::Path { "path" } else { "query" },
                "required": param.required,
                "description": param.about,
                "schema": param.schema(),
            })
        })
        .collect();
    let gives: Map<String, Value> =
        operation.gives.iter().map(|(name, kind)| ((*name).to_owned(), json!({ "type": kind }))).collect();
    let required: Vec<&str> = operation.gives.iter().map(|(name, _)| *name).collect();
    let status = if operation.method == hyper::Method::POST { "201" } else { "200" };
    let mut described = json!({
        "operationId": operation.id,
        "description": operation.about,
        "parameters": parameters,
        "responses": {
            status: {
                "description": "What was asked for",
                "content": { "application/json": { "schema": {
                    "type": "object", "required": required, "properties": gives,
                } } },
            },
            "default": {
                "description": "Why not",
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                } },
            },
        },
    });
    if operation.params.iter().any(|param| param.place == Place::Body) {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": arguments(operation, &[Place::Body]) } },
        });
    }
    described
}
