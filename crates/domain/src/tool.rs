//! A tool: one operation of a source that a model may ask for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::effect::{Effect, Method};
use crate::json::{Json, sha256_hex};
use crate::label::Label;
use crate::mcp::McpTool;
use crate::paging::Paging;
use crate::request::RequestShape;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
        #[serde(try_from = "String", into = "String")]
        #[specta(transparent)]
        pub struct $type(String);

        impl $type {
            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                // `__` joins source and tool on the wire (see `ToolId::wire`), so neither may hold it.
                let good = (1..=48).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
                    && text.as_bytes()[0].is_ascii_lowercase()
                    && !text.contains("__")
                    && !text.ends_with('_');
                if good { Ok(Self(text.to_owned())) } else { Err(NameError { text: text.to_owned(), what: $what }) }
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

/// A text that can't name what it was meant to name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` can't name a {what}: use 1 to 48 lower-case letters, digits and single `_`, beginning with a letter"
)]
pub struct NameError {
    text: String,
    what: &'static str,
}

name!(
    /// The name of a source within its workspace.
    SourceName, "source"
);
name!(
    /// The name of a tool within its source.
    ToolName, "tool"
);

/// The name under which Tieout's own tools stand, in the place of a source's.
pub const BUILT_IN: &str = "tieout";

/// A tool of a source: `crm.get_customer` for people, `crm__get_customer` for models.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(try_from = "String", into = "String")]
#[specta(transparent)]
pub struct ToolId(#[specta(type = String)] ToolPath);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct ToolPath {
    source: SourceName,
    tool: ToolName,
}

impl ToolId {
    /// That tool of that source.
    pub fn new(source: SourceName, tool: ToolName) -> Self {
        Self(ToolPath { source, tool })
    }

    /// The source's name.
    pub fn source(&self) -> &SourceName {
        &self.0.source
    }

    /// The tool's name within the source.
    pub fn tool(&self) -> &ToolName {
        &self.0.tool
    }

    /// The built-in tool that reads more of a result that is on record already. It sends nothing. No source may be
    /// named `tieout`, so nothing else can have this name.
    pub fn read_result() -> Self {
        Self(ToolPath { source: SourceName(BUILT_IN.to_owned()), tool: ToolName("read_result".to_owned()) })
    }

    /// The built-in tool that looks for tools where more are connected than a model can be offered at once. It sends
    /// nothing either.
    pub fn find_tools() -> Self {
        Self(ToolPath { source: SourceName(BUILT_IN.to_owned()), tool: ToolName("find_tools".to_owned()) })
    }

    /// The name a model is offered: wire protocols allow no dot in a tool's name.
    pub fn wire(&self) -> String {
        format!("{}__{}", self.0.source, self.0.tool)
    }

    /// The tool that a model means by a name it wrote; `None` if no tool can have that name.
    pub fn from_wire(name: &str) -> Option<Self> {
        let (source, tool) = name.split_once("__")?;
        Some(Self::new(source.parse().ok()?, tool.parse().ok()?))
    }
}

impl fmt::Display for ToolId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.0.source, self.0.tool)
    }
}

impl FromStr for ToolId {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let (source, tool) = text
            .split_once('.')
            .ok_or_else(|| NameError { text: text.to_owned(), what: "tool as source.tool" })?;
        Ok(Self::new(source.parse()?, tool.parse()?))
    }
}

impl TryFrom<String> for ToolId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ToolId> for String {
    fn from(id: ToolId) -> String {
        id.to_string()
    }
}

/// One operation, as configured. Whoever holds one has checked it: the schema compiles, the path's parameters
/// are properties of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ToolSpec {
    /// Its name within the source.
    pub name: ToolName,
    /// What it does, for the model and for people.
    pub description: String,
    /// The HTTP method.
    pub method: Method,
    /// The path below the source's base address, with `{parameters}`.
    pub path: String,
    /// What it does to the world.
    pub effect: Effect,
    /// Which thing it touches: a path template of the same form; two calls that meet there may disturb one another.
    pub resource: String,
    /// Whether it runs alone: nothing else of its turn beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// The source's label joined with the tool's own.
    pub label: Label,
    /// JSON Schema 2020-12 of the arguments: an object.
    pub input: Json,
    /// Where each argument goes, if method and path alone don't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestShape>,
    /// How its result goes on where one answer does not hold all of it; only of a tool that reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// For a tool of an MCP server: what the server says of it. Its method is POST and its path `/`: neither is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpTool>,
}

impl ToolSpec {
    /// The property of the input that a `{parameter}` of the path, or of the resource, stands for.
    pub fn property_in_path<'a>(&'a self, parameter: &'a str) -> &'a str {
        self.request.as_ref().map_or(parameter, |shape| shape.property_in_path(parameter))
    }

    /// A name for exactly this definition: the first 16 hexadecimal digits of the SHA-256 of its canonical JSON.
    /// A call's entry names it, so that the trail says which definition was in force.
    pub fn version(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        let mut digits = sha256_hex(Json(value).canonical().as_bytes());
        digits.truncate(16);
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_has_one_name_for_people_and_one_for_models() {
        let id: ToolId = "crm.get_customer".parse().unwrap();
        assert_eq!(id.wire(), "crm__get_customer");
        assert_eq!(ToolId::from_wire("crm__get_customer"), Some(id));
        assert_eq!(ToolId::from_wire("crm__get__customer"), None);
        assert_eq!(ToolId::from_wire("get_customer"), None);
    }

    #[test]
    fn names_that_could_be_confused_are_refused() {
        for wrong in ["", "Crm", "crm ", "1crm", "crm__x", "_crm", "crm_", "crm/x", "ü"] {
            assert!(wrong.parse::<SourceName>().is_err(), "{wrong}");
        }
    }
}
