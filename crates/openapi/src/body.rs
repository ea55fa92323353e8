//! The body of an operation: which of its media types is sent, and which arguments it is made of.

use std::collections::{BTreeMap, BTreeSet};

use domain::request::{BodyForm, FormPart};
use serde_json::{Map, Value, json};

use crate::convert::{Conversion, Shared};
use crate::document::{Node, Version};
use crate::encoding::{as_base64, parts};
use crate::name::property_name;
use crate::parameter::{Declared, In, list_style};

/// A body that a request can have.
pub(crate) struct Carried {
    pub(crate) form: BodyForm,
    pub(crate) media: String,
    pub(crate) parts: BTreeMap<String, FormPart>,
    pub(crate) arguments: Arguments,
}

/// What a body is made of.
pub(crate) enum Arguments {
    /// Every field is an argument.
    Fields {
        properties: Map<String, Value>,
        required: BTreeSet<String>,
        /// What is said of fields that are not named.
        others: Option<Value>,
    },
    /// The whole is one argument.
    Whole { schema: Value, required: bool },
}

/// The body of an operation; none if it has none.
///
/// # Errors
/// Why the operation can't be called: its body must be there, and can't be written.
pub(crate) fn carried<'d>(
    shared: &mut Shared<'d>,
    conversion: &mut Conversion,
    operation: Node<'d>,
    root: Node<'d>,
    declared: &[Declared<'d>],
) -> Result<Option<Carried>, String> {
    if shared.version == Version::V2 {
        return of_2(shared, conversion, operation, root, declared);
    }
    let Some(body) = operation.get("requestBody").filter(|body| !body.value.is_null()) else {
        return Ok(None);
    };
    let body = shared.documents.follow(body)?;
    let required = body.flag("required");
    let best = body
        .members("content")
        .filter_map(|(media, node)| Some((rank(media)?, media, node)))
        .min_by_key(|(rank, ..)| rank.0);
    let Some(((_, form), media, node)) = best else {
        let names: Vec<_> = body.members("content").map(|(media, _)| media).take(5).collect();
        return unwritten(conversion, required, &names.join(", "));
    };
    let node = shared.documents.follow(node)?;
    let schema = node.get("schema").or_else(|| node.get("itemSchema"));
    made(shared, conversion, (form, media), schema, node.get("encoding"), required).map(Some)
}

fn of_2<'d>(
    shared: &mut Shared<'d>,
    conversion: &mut Conversion,
    operation: Node<'d>,
    root: Node<'d>,
    declared: &[Declared<'d>],
) -> Result<Option<Carried>, String> {
    let listed = if operation.value.get("consumes").is_some() { operation } else { root };
    let consumes: Vec<&str> = listed.items("consumes").filter_map(|node| node.value.as_str()).collect();
    if let Some(body) = declared.iter().find(|parameter| parameter.place == In::Body) {
        let consumes = if consumes.is_empty() { vec!["application/json"] } else { consumes };
        // A form is made of `formData`, so a document that names its media type for a body means it for others.
        let forms = |form| matches!(form, BodyForm::Urlencoded | BodyForm::Multipart);
        let best = consumes
            .iter()
            .copied()
            .filter_map(|media| Some((rank(media)?, media)))
            .filter(|((_, form), _)| !forms(*form))
            .min_by_key(|(rank, _)| rank.0);
        let (form, media) = match best {
            Some(((_, form), media)) => (form, media),
            None if consumes.iter().all(|media| rank(media).is_some()) => {
                (BodyForm::Json, "application/json")
            }
            None => return unwritten(conversion, body.required, &consumes.join(", ")),
        };
        return made(shared, conversion, (form, media), body.node.get("schema"), None, body.required)
            .map(Some);
    }
    let fields: Vec<_> = declared.iter().filter(|parameter| parameter.place == In::Form).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let has_file = fields.iter().any(|field| field.node.text("type") == Some("file"));
    let multipart = has_file || consumes.first().is_some_and(|media| media.starts_with("multipart/"));
    let (form, media) = match multipart {
        true => (BodyForm::Multipart, "multipart/form-data"),
        false => (BodyForm::Urlencoded, "application/x-www-form-urlencoded"),
    };
    let mut properties = Map::new();
    let mut required = BTreeSet::new();
    let mut parts = BTreeMap::new();
    for field in fields {
        let name = field.name.to_owned();
        let (style, explode) = match list_style(field.node) {
            Some((style, explode)) => (Some(style), explode),
            None => (None, false),
        };
        let part = FormPart { style, explode, media: None, file: field.node.text("type") == Some("file") };
        if part != FormPart::default() {
            parts.insert(name.clone(), part);
        }
        properties.insert(name.clone(), conversion.schema(shared, field.node)?);
        if field.required {
            required.insert(name);
        }
    }
    let any = !required.is_empty();
    let arguments = nested_if_unsayable(properties, required, None, any);
    Ok(Some(Carried { form, media: media.to_owned(), parts, arguments }))
}

fn unwritten(conversion: &mut Conversion, required: bool, media: &str) -> Result<Option<Carried>, String> {
    let media = if media.is_empty() { "no media type".to_owned() } else { format!("`{media}`") };
    if required {
        return Err(format!("its body has {media}, which can't be written here"));
    }
    conversion.notes.insert(format!("it is called without its body, which has {media}"));
    Ok(None)
}

