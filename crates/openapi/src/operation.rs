//! One operation as a tool.

use std::collections::{BTreeMap, BTreeSet};

use domain::effect::{Effect, Method};
use domain::json::Json;
use domain::label::Label;
use domain::request::{Body, Parameter, Place, RequestShape};
use domain::tool::{ToolName, ToolSpec};
use serde_json::{Map, Value, json};

use crate::body::{Arguments, Carried, carried};
use crate::convert::{Conversion, Shared};
use crate::definitions::Definitions;
use crate::document::Node;
use crate::name::property_name;
use crate::paging::recognised;
use crate::parameter::{Declared, In, declared, schema, written};
use crate::path;
use crate::security::{Schemes, Where};
use crate::words::cut;

/// The longest description of a tool, in characters: what a model reads of each of them.
const DESCRIPTION: usize = 600;
/// The longest description of a parameter.
const PARAMETER: usize = 300;

/// What a path segment at the end of a GET's path says when it changes something after all.
const CHANGES: [&str; 16] = [
    "activate",
    "add",
    "approve",
    "cancel",
    "create",
    "deactivate",
    "delete",
    "disable",
    "enable",
    "execute",
    "logout",
    "remove",
    "reset",
    "restart",
    "send",
    "update",
];

/// An operation where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Found<'d> {
    pub(crate) method: Method,
    pub(crate) path: &'d str,
    pub(crate) root: Node<'d>,
    pub(crate) item: Node<'d>,
    pub(crate) node: Node<'d>,
    /// Whether the source sends the header by which a write is known again, so that it is no argument.
    pub(crate) idempotency_header: Option<&'d str>,
}

/// The tool, and what is not as the document says.
///
/// # Errors
/// Why there is none.
pub(crate) fn tool<'d>(
    shared: &mut Shared<'d>,
    definitions: &mut Definitions,
    schemes: &Schemes,
    found: Found<'d>,
    name: ToolName,
    prefix: &str,
) -> Result<(ToolSpec, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut conversion = Conversion::default();
    let declared = declared(shared, found.item, found.node, &mut notes)?;
    shared.work(declared.len())?;
    let body = carried(shared, &mut conversion, found.node, found.root, &declared)?;
    let mut input = Input::for_body(body.as_ref());
    let mut parameters = Vec::new();
    let mut in_path: BTreeMap<String, String> = BTreeMap::new();
    for name in path::parameters(found.path) {
        if in_path.contains_key(&name) {
            continue;
        }
        let known = declared.iter().find(|one| one.place == In::Place(Place::Path) && one.name == name);
        let Some(known) = known else {
            notes.push(format!("the path's parameter `{name}` is not described, and was taken for a text"));
            let property = input.free(&property_name(&name), Place::Path);
            input.add(&property, json!({ "type": "string" }), true);
            parameters.push(plain_path(&property));
            in_path.insert(name, property);
            continue;
        };
        let parameter = one(shared, &mut conversion, &mut input, known, Place::Path, &mut notes)?;
        in_path.insert(name, parameter.property.clone());
        // What stands in the template is the property itself, so that the resource may name it too.
        parameters.push(Parameter { name: parameter.property.clone(), ..parameter });
    }
    for known in &declared {
        let In::Place(place) = known.place else { continue };
        let key_place = match place {
            Place::Path => {
                if !in_path.contains_key(known.name) {
                    notes
                        .push(format!("the parameter `{}` is not in the path, and was left out", known.name));
                }
                continue;
            }
            Place::Query => Where::Query,
            Place::Header => Where::Header,
            Place::Cookie => Where::Cookie,
        };
        let is_sent_anyway = place == Place::Header
            && found.idempotency_header.is_some_and(|header| known.name.eq_ignore_ascii_case(header));
        if is_sent_anyway || schemes.is_key(key_place, known.name) {
            continue;
        }
        parameters.push(one(shared, &mut conversion, &mut input, known, place, &mut notes)?);
    }
    let body = body.map(|body| input.take(body));
    let template = path::template(found.path, |name| in_path.get(name).cloned().unwrap_or_default())?;
    let template = format!("{prefix}{template}");
    let defs = definitions.of(shared, &mut conversion)?;
    notes.extend(conversion.notes);
    let effect = effect(found.method, &template);
    let paging = match effect {
        Effect::Read => recognised(shared, found.node, &parameters, &input.properties),
        Effect::IdempotentWrite | Effect::Write => None,
    };
    let tool = ToolSpec {
        name,
        description: description(found),
        method: found.method,
        effect,
        resource: path::resource(&template),
        path: template,
        exclusive: false,
        label: Label::unlabelled(),
        input: Json(input.schema(defs)),
        request: Some(RequestShape { parameters, body }),
        paging,
        mcp: None,
    };
    Ok((tool, notes))
}

fn plain_path(property: &str) -> Parameter {
    Parameter {
        property: property.to_owned(),
        name: property.to_owned(),
        place: Place::Path,
        style: domain::request::Style::Simple,
        explode: false,
        reserved: false,
    }
}

