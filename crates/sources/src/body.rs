//! Arguments as a request's body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::request::{Body, BodyForm, Parameter, Part};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::arguments::kind;
use crate::multipart::{Piece, boundary, multipart};
use crate::place::{Content, path_text};
use crate::style::{Manner, single};

/// The body of a call; `None` if its arguments have nothing for it.
///
/// # Errors
/// The field that can't stand in such a body, and why.
pub(crate) fn content(
    body: &Body,
    parameters: &[Parameter],
    fields: &Map<String, Value>,
) -> Result<Option<Content>, String> {
    let rest;
    let (value, above) = match &body.property {
        Some(name) => match fields.get(name) {
            // JSON alone can say null.
            Some(value) if body.form == BodyForm::Json || !value.is_null() => (value, name.as_str()),
            _ => return Ok(None),
        },
        None => {
            let taken = |name: &String| parameters.iter().any(|parameter| parameter.property == *name);
            let others = fields.iter().filter(|(name, _)| !taken(name));
            let others: Map<_, _> = others.map(|(name, value)| (name.clone(), value.clone())).collect();
            if others.is_empty() {
                return Ok(None);
            }
            rest = Value::Object(others);
            (&rest, "")
        }
    };
    let form =
        || value.as_object().ok_or_else(|| format!("`{above}` must be an object, and is {}", kind(value)));
    let mut media = body.media.clone();
    let bytes = match body.form {
        BodyForm::Json => value.to_string().into_bytes(),
        BodyForm::Text => path_text(value)
            .ok_or_else(|| format!("`{above}` must be a text, and is {}", kind(value)))?
            .into_bytes(),
        BodyForm::Binary => bytes(above, value)?,
        BodyForm::Urlencoded => {
            let mut text = Serializer::new(String::new());
            for (name, value) in form()? {
                text.extend_pairs(field_texts(name, value, body.parts.get(name)));
            }
            text.finish().into_bytes()
        }
        BodyForm::Multipart => {
            let mut pieces = Vec::new();
            for (name, value) in form()? {
                let field = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
                pieces.extend(field_pieces(name, &field, value, body.parts.get(name))?);
            }
            let boundary = boundary(&pieces);
            media = format!("{media}; boundary={boundary}");
            multipart(&pieces, &boundary)
        }
    };
    Ok(Some(Content { media: Some(media), bytes }))
}

/// Whether a media type is JSON's, or a dialect's of it (RFC 6839 §3.1).
fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// A field's names and texts where everything is text.
fn field_texts(name: &str, value: &Value, part: Option<&Part>) -> Vec<(String, String)> {
    if let Some(manner) = part.and_then(|part| Manner::of_field(name, part)) {
        return manner.pairs(value).into_iter().map(|(name, text)| (name.plain, text.plain)).collect();
    }
    if part.and_then(|part| part.media.as_deref()).is_some_and(is_json) {
        return vec![(name.to_owned(), value.to_string())];
    }
    items(value).map(|item| (name.to_owned(), single(item))).collect()
}

/// A field's parts in a multipart body: one for each item of a list (RFC 7578 §4.3).
fn field_pieces(name: &str, field: &str, value: &Value, part: Option<&Part>) -> Result<Vec<Piece>, String> {
    let piece = |filename: Option<String>, media: Option<&str>, bytes| Piece {
        name: name.to_owned(),
        filename,
        media: media.map(str::to_owned),
        bytes,
    };
    let media = part.and_then(|part| part.media.as_deref());
    if part.is_some_and(|part| part.file) {
        let several = items(value).count() > 1;
        let files = items(value).enumerate().map(|(place, item)| {
            // A server wants a name to know a file by (RFC 7578 §4.2), and the arguments have none.
            let filename = if several { format!("{name}-{}", place + 1) } else { name.to_owned() };
            let media = media.unwrap_or("application/octet-stream");
            Ok(piece(Some(filename), Some(media), bytes(field, item)?))
        });
        return files.collect();
    }
    if let Some(manner) = part.and_then(|part| Manner::of_field(name, part)) {
        let texts = manner.pairs(value).into_iter();
        let named = texts
            .map(|(name, text)| Piece { name: name.plain, ..piece(None, media, text.plain.into_bytes()) });
        return Ok(named.collect());
    }
    let pieces = items(value).map(|item| match media {
        Some(media) if is_json(media) => piece(None, Some(media), item.to_string().into_bytes()),
        None if item.is_object() || item.is_array() => {
            piece(None, Some("application/json"), item.to_string().into_bytes())
        }
        media => piece(None, media, single(item).into_bytes()),
    });
    Ok(pieces.collect())
}

/// What stands for itself in a form: each item of a list, and nothing for null.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    items.iter().filter(|item| !item.is_null())
}

/// What base64 holds (RFC 4648 §4).
fn bytes(field: &str, value: &Value) -> Result<Vec<u8>, String> {
    let Value::String(text) = value else {
        return Err(format!("`{field}` must be bytes as base64, and is {}", kind(value)));
    };
    STANDARD.decode(text).map_err(|error| {
        format!("`{field}` must be bytes as base64 (RFC 4648 §4, with padding, without line breaks): {error}")
    })
}
