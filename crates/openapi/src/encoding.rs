//! The fields of a form: which are files, and which are written in a way of their own.

use std::collections::BTreeMap;

use domain::request::{BodyForm, FormPart, Style};
use serde_json::{Map, Value, json};

use crate::convert::Shared;
use crate::document::{Node, Version};

/// What is particular about single fields of a form with that schema, and the `encoding` beside it (3.x).
pub(crate) fn parts<'d>(
    shared: &Shared<'d>,
    form: BodyForm,
    schema: Node<'d>,
    encoding: Option<Node<'d>>,
) -> BTreeMap<String, FormPart> {
    let mut parts = BTreeMap::new();
    let Ok(schema) = shared.documents.follow(schema) else { return parts };
    let made_of = schema.items("allOf").filter_map(|part| shared.documents.follow(part).ok());
    for schema in [schema].into_iter().chain(made_of) {
        for (name, property) in schema.members("properties") {
            let own = encoding.and_then(|encoding| encoding.get(name));
            let part = part(shared, form, property, own);
            if part != FormPart::default() {
                parts.insert(name.to_owned(), part);
            }
        }
    }
    parts
}

fn part<'d>(shared: &Shared<'d>, form: BodyForm, property: Node<'d>, encoding: Option<Node<'d>>) -> FormPart {
    let property = shared.documents.follow(property).unwrap_or(property);
    let is_list = property.text("type") == Some("array");
    let item = match (is_list, property.get("items")) {
        (true, Some(items)) => shared.documents.follow(items).unwrap_or(items),
        _ => property,
    };
    let text = |name| encoding.and_then(|encoding| encoding.text(name));
    let explode = encoding.and_then(|encoding| encoding.value.get("explode")).and_then(Value::as_bool);
    let style = match text("style") {
        Some("form") => Some(Style::Form),
        Some("spaceDelimited") => Some(Style::SpaceDelimited),
        Some("pipeDelimited") => Some(Style::PipeDelimited),
        Some("deepObject") => Some(Style::DeepObject),
        // A list is one pair or part for each item, unless its author says otherwise.
        _ if is_list || explode.is_some() => Some(Style::Form),
        _ => None,
    };
    let explode =
        style.is_some_and(|style| explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject)));
    let multipart = form == BodyForm::Multipart;
    // Of several types the first is taken; a wildcard says nothing that could be sent.
    let media = text("contentType").and_then(|types| types.split(',').next()).map(str::trim);
    let media =
        media.filter(|media| multipart && !media.contains('*') && media.contains('/')).map(str::to_owned);
    let file = multipart && is_file(shared.version, item);
    FormPart { style, explode, media, file }
}

/// Whether a field holds bytes.
fn is_file(version: Version, schema: Node<'_>) -> bool {
    let kind = schema.text("type");
    let binary = schema.text("format") == Some("binary");
    let raw = version == Version::V31
        && schema
            .text("contentMediaType")
            .is_some_and(|media| !media.starts_with("text/") && !media.ends_with("json"))
        && schema.text("contentEncoding").is_none();
    kind == Some("file") || (kind.is_none_or(|kind| kind == "string") && (binary || raw))
}

/// Says of the properties that are files that they hold base64.
pub(crate) fn as_base64(properties: &mut Map<String, Value>, parts: &BTreeMap<String, FormPart>) {
    for (name, part) in parts.iter().filter(|(_, part)| part.file) {
        let Some(property) = properties.get_mut(name) else { continue };
        let words = property.get("description").cloned();
        let bytes = json!({ "type": "string", "contentEncoding": "base64" });
        let list = part.style.is_some();
        *property = if list { json!({ "type": "array", "items": bytes }) } else { bytes };
        if let (Some(words), Value::Object(property)) = (words, property) {
            property.insert("description".to_owned(), words);
        }
    }
}
