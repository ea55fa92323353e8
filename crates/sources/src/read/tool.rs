//! One `[[tool]]`.

use std::collections::BTreeSet;

use domain::effect::{Effect, Method};
use domain::json::Json;
use domain::label::Label;
use domain::request::{Place, RequestShape};
use domain::source::{Auth, KeyPlace};
use domain::tool::{ToolName, ToolSpec};
use serde_json::{Value, json};
use toml::de::DeValue;

use super::json::json as as_json;
use super::label::label;
use super::paging::{self, paging};
use super::request::{Around, request};
use super::section::{Section, article};
use crate::mistake::Wrong;
use crate::place::has_body;
use crate::schema::{flaws, properties};
use crate::taken::Taken;
use crate::template::Template;

const KEYS: [&str; 11] = [
    "name",
    "description",
    "method",
    "path",
    "effect",
    "resource",
    "exclusive",
    "label",
    "input",
    "request",
    "paging",
];

const METHODS: [(&str, Method); 7] = [
    ("GET", Method::Get),
    ("HEAD", Method::Head),
    ("OPTIONS", Method::Options),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("PATCH", Method::Patch),
    ("DELETE", Method::Delete),
];

/// The word of each effect in a file.
pub(super) const EFFECTS: [(&str, Effect); 3] =
    [("read", Effect::Read), ("idempotent_write", Effect::IdempotentWrite), ("write", Effect::Write)];

/// The tool; `None` only if a mistake was named.
pub(super) fn tool(section: &Section<'_>, source: &Label, taken: Taken<'_>) -> Option<ToolSpec> {
    section.only(&KEYS);
    let name = section.needed_as::<ToolName>("name", "\"get_customer\"");
    let description = section.needed("description", "\"One customer by id\"").and_then(|text| {
        section.accepted("description", text, |text| match text.trim() {
            "" => {
                Err(Wrong::new("is empty", "say in a sentence what the tool gives: the model chooses by it"))
            }
            _ => Ok(text.to_owned()),
        })
    });
    let method = section.needed("method", "\"GET\"").and_then(|text| section.word("method", text, &METHODS));
    let input = input(section);
    let template = section
        .needed("path", "\"/customers/{id}\"")
        .and_then(|text| Some((text, section.accepted("path", text, Template::parse)?)));
    let request = match section.value("request") {
        None => Some(None),
        Some(_) => section.section("request", "request.body = { form = \"json\" }").and_then(|section| {
            let path = template.as_ref().map(|(_, template)| template);
            request(&section, &Around { input: input.as_ref(), path, taken }).map(Some)
        }),
    };
    // Without a shape that could be read, what its parameters are can't be said.
    let fillable = |key: &str, template: &Template| match (&request, &input) {
        (Some(shape), Some(input)) => fillable(section, key, template, input, shape.as_ref()),
        _ => true,
    };
    let path = template.filter(|(_, template)| fillable("path", template)).map(|(text, _)| text.to_owned());
    let resource = match section.value("resource") {
        Some(_) => section
            .text("resource")
            .filter(|text| {
                let template = section.accepted("resource", text, Template::parse);
                template.is_some_and(|template| fillable("resource", &template))
            })
            .map(str::to_owned),
        None => path.clone(),
    };
    let effect = match section.value("effect") {
        Some(_) => section.text("effect").and_then(|text| section.word("effect", text, &EFFECTS)),
        None => method.map(Method::default_effect),
    };
    let exclusive = match section.value("exclusive") {
        Some(_) => section.flag("exclusive"),
        None => Some(false),
    };
    let paging = match section.value("paging") {
        None => Some(None),
        Some(_) => section
            .section("paging", paging::EXAMPLE)
            .and_then(|section| paging(&section, input.as_ref(), effect).map(Some)),
    };
    let label = own_label(section, source);
    if let (Some(Auth::ApiKey { place: KeyPlace::Query, name, .. }), Some(method), Some(input)) =
        (taken.auth, method, &input)
        && !has_body(method)
        && section.value("request").is_none()
        && properties(input).any(|property| property == name)
    {
        let problem = format!("the property `{name}` is where the source's key goes");
        section.wrong("input", Wrong::new(problem, "take the property out: the key is added by itself"));
        return None;
    }
    Some(ToolSpec {
        name: name?,
        description: description?,
        method: method?,
        path: path?,
        effect: effect?,
        resource: resource?,
        exclusive: exclusive?,
        label: label?,
        input: Json(input?),
        request: request?,
        paging: paging?,
        mcp: None,
    })
}

/// The source's label joined with the tool's own, which may only raise it.
pub(super) fn own_label(section: &Section<'_>, source: &Label) -> Option<Label> {
    let own = label(section, source)?;
    if own.level < source.level {
        let problem = format!(
            "the level {} is below the source's, {}, and a label only rises",
            own.level, source.level
        );
        section.wrong(
            "label",
            Wrong::new(problem, "leave it out, or lower the source and raise the other tools"),
        );
        return None;
    }
    Some(own.join(source))
}

/// Whether every parameter of a template stands for a property of the input; names those that don't. Where a shape says
/// which property a parameter of the path is, it must say it of each.
fn fillable(
    section: &Section<'_>,
    key: &str,
    template: &Template,
    input: &Value,
    shape: Option<&RequestShape>,
) -> bool {
    let placed = |name: &str| {
        let parameters = shape.into_iter().flat_map(|shape| &shape.parameters);
        parameters.into_iter().any(|parameter| parameter.place == Place::Path && parameter.name == name)
    };
    let known: BTreeSet<_> = properties(input).collect();
    let mut good = true;
    for name in template.parameters() {
        let wrong = match (shape, key) {
            (Some(_), _) if placed(name) => continue,
            (Some(_), "path") => Wrong::new(
                format!("request.parameters don't say which property {{{name}}} is"),
                format!("add {{ property = \"{name}\", place = \"path\" }} to them"),
            ),
            _ if known.contains(name) => continue,
            _ => Wrong::new(
                format!("the parameter {{{name}}} is not a property of the input"),
                format!(
                    "add properties.{name} = {{ type = \"string\" }} and required = [\"{name}\"] to [tool.input]"
                ),
            ),
        };
        section.wrong(key, wrong);
        good = false;
    }
    good
}

/// The schema: a table, or JSON as a text. Left out, the tool takes no arguments.
pub(super) fn input(section: &Section<'_>) -> Option<Value> {
    let Some(value) = section.value("input") else { return Some(json!({"type": "object"})) };
    let wrong = |problem: String, fix: &str| section.wrong("input", Wrong::new(problem, fix));
    let schema = match value.get_ref() {
        DeValue::Table(_) => {
            as_json(value.get_ref()).map_err(|problem| wrong(problem, "write a smaller number")).ok()?
        }
        DeValue::String(text) => serde_json::from_str(text)
            .map_err(|error| {
                wrong(format!("not JSON: {error}"), "write a JSON Schema, or a table [tool.input]")
            })
            .ok()?,
        other => {
            wrong(format!("must be a table, and is {}", article(other)), "begin it with a line [tool.input]");
            return None;
        }
    };
    if schema.get("type") != Some(&Value::String("object".to_owned())) {
        wrong("the schema must be of an object".to_owned(), "add type = \"object\" to [tool.input]");
        return None;
    }
    let flaws = flaws(&schema);
    for (way, problem) in &flaws {
        let problem = format!("not JSON Schema (2020-12): {problem}");
        section.wrong_within("input", way, Wrong::new(problem, "correct it; see json-schema.org"));
    }
    flaws.is_empty().then_some(schema)
}