/// Takes a declared parameter into the input.
fn one<'d>(
    shared: &mut Shared<'d>,
    conversion: &mut Conversion,
    input: &mut Input,
    known: &Declared<'d>,
    place: Place,
    notes: &mut Vec<String>,
) -> Result<Parameter, String> {
    let own = match schema(shared, known.node) {
        Some(schema) => conversion.schema(shared, schema)?,
        None => json!({}),
    };
    let written = written(shared, known.node, place, notes);
    let words = known.node.text("description").map(|words| cut(words, PARAMETER)).unwrap_or_default();
    let own = described(own, words);
    let property = input.free(&property_name(known.name), place);
    input.add(&property, own, known.required);
    Ok(Parameter {
        property,
        name: known.name.to_owned(),
        place,
        style: written.style,
        explode: written.explode,
        reserved: written.reserved,
    })
}

/// The schema with the parameter's own words, which say more than its schema's.
fn described(schema: Value, words: String) -> Value {
    match schema {
        Value::Object(mut fields) => {
            if !words.is_empty() {
                fields.insert("description".to_owned(), words.into());
            }
            Value::Object(fields)
        }
        other => other,
    }
}

/// The arguments of a tool, as they come together.
#[derive(Default)]
struct Input {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    others: Option<Value>,
    /// Names that the body's fields have, which can't be renamed.
    reserved: BTreeSet<String>,
}

impl Input {
    fn for_body(body: Option<&Carried>) -> Self {
        let reserved = match body.map(|body| &body.arguments) {
            Some(Arguments::Fields { properties, .. }) => properties.keys().cloned().collect(),
            _ => BTreeSet::new(),
        };
        Self { reserved, ..Self::default() }
    }

    /// That name if it is free, else one that says where it goes.
    fn free(&self, wanted: &str, place: Place) -> String {
        let taken = |name: &str| self.properties.contains_key(name) || self.reserved.contains(name);
        let word = match place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
            Place::Cookie => "cookie",
        };
        let start: String = wanted.chars().take(54).collect();
        let numbered = (2..).map(|number| format!("{word}_{start}_{number}"));
        let names = [wanted.to_owned(), format!("{word}_{start}")].into_iter().chain(numbered);
        names
            .take_while(|name| name.len() <= 64)
            .find(|name| !taken(name))
            .unwrap_or_else(|| wanted.to_owned())
    }

    fn add(&mut self, property: &str, schema: Value, required: bool) {
        self.properties.insert(property.to_owned(), schema);
        if required {
            self.required.insert(property.to_owned());
        }
    }

    /// Takes the body's arguments in.
    fn take(&mut self, body: Carried) -> Body {
        let Carried { form, media, parts, arguments } = body;
        let property = match arguments {
            Arguments::Fields { properties, required, others } => {
                self.properties.extend(properties);
                self.required.extend(required);
                self.others = others;
                None
            }
            Arguments::Whole { schema, required } => {
                let names =
                    ["body".to_owned()].into_iter().chain((2..).map(|number| format!("body_{number}")));
                let property =
                    names.take(1000).find(|name| !self.properties.contains_key(name)).unwrap_or_default();
                self.add(&property, schema, required);
                Some(property)
            }
        };
        Body { form, media, property, parts }
    }

    fn schema(self, defs: Map<String, Value>) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        if !self.properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(self.properties));
        }
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), self.required.into_iter().collect());
        }
        if let Some(others) = self.others {
            schema.insert("additionalProperties".to_owned(), others);
        }
        if !defs.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(defs));
        }
        Value::Object(schema)
    }
}

/// What it does, from its summary and description; its method and path if it has neither.
fn description(found: Found<'_>) -> String {
    let text = |name| {
        let text = found.node.text(name).or_else(|| found.item.text(name)).unwrap_or_default();
        cut(text, 2 * DESCRIPTION)
    };
    let (summary, words) = (text("summary"), text("description"));
    let whole = match (summary.is_empty(), words.is_empty()) {
        (true, true) => format!("{} {}", found.method.word(), found.path),
        (true, false) => words,
        (false, true) => summary,
        (false, false) if words.starts_with(summary.trim_end_matches(['.', '…'])) => words,
        (false, false) if summary.ends_with(['.', '!', '?', ':']) => format!("{summary} {words}"),
        (false, false) => format!("{summary}. {words}"),
    };
    let whole = if found.node.flag("deprecated") { format!("Deprecated. {whole}") } else { whole };
    match cut(&whole, DESCRIPTION) {
        words if words.is_empty() => format!("{} {}", found.method.word(), found.path),
        words => words,
    }
}

/// What the method says, unless the path says that it changes something: a document can make us more careful, not less.
fn effect(method: Method, path: &str) -> Effect {
    let last = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let verb = last.rsplit(':').next().unwrap_or_default();
    match method.default_effect() {
        Effect::Read if CHANGES.contains(&verb) => Effect::Write,
        effect => effect,
    }
}
