//! Where each argument goes if method and path alone say it: path, query or body.

use domain::effect::Method;
use serde_json::{Map, Value};
use url::Url;

use crate::template::Template;

/// Whether what is not in the path goes into a JSON body, and not into the query.
pub(crate) fn has_body(method: Method) -> bool {
    match method {
        Method::Post | Method::Put | Method::Patch => true,
        Method::Get | Method::Head | Method::Options | Method::Delete => false,
    }
}

/// A call's arguments, each in its place.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// The whole address.
    pub(crate) url: Url,
    /// Those that are headers.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, if there is one.
    pub(crate) body: Option<Content>,
}

/// A body, and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Its media type, if the tool says one; JSON if not.
    pub(crate) media: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// The whole address and the body of a call. `base` has no query and no fragment.
///
/// # Errors
/// The field that has no place, and why.
pub(crate) fn placed(
    base: &Url,
    template: &Template,
    method: Method,
    fields: &Map<String, Value>,
) -> Result<Placed, String> {
    let below = template
        .fill(|name| path_text(fields.get(name)?))
        .map_err(|(name, why)| format!("`{name}` {why}{}", got(fields.get(&name))))?;
    let mut url = base.clone();
    url.set_path(&format!("{}{below}", base.path().trim_end_matches('/')));
    let mut rest = fields.clone();
    for name in template.parameters() {
        rest.remove(name);
    }
    if has_body(method) {
        // A tool whose every field is in its path sends no body: some servers refuse `{}` where they want nothing.
        let bytes = (!rest.is_empty()).then(|| Value::Object(rest).to_string().into_bytes());
        let body = bytes.map(|bytes| Content { media: None, bytes });
        return Ok(Placed { url, headers: Vec::new(), body });
    }
    let pairs: Vec<_> =
        rest.iter().flat_map(|(name, value)| query_texts(value).map(move |text| (name, text))).collect();
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(Placed { url, headers: Vec::new(), body: None })
}

/// A value as it stands in a path; `None` for those that can't stand there.
pub(crate) fn path_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number_text(number)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A field's values in the query: none for null, one each for the items of an array, JSON for what is an object.
fn query_texts(value: &Value) -> impl Iterator<Item = String> {
    let items = match value {
        Value::Null => &[],
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    items.iter().map(|item| path_text(item).unwrap_or_else(|| item.to_string()))
}

/// `7.0` is a whole number for JSON Schema, and so it must be for the address.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// ` (it is 7)`, for the end of a sentence about a value.
pub(crate) fn got(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) if text.chars().count() > 60 => String::new(),
        Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => format!(" (it is {value})"),
        Some(other) => format!(" (it is {}, and must be one value)", crate::arguments::kind(other)),
    }
}
