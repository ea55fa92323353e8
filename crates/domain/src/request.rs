//! How a call's arguments become a request, where method and path alone don't say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where every argument of a tool goes. A tool without one keeps to the simple rule: what is in the path goes there, and
/// the rest into a JSON body or, if the method has none, into the query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RequestShape {
    /// The arguments that are no part of the body. An argument that is neither here nor in the body is not sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// What becomes of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

impl RequestShape {
    /// The property of the input that a `{parameter}` of the path stands for; one of its own name if the shape says
    /// nothing of it.
    pub fn property_in_path<'a>(&'a self, parameter: &'a str) -> &'a str {
        let mut parameters = self.parameters.iter();
        let placed = parameters.find(|known| known.place == Place::Path && known.name == parameter);
        placed.map_or(parameter, |known| known.property.as_str())
    }
}

/// One argument outside the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Parameter {
    /// The property of the tool's input that it is.
    pub property: String,
    /// Its name in the request; in a path, that of the `{parameter}`.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// How a value becomes text there.
    pub style: Style,
    /// Whether each item of a list, or member of an object, stands for itself.
    pub explode: bool,
    /// Whether `:/?#[]@!$&'()*+,;=` go as they are, where the place allows it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
}

/// Whether a header is one that no argument of a call may set, whatever an API's description says: we write it, or the
/// connection does, or it says who asks, where or how, so that it would change the request and not only what it asks for.
pub fn is_header_of_ours(name: &str) -> bool {
    const OURS: [&str; 27] = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-host",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-host",
        "x-original-url",
        "x-real-ip",
        "x-rewrite-url",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with("x-forwarded-") || OURS.contains(&name.as_str())
}

/// A place for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A part of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// How a value becomes text: the styles of OpenAPI 3 (§4.8.12.3), and what version 2 had beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// `3,4,5`: RFC 6570 `{x}`.
    Simple,
    /// `.3.4.5`: RFC 6570 `{.x}`.
    Label,
    /// `;x=3,4,5`: RFC 6570 `{;x}`.
    Matrix,
    /// `x=3,4,5` or `x=3&x=4&x=5`: RFC 6570 `{?x}`.
    Form,
    /// `x=3%204%205`
    SpaceDelimited,
    /// `x=3|4|5`
    PipeDelimited,
    /// `x=3%094%095`: version 2's `tsv`.
    TabDelimited,
    /// `x[a]=3&x[b]=4`
    DeepObject,
    /// The value as JSON text: a parameter with `content`.
    Json,
}

/// A request's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Body {
    /// How it is written.
    pub form: BodyForm,
    /// The media type that the request names.
    pub media: String,
    /// The property of the input that it is; all those that are no parameters, as one object, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// What is particular about single fields of a form; others are texts, or JSON where they are objects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, FormPart>,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// JSON.
    Json,
    /// `application/x-www-form-urlencoded` (WHATWG URL §5).
    Urlencoded,
    /// `multipart/form-data` (RFC 7578).
    Multipart,
    /// A text as it is.
    Text,
    /// Bytes; the argument holds them as base64 (RFC 4648 §4).
    Binary,
}

/// One field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FormPart {
    /// How a value that is no single text is written, in a form whose fields have styles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether each item or member stands for itself.
    #[serde(default)]
    pub explode: bool,
    /// Its media type in a multipart body, if it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// Whether it is a file: the argument holds its bytes as base64.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file: bool,
}
