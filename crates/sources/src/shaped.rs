//! Where each argument goes if the tool's shape says it.

use domain::request::{Parameter, Place, RequestShape};
use domain::source::{Auth, KeyPlace};
use serde_json::{Map, Value};
use url::Url;

use crate::body::content;
use crate::place::{Placed, got};
use crate::style::{Manner, Text};
use crate::template::Template;

/// The whole request of a call. `base` has no query and no fragment.
///
/// # Errors
/// The field that can't stand where it should, and why.
pub(crate) fn shaped(
    base: &Url,
    template: &Template,
    shape: &RequestShape,
    auth: &Auth,
    fields: &Map<String, Value>,
) -> Result<Placed, String> {
    let mut url = base.clone();
    let below = path(template, shape, fields)?;
    url.set_path(&format!("{}{below}", base.path().trim_end_matches('/')));
    let query = pairs(Place::Query, shape, auth, fields)?.join("&");
    if !query.is_empty() {
        url.set_query(Some(&query));
    }
    let mut headers = Vec::new();
    for (parameter, value) in of(Place::Header, shape, fields) {
        if let Some(text) = Manner::of(parameter).joined(value) {
            sendable(&text.plain)
                .map_err(|why| format!("`{}` {why}{}", parameter.property, got(Some(value))))?;
            headers.push((parameter.name.clone(), text.plain));
        }
    }
    let cookies = pairs(Place::Cookie, shape, auth, fields)?.join("; ");
    if !cookies.is_empty() {
        headers.push(("cookie".to_owned(), cookies));
    }
    let body = match &shape.body {
        Some(body) => content(body, &shape.parameters, fields)?,
        None => None,
    };
    Ok(Placed { url, headers, body })
}

fn path(template: &Template, shape: &RequestShape, fields: &Map<String, Value>) -> Result<String, String> {
    let written = template.fill_written(|name| {
        let mut parameters = shape.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.place == Place::Path && parameter.name == name);
        let parameter = parameter.ok_or("has no place in the request")?;
        match fields.get(&parameter.property) {
            None | Some(Value::Null) => Err("is missing"),
            Some(value) => {
                Manner::of(parameter).joined(value).ok_or("must not be empty: it is a part of the path")
            }
        }
    });
    written.map_err(|(name, why)| {
        let property = shape.property_in_path(&name);
        match fields.get(property).filter(|value| !value.is_array() && !value.is_object()) {
            Some(value) => format!("`{property}` {why}{}", got(Some(value))),
            None => format!("`{property}` {why}"),
        }
    })
}

/// `name=value`, each as it stands in its place.
fn pairs(
    place: Place,
    shape: &RequestShape,
    auth: &Auth,
    fields: &Map<String, Value>,
) -> Result<Vec<String>, String> {
    let key = match auth {
        Auth::ApiKey { place: KeyPlace::Query, name, .. } if place == Place::Query => Some(name),
        Auth::ApiKey { place: KeyPlace::Cookie, name, .. } if place == Place::Cookie => Some(name),
        _ => None,
    };
    let mut written = Vec::new();
    for (parameter, value) in of(place, shape, fields) {
        for (Text { plain, written: name }, text) in Manner::of(parameter).pairs(value) {
            // The members of an object may bring any name.
            if key == Some(&plain) {
                return Err(format!(
                    "`{}` says `{plain}`, which is where the source's key goes: leave it out",
                    parameter.property
                ));
            }
            written.push(format!("{name}={}", text.written));
        }
    }
    Ok(written)
}

/// The arguments that go to a place, in the shape's order.
fn of<'a>(
    place: Place,
    shape: &'a RequestShape,
    fields: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a Parameter, &'a Value)> {
    let parameters = shape.parameters.iter().filter(move |parameter| parameter.place == place);
    parameters.filter_map(|parameter| Some((parameter, fields.get(&parameter.property)?)))
}

/// Why a text can't be a header's value. HTTP takes spaces at its ends away, and other characters are not understood
/// alike everywhere (RFC 9110 §5.5).
fn sendable(value: &str) -> Result<(), &'static str> {
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Err("must hold no line breaks and only ASCII characters: it goes into a header");
    }
    if value.trim_ascii() != value {
        return Err("must not begin or end with a space: it goes into a header");
    }
    Ok(())
}
