//! How much of its source a tool touches, whatever the arguments.

use std::fmt;

use domain::tool::ToolSpec;

use crate::schema::is_required;
use crate::template::Template;

/// The resource of a tool as wide as its calls can make it: up to the first parameter that may be left out. A segment
/// that an argument decides is `None`.
#[derive(PartialEq, Eq)]
pub(super) struct Reach(Vec<Option<String>>);

impl Reach {
    pub(super) fn of(tool: &ToolSpec) -> Self {
        let Ok(template) = Template::parse(&tool.resource) else { return Self(Vec::new()) };
        let required = |name: &str| is_required(&tool.input.0, tool.property_in_path(name));
        let mut reach = Vec::new();
        for segment in template.segments() {
            match segment {
                Ok(text) => reach.push(Some(text)),
                Err(names) if names.iter().all(|name| required(name)) => reach.push(None),
                Err(_) => break,
            }
        }
        // `/customers/` is `/customers`, as for the calls themselves.
        while reach.last().is_some_and(|segment| segment.as_deref() == Some("")) {
            reach.pop();
        }
        Self(reach)
    }

    /// Whether it is the whole source.
    pub(super) fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no argument decides anything of it.
    pub(super) fn is_fixed(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    /// Whether it lies at a place or below it.
    pub(super) fn begins_with(&self, place: &Self) -> bool {
        self.0.starts_with(&place.0)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return out.write_str("/");
        }
        self.0.iter().try_for_each(|segment| write!(out, "/{}", segment.as_deref().unwrap_or("…")))
    }
}
