//! One request as somebody saved it, whatever they saved it with.

use serde_json::Value;

use crate::login::Login;

/// A request. Every text may hold variables, as `{{name}}`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// What its author calls it; may be empty.
    pub(crate) name: String,
    pub(crate) words: String,
    /// The folders that it lies in, joined.
    pub(crate) folder: String,
    pub(crate) method: String,
    /// Its address, with a query or without.
    pub(crate) url: String,
    /// Whether `:name` in its path stands for a parameter.
    pub(crate) colons: bool,
    /// The values of parameters of its path.
    pub(crate) path: Vec<Pair>,
    /// What is in the query beside what the address has.
    pub(crate) query: Vec<Pair>,
    pub(crate) headers: Vec<Pair>,
    pub(crate) body: Body,
    pub(crate) login: Option<Login>,
    /// What was left out while it was read.
    pub(crate) notes: Vec<String>,
}

/// A name and what stands for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) words: String,
    /// Whether the value is a file's content and not the text.
    pub(crate) file: bool,
}

impl Pair {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }
}

/// A request's body.
#[derive(Clone, Debug, Default)]
pub(crate) enum Body {
    #[default]
    None,
    /// A text, which is JSON if its media type says so or none is named and it is.
    Text {
        media: Option<String>,
        text: String,
    },
    Urlencoded(Vec<Pair>),
    Multipart(Vec<Pair>),
    /// A file's content.
    File {
        media: Option<String>,
    },
    /// A query of GraphQL, and its variables as JSON.
    GraphQl {
        query: String,
        variables: String,
    },
}

/// A member that is a text or a number, as text; empty if there is none.
pub(crate) fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
        _ => String::new(),
    }
}

/// The items of a member that is a list; none if it is not.
pub(crate) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a member is `true`.
pub(crate) fn flag(value: &Value, name: &str) -> bool {
    value.get(name) == Some(&Value::Bool(true))
}
