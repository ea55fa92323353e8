//! The source file (TOML) of a service, made from the table that the service answers by.

use std::fmt::Write;

use serde_json::{Value, json};

use super::openapi::arguments;
use super::operation::{Operation, Place};
use super::service::Service;
use crate::keys::Lock;

/// The file as a person would write it: one line a key, one table a tool.
///
/// `rate` is what the file says of how many requests may begin a second and at once.
pub(crate) fn written(service: &Service, base_url: &str, rate: Option<(u32, u32)>) -> String {
    let secret = service.name;
    let auth = match service.lock {
        Lock::Bearer => json!({ "kind": "bearer", "secret": secret }),
        Lock::ApiKey { header } => {
            json!({ "kind": "api_key", "place": "header", "name": header, "secret": secret })
        }
        Lock::Basic { user } => json!({ "kind": "basic", "user": user, "secret": secret }),
    };
    let mut file = String::new();
    line(&mut file, "name", &json!(service.name));
    line(&mut file, "kind", &json!("http"));
    line(&mut file, "base_url", &json!(base_url));
    line(&mut file, "label", &json!({ "level": service.level, "categories": service.categories }));
    line(&mut file, "auth", &auth);
    let mut limits = json!({ "in_flight": 16, "deadline": "20s", "result_bytes": "4MiB" });
    if let Some((per_second, burst)) = rate {
        limits["per_second"] = json!(per_second);
        limits["burst"] = json!(burst);
    }
    line(&mut file, "limits", &limits);
    if service.keeps_keys {
        line(&mut file, "idempotency_header", &json!("Idempotency-Key"));
    }
    for operation in service.operations.iter().filter(|operation| operation.offered) {
        tool(&mut file, operation);
    }
    file
}

fn tool(file: &mut String, operation: &Operation) {
    file.push_str("\n[[tool]]\n");
    line(file, "name", &json!(operation.id));
    line(file, "description", &json!(operation.about));
    line(file, "method", &json!(operation.method.as_str()));
    line(file, "path", &json!(operation.path));
    for (key, value) in [("effect", operation.effect), ("resource", operation.resource)] {
        if let Some(value) = value {
            line(file, key, &json!(value));
        }
    }
    file.push_str("[tool.input]\n");
    let schema = arguments(operation, &[Place::Path, Place::Query, Place::Body]);
    for (key, value) in schema.as_object().into_iter().flatten() {
        match value.as_object() {
            // Dotted keys keep one property on one line.
            Some(properties) => {
                for (name, property) in properties {
                    line(file, &format!("properties.{name}"), property);
                }
            }
            None => line(file, key, value),
        }
    }
}

fn line(file: &mut String, key: &str, value: &Value) {
    // Writing to a string does not fail.
    let _ = writeln!(file, "{key} = {}", inline(value));
}

/// A JSON value as TOML on one line. JSON's escapes are all escapes of TOML's basic strings too;
/// no value here is null, which TOML does not know.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name} = {}", inline(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        scalar => scalar.to_string(),
    }
}
