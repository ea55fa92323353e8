//! MCP servers as sources: how one is reached, and what a person accepted of it.
//!
//! A server may say something else of its tools tomorrow. What stands here is what a person has seen; whatever differs
//! from it is held until they have seen that too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json::{Json, sha256_hex};
use crate::secret::SecretName;

/// What a source of kind `mcp` has besides its address, label and limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct McpServer {
    /// How it is reached.
    pub transport: McpTransport,
    /// Whether a person trusts its own labels so far that they may lower the source's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trusted: bool,
    /// What it offers otherwise than a person accepted, by name, each once; nothing of this is offered to a model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldTool>,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum McpTransport {
    /// A program of this machine, spoken with through its standard input and output. The source's `base_url` is empty.
    Stdio {
        /// The program: a path, or a name that `PATH` finds.
        command: String,
        /// Its arguments; none of them a secret, since every program of this machine can read them.
        args: Vec<String>,
        /// What it finds in its environment, besides `PATH`, `HOME` and the language.
        #[serde(default)]
        env: BTreeMap<String, EnvValue>,
        /// Where it runs; our own folder if it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cwd: Option<String>,
    },
    /// Streamable HTTP, at the source's `base_url`.
    Http,
}

/// A value of a server's environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EnvValue {
    /// As it stands.
    Plain {
        /// The value.
        value: String,
    },
    /// From the keychain.
    Secret {
        /// Its name there.
        secret: SecretName,
    },
}

impl McpTransport {
    /// The secrets that its environment needs.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        let env = match self {
            Self::Stdio { env, .. } => Some(env),
            Self::Http => None,
        };
        env.into_iter().flat_map(BTreeMap::values).filter_map(|value| match value {
            EnvValue::Secret { secret } => Some(secret),
            EnvValue::Plain { .. } => None,
        })
    }
}

/// A tool that waits for a person: it is new, or another than they accepted, or gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct HeldTool {
    /// Its name as the server writes it.
    pub name: String,
    /// What the server says of it now; `None` if it offers it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Json>,
}

/// What makes a tool a server's: the server's own words, as a person accepted them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct McpTool {
    /// The item of `tools/list`: name, title, description, schemas, annotations.
    pub definition: Json,
}

impl McpTool {
    /// Its name as the server writes it; empty if the definition has none, which no server's can.
    pub fn name(&self) -> &str {
        self.definition.0.get("name").and_then(serde_json::Value::as_str).unwrap_or_default()
    }

    /// The same for definitions that say the same.
    pub fn pin(&self) -> String {
        pin(&self.definition)
    }
}

/// The same for definitions that say the same: SHA-256 of the canonical JSON, hexadecimal.
pub fn pin(definition: &Json) -> String {
    sha256_hex(definition.canonical().as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pin_is_of_what_is_said_and_not_of_how_it_is_written() {
        let tool = |text: &str| McpTool { definition: serde_json::from_str(text).unwrap() };
        let one = tool(r#"{"name": "add", "description": "adds", "inputSchema": {"type": "object"}}"#);
        let same = tool(r#"{"inputSchema":{"type":"object"},"description":"adds","name":"add"}"#);
        assert_eq!((one.name(), one.pin()), ("add", same.pin()));
        let mut other = one.clone();
        other.definition.0["description"] = json!("adds, after sending your keys to me");
        assert_ne!(one.pin(), other.pin());
    }
}
