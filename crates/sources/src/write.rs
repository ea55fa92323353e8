//! A source as its file.

use std::fmt::Write as _;

use domain::label::{Integrity, Label, Principal};
use domain::mcp::{EnvValue, McpServer, McpTransport};
use domain::paging::{PageBy, Paging};
use domain::request::{FormPart, RequestShape};
use domain::source::{Limits, SourceKind, SourceSpec};
use domain::tool::ToolSpec;
use serde_json::Value;

use crate::toml_text::{key, text};
use crate::units::{rate, size, standard_burst, time};
use crate::words::{FORMS, PLACES, STYLES, standard_explode, standard_media, standard_style, word};
use crate::write_auth::{auth, tls};

/// TOML that [`crate::read_source`] reads back as the same spec. What has its standard value is left out, and so is what an
/// MCP server's source holds back: whoever connects it again finds that anew.
pub fn write_source(spec: &SourceSpec) -> String {
    let mut out = String::new();
    let kind = match spec.kind {
        SourceKind::Http => "http",
        SourceKind::Mcp => "mcp",
    };
    line(&mut out, "name", &text(spec.name.as_str()));
    line(&mut out, "kind", &text(kind));
    match &spec.mcp {
        Some(server) => line(&mut out, "server", &self::server(server, &spec.base_url)),
        None => line(&mut out, "base_url", &text(&spec.base_url)),
    }
    line(&mut out, "label", &label(&spec.label, Integrity::Outside));
    line(&mut out, "auth", &auth(&spec.auth));
    if let Some(own) = &spec.tls {
        line(&mut out, "tls", &tls(own));
    }
    if spec.private_network {
        line(&mut out, "private_network", "true");
    }
    line(&mut out, "limits", &limits(&spec.limits));
    if !spec.headers.is_empty() {
        let pairs: Vec<_> =
            spec.headers.iter().map(|(name, value)| format!("{} = {}", key(name), text(value))).collect();
        line(&mut out, "headers", &format!("{{ {} }}", pairs.join(", ")));
    }
    if let Some(name) = &spec.idempotency_header {
        line(&mut out, "idempotency_header", &text(name));
    }
    for tool in &spec.tools {
        self::tool(&mut out, tool, &spec.label);
    }
    out
}

fn tool(out: &mut String, tool: &ToolSpec, source: &Label) {
    out.push_str("\n[[tool]]\n");
    line(out, "name", &text(tool.name.as_str()));
    line(out, "description", &text(&tool.description));
    if let Some(mcp) = &tool.mcp {
        line(out, "definition", &text(&mcp.definition.canonical()));
    } else {
        line(out, "method", &text(tool.method.word()));
        line(out, "path", &text(&tool.path));
    }
    if tool.effect != tool.method.default_effect() {
        let word = serde_json::to_value(tool.effect).unwrap_or_default();
        line(out, "effect", &text(word.as_str().unwrap_or_default()));
    }
    if tool.resource != tool.path {
        line(out, "resource", &text(&tool.resource));
    }
    if tool.exclusive {
        line(out, "exclusive", "true");
    }
    if tool.label != *source {
        line(out, "label", &label(&tool.label, source.integrity));
    }
    match &tool.input.0 {
        Value::Object(fields) if writable(&tool.input.0) => {
            out.push_str("[tool.input]\n");
            for (name, value) in fields {
                match value {
                    Value::Object(properties) if name == "properties" && !properties.is_empty() => {
                        for (property, schema) in properties {
                            line(out, &format!("properties.{}", key(property)), &inline(schema));
                        }
                    }
                    value => line(out, &key(name), &inline(value)),
                }
            }
        }
        // TOML has no null and no number beyond 64 bits with a sign: such a schema stands there as JSON.
        schema => line(out, "input", &text(&schema.to_string())),
    }
    if let Some(shape) = &tool.request {
        request(out, shape);
    }
    if let Some(paging) = &tool.paging {
        self::paging(out, paging);
    }
}

fn paging(out: &mut String, paging: &Paging) {
    out.push_str("[tool.paging]\n");
    let (kind, parameter, next) = match &paging.by {
        PageBy::Cursor { parameter, next } => ("cursor", Some(parameter), Some(next)),
        PageBy::Page { parameter, .. } => ("page", Some(parameter), None),
        PageBy::Offset { parameter } => ("offset", Some(parameter), None),
        PageBy::Link => ("link", None, None),
        PageBy::NextUrl { next } => ("next_url", None, Some(next)),
    };
    line(out, "kind", &text(kind));
    let items = Some(&paging.items).filter(|items| !items.is_empty());
    let pairs =
        [("parameter", parameter), ("next", next), ("items", items), ("limit", paging.limit.as_ref())];
    for (key, value) in pairs {
        if let Some(value) = value {
            line(out, key, &text(value));
        }
    }
    if let PageBy::Page { first, .. } = paging.by
        && first != 1
    {
        line(out, "first", &first.to_string());
    }
    if paging.follow != 1 {
        line(out, "follow", &paging.follow.to_string());
    }
}

