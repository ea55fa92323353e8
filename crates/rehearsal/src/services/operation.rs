//! One table per service, from which everything else follows: routing, the checking of arguments,
//! the OpenAPI document and the source file. What is documented is therefore what is served.

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::company::{Company, Day, Period};

/// One operation of a service.
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// A template such as `/customers/{id}`.
    pub(crate) path: &'static str,
    /// For people and models: what comes back, in which unit, and what it is good for.
    pub(crate) about: &'static str,
    pub(crate) params: &'static [Param],
    /// The members of the answer's object, each with its JSON type.
    pub(crate) gives: &'static [(&'static str, &'static str)],
    /// Whether the source file offers it to a model as a tool.
    pub(crate) offered: bool,
    /// The effect, where the method's default would say something else.
    pub(crate) effect: Option<&'static str>,
    /// The resource path, where it is not the path itself.
    pub(crate) resource: Option<&'static str>,
    pub(crate) handler: fn(&Company, &Arguments) -> Answer,
}

/// One argument of an operation.
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) about: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Body,
}

/// What an argument may be.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Int {
        min: u32,
        max: u32,
    },
    Text {
        max: usize,
    },
    Choice(&'static [&'static str]),
    Day,
    /// A quarter such as `2026-Q2`.
    Quarter,
    /// A month such as `2026-05`.
    Month,
}

/// An id of anything.
pub(crate) const ID: Kind = Kind::Int { min: 1, max: 9_999_999 };

pub(crate) const fn path(name: &'static str, kind: Kind, about: &'static str) -> Param {
    Param { name, place: Place::Path, kind, required: true, about }
}

pub(crate) const fn filter(name: &'static str, kind: Kind, about: &'static str) -> Param {
    Param { name, place: Place::Query, kind, required: false, about }
}

pub(crate) const fn body(name: &'static str, kind: Kind, required: bool, about: &'static str) -> Param {
    Param { name, place: Place::Body, kind, required, about }
}

impl Param {
    /// The argument's JSON Schema 2020-12.
    pub(crate) fn schema(&self) -> Value {
        let mut schema = match self.kind {
            Kind::Int { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
            Kind::Text { max } => json!({"type": "string", "minLength": 1, "maxLength": max}),
            Kind::Choice(choices) => json!({"type": "string", "enum": choices}),
            Kind::Day => json!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
            Kind::Quarter => json!({"type": "string", "pattern": r"^\d{4}-Q[1-4]$"}),
            Kind::Month => json!({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}),
        };
        schema["description"] = json!(self.about);
        schema
    }

    /// Checks a value that came as text (path, query) or as JSON (body).
    fn accept(&self, value: &Value) -> Result<Value, String> {
        let refused = |wanted: String| Err(format!("`{}` must be {wanted}", self.name));
        let text = value.as_str();
        match self.kind {
            Kind::Int { min, max } => {
                let number = match text {
                    Some(text) if self.place != Place::Body => text.parse().ok(),
                    _ => value.as_u64(),
                };
                match number {
                    Some(number) if (u64::from(min)..=u64::from(max)).contains(&number) => Ok(json!(number)),
                    _ => refused(format!("an integer from {min} to {max}")),
                }
            }
            Kind::Text { max } => match text {
                Some(text) if !text.is_empty() && text.chars().count() <= max => Ok(json!(text)),
                _ => refused(format!("a text of 1 to {max} characters")),
            },
            Kind::Choice(choices) => match choices.iter().find(|choice| Some(**choice) == text) {
                Some(choice) => Ok(json!(choice)),
                None => refused(format!("one of {}", choices.join(", "))),
            },
            Kind::Day => match text.and_then(Day::parse) {
                Some(day) => Ok(json!(day.to_string())),
                None => refused("a day from 2024 on, such as 2026-05-31".to_owned()),
            },
            Kind::Quarter | Kind::Month => match text {
                Some(text) if Period::parse(text).is_some() => Ok(json!(text)),
                _ => refused("a quarter such as 2026-Q2 or a month such as 2026-05".to_owned()),
            },
        }
    }
}

/// The arguments of one request, every one of them checked against its [`Kind`].
pub(crate) struct Arguments(BTreeMap<&'static str, Value>);

impl Arguments {
    /// A number, or 0 where it was left out; only optional arguments can have been.
    pub(crate) fn number(&self, name: &str) -> u32 {
        self.optional_number(name).unwrap_or_default()
    }

    pub(crate) fn optional_number(&self, name: &str) -> Option<u32> {
        self.0.get(name)?.as_u64()?.try_into().ok()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// True if the filter was left out or names exactly this value.
    pub(crate) fn admits(&self, name: &str, value: &str) -> bool {
        self.text(name).is_none_or(|wanted| wanted == value)
    }

    /// True if the day lies within `since` and `until`, as far as they were given.
    pub(crate) fn spans(&self, day: Day) -> bool {
        let bound = |name| self.text(name).and_then(Day::parse);
        bound("since").is_none_or(|since| since <= day) && bound("until").is_none_or(|until| day <= until)
    }

    /// The quarter or month given under this name.
    pub(crate) fn period(&self, name: &str) -> Option<Period> {
        Period::parse(self.text(name)?)
    }
}

/// What a request asks for: an operation, or why there is none.
pub(crate) enum Match {
    Found(&'static Operation, BTreeMap<&'static str, Value>),
    WrongMethod,
    Nothing,
}

/// Finds the operation of a request and the arguments in its path.
pub(crate) fn find(operations: &'static [Operation], method: &Method, path: &str) -> Match {
    let mut known_path = false;
    for operation in operations {
        if let Some(arguments) = path_arguments(operation.path, path) {
            if operation.method == *method {
                return Match::Found(operation, arguments);
            }
            known_path = true;
        }
    }
    if known_path { Match::WrongMethod } else { Match::Nothing }
}

/// Checks all the arguments of a request; the error is a sentence for the problem document.
pub(crate) fn checked(
    operation: &'static Operation,
    path: BTreeMap<&'static str, Value>,
    query: &[(String, String)],
    body: Option<Value>,
) -> Result<Arguments, String> {
    let mut given: Vec<(&str, Place, Value)> =
        path.into_iter().map(|(name, value)| (name, Place::Path, value)).collect();
    given.extend(query.iter().map(|(name, value)| (name.as_str(), Place::Query, json!(value))));
    let members = match &body {
        Some(Value::Object(members)) => Some(members),
        Some(_) => return Err("the body must be a JSON object".to_owned()),
        None => None,
    };
    given.extend(
        members.into_iter().flatten().map(|(name, value)| (name.as_str(), Place::Body, value.clone())),
    );

    let mut arguments = BTreeMap::new();
    for (name, place, value) in given {
        let param = operation
            .params
            .iter()
            .find(|param| param.name == name && param.place == place)
            .ok_or_else(|| format!("`{name}` is not an argument of {}", operation.id))?;
        arguments.insert(param.name, param.accept(&value)?);
    }
    match operation.params.iter().find(|param| param.required && !arguments.contains_key(param.name)) {
        Some(missing) => Err(format!("`{}` is missing", missing.name)),
        None => Ok(Arguments(arguments)),
    }
}

fn path_arguments(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, Value>> {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    let mut arguments = BTreeMap::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(arguments),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    Some(name) => {
                        let text = percent_encoding::percent_decode_str(given).decode_utf8().ok()?;
                        arguments.insert(name, json!(text));
                    }
                    None if wanted == given => {}
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}