fn made<'d>(
    shared: &mut Shared<'d>,
    conversion: &mut Conversion,
    (form, media): (BodyForm, &str),
    schema: Option<Node<'d>>,
    encoding: Option<Node<'d>>,
    required: bool,
) -> Result<Carried, String> {
    let media = if media.contains('*') { standard(form) } else { media }.to_owned();
    let bytes = |encoding: Option<&str>| {
        let mut schema = json!({ "type": "string", "description": format!("The body, of type {media}") });
        if let Some(encoding) = encoding {
            schema["contentEncoding"] = encoding.into();
        }
        Arguments::Whole { schema, required }
    };
    let mut carried = Carried { form, parts: BTreeMap::new(), arguments: bytes(None), media: media.clone() };
    match (form, schema) {
        (BodyForm::Text, _) => {}
        (BodyForm::Binary, _) => carried.arguments = bytes(Some("base64")),
        (BodyForm::Json | BodyForm::Urlencoded | BodyForm::Multipart, None) => {
            let schema = if form == BodyForm::Json { json!({}) } else { json!({ "type": "object" }) };
            carried.arguments = Arguments::Whole { schema, required };
        }
        (BodyForm::Json, Some(schema)) => {
            carried.arguments = arguments(shared, conversion, schema, required)?
        }
        (BodyForm::Urlencoded | BodyForm::Multipart, Some(schema)) => {
            carried.parts = parts(shared, form, schema, encoding);
            carried.arguments = arguments(shared, conversion, schema, required)?;
            match &mut carried.arguments {
                Arguments::Fields { properties, .. } => as_base64(properties, &carried.parts),
                Arguments::Whole { schema, .. } => {
                    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
                        as_base64(properties, &carried.parts);
                    }
                }
            }
        }
    }
    Ok(carried)
}

/// The fields of an object as arguments of their own where that says the same, else the whole as one.
fn arguments<'d>(
    shared: &mut Shared<'d>,
    conversion: &mut Conversion,
    schema: Node<'d>,
    required: bool,
) -> Result<Arguments, String> {
    // Only a reference without anything beside it is the same as what it leads to.
    let is_bare =
        shared.version < Version::V31 || schema.value.as_object().is_some_and(|fields| fields.len() == 1);
    let target = if is_bare { shared.documents.follow(schema)? } else { schema };
    let mut attempt = Conversion::default();
    let converted = attempt.schema(shared, target)?;
    if let Value::Object(fields) = &converted
        && is_plain(fields)
        // A body that may be left out, but not without a field, can't be said with its fields one by one.
        && (required || !fields.contains_key("required"))
    {
        conversion.refs.extend(attempt.refs);
        conversion.notes.extend(attempt.notes);
        let Value::Object(mut fields) = converted else { return Err("its body is no schema".to_owned()) };
        let properties = match fields.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let names = fields.get("required").and_then(Value::as_array).into_iter().flatten();
        let names = names.filter_map(Value::as_str).map(str::to_owned).collect();
        return Ok(nested_if_unsayable(properties, names, fields.remove("additionalProperties"), required));
    }
    let schema = if target.value == schema.value {
        conversion.refs.extend(attempt.refs);
        conversion.notes.extend(attempt.notes);
        converted
    } else {
        conversion.schema(shared, schema)?
    };
    Ok(Arguments::Whole { schema, required })
}

/// Whether a schema says nothing but which fields an object has.
fn is_plain(fields: &Map<String, Value>) -> bool {
    const SAID: [&str; 10] = [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "writeOnly",
    ];
    let is_object = fields.get("type").is_none_or(|kind| kind == "object");
    let named = fields.get("properties").and_then(Value::as_object);
    is_object
        && named.is_some_and(|named| !named.is_empty())
        && fields.keys().all(|key| SAID.contains(&key.as_str()))
}

/// Fields whose names a model's protocol does not take stand one level below, where it takes any.
fn nested_if_unsayable(
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    others: Option<Value>,
    whole_required: bool,
) -> Arguments {
    let known = required.iter().all(|name| properties.contains_key(name));
    if known && properties.keys().all(|name| property_name(name) == *name) {
        return Arguments::Fields { properties, required, others };
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.iter().map(String::as_str).collect::<Vec<_>>().into();
    }
    if let Some(others) = others {
        schema["additionalProperties"] = others;
    }
    Arguments::Whole { schema, required: whole_required }
}

/// How bodies of a media type are written, the least number the most welcome; `None` for those that are not.
fn rank(media: &str) -> Option<(u8, BodyForm)> {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    let token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte))
    };
    if !token(kind) || !token(subtype) || media.chars().any(char::is_control) {
        return None;
    }
    Some(match (kind, subtype) {
        ("application", "json") => (0, BodyForm::Json),
        (_, subtype) if subtype.ends_with("+json") => (1, BodyForm::Json),
        ("*", "*") | ("application", "*") | ("text", "json") => (2, BodyForm::Json),
        ("application", "x-www-form-urlencoded") => (3, BodyForm::Urlencoded),
        ("multipart", "form-data" | "*") => (4, BodyForm::Multipart),
        ("multipart" | "message", _) => return None,
        ("text", _) => (5, BodyForm::Text),
        (
            "application",
            "xml" | "yaml" | "x-yaml" | "x-ndjson" | "jsonl" | "sql" | "graphql" | "javascript",
        ) => (6, BodyForm::Text),
        (_, subtype) if subtype.ends_with("+xml") || subtype.ends_with("+yaml") => (6, BodyForm::Text),
        _ => (7, BodyForm::Binary),
    })
}

/// What is sent where a document leaves the media type open.
fn standard(form: BodyForm) -> &'static str {
    match form {
        BodyForm::Json => "application/json",
        BodyForm::Urlencoded => "application/x-www-form-urlencoded",
        BodyForm::Multipart => "multipart/form-data",
        BodyForm::Text => "text/plain",
        BodyForm::Binary => "application/octet-stream",
    }
}