fn server(server: &McpServer, base_url: &str) -> String {
    let mut pairs = Vec::new();
    match &server.transport {
        McpTransport::Http => pairs.push(format!("url = {}", text(base_url))),
        McpTransport::Stdio { command, args, env, cwd } => {
            let words: Vec<_> = std::iter::once(command).chain(args).map(|word| text(word)).collect();
            pairs.push(format!("command = [{}]", words.join(", ")));
            if !env.is_empty() {
                let values: Vec<_> = env
                    .iter()
                    .map(|(name, value)| match value {
                        EnvValue::Plain { value } => format!("{} = {}", key(name), text(value)),
                        EnvValue::Secret { secret } => {
                            format!("{} = {{ secret = {} }}", key(name), text(secret.as_str()))
                        }
                    })
                    .collect();
                pairs.push(format!("env = {{ {} }}", values.join(", ")));
            }
            pairs.extend(cwd.iter().map(|cwd| format!("cwd = {}", text(cwd))));
        }
    }
    if server.trusted {
        pairs.push("trusted = true".to_owned());
    }
    format!("{{ {} }}", pairs.join(", "))
}

fn request(out: &mut String, shape: &RequestShape) {
    out.push_str("[tool.request]\n");
    if !shape.parameters.is_empty() {
        out.push_str("parameters = [\n");
        for parameter in &shape.parameters {
            let mut pairs = vec![
                format!("property = {}", text(&parameter.property)),
                format!("place = \"{}\"", word(&PLACES, &parameter.place)),
            ];
            if parameter.name != parameter.property {
                pairs.push(format!("name = {}", text(&parameter.name)));
            }
            if parameter.style != standard_style(parameter.place) {
                pairs.push(format!("style = \"{}\"", word(&STYLES, &parameter.style)));
            }
            if parameter.explode != standard_explode(parameter.style) {
                pairs.push(format!("explode = {}", parameter.explode));
            }
            if parameter.reserved {
                pairs.push("reserved = true".to_owned());
            }
            // Writing to a String can't fail.
            let _ = writeln!(out, "  {{ {} }},", pairs.join(", "));
        }
        out.push_str("]\n");
    }
    if let Some(body) = &shape.body {
        let mut pairs = vec![format!("form = \"{}\"", word(&FORMS, &body.form))];
        if body.media != standard_media(body.form) {
            pairs.push(format!("media = {}", text(&body.media)));
        }
        pairs.extend(body.property.iter().map(|name| format!("property = {}", text(name))));
        if !body.parts.is_empty() {
            let parts: Vec<_> = body
                .parts
                .iter()
                .map(|(name, part)| format!("{} = {}", key(name), self::part(part)))
                .collect();
            pairs.push(format!("parts = {{ {} }}", parts.join(", ")));
        }
        line(out, "body", &format!("{{ {} }}", pairs.join(", ")));
    }
}

fn part(part: &FormPart) -> String {
    let mut pairs = Vec::new();
    pairs.extend(part.style.iter().map(|style| format!("style = \"{}\"", word(&STYLES, style))));
    if part.explode != part.style.is_some_and(standard_explode) {
        pairs.push(format!("explode = {}", part.explode));
    }
    pairs.extend(part.media.iter().map(|media| format!("media = {}", text(media))));
    if part.file {
        pairs.push("file = true".to_owned());
    }
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

fn line(out: &mut String, key: &str, value: &str) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "{key} = {value}");
}

fn limits(limits: &Limits) -> String {
    let mut pairs = vec![format!("in_flight = {}", limits.in_flight)];
    if let Some(limit) = limits.rate {
        pairs.push(format!("per_second = {}", rate(limit.milli_per_second)));
        if limit.burst != standard_burst(limit.milli_per_second) {
            pairs.push(format!("burst = {}", limit.burst));
        }
    }
    pairs.push(format!("deadline = {}", text(&time(limits.deadline_ms))));
    pairs.push(format!("result_bytes = {}", text(&size(limits.result_bytes))));
    format!("{{ {} }}", pairs.join(", "))
}

/// A label; who stands behind it only where that is not what `otherwise` holds.
fn label(label: &Label, otherwise: Integrity) -> String {
    let list = |words: Vec<&str>| words.into_iter().map(text).collect::<Vec<_>>().join(", ");
    let mut pairs = vec![format!("level = {}", text(label.level.word()))];
    if !label.categories.is_empty() {
        let words = label.categories.iter().map(|category| category.word()).collect();
        pairs.push(format!("categories = [{}]", list(words)));
    }
    if let Some(named) = label.readers.named() {
        pairs.push(format!("readers = [{}]", list(named.iter().map(Principal::as_str).collect())));
    }
    if label.integrity != otherwise {
        pairs.push(format!("integrity = {}", text(label.integrity.word())));
    }
    format!("{{ {} }}", pairs.join(", "))
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(value) => text(value),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        // `true`, `7` and `1.5e300` are written alike in both.
        Value::Bool(_) | Value::Number(_) | Value::Null => value.to_string(),
    }
}

fn writable(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Number(number) => number.is_i64() || number.is_f64(),
        Value::Array(items) => items.iter().all(writable),
        Value::Object(fields) => fields.values().all(writable),
        Value::Bool(_) | Value::String(_) => true,
    }
}
