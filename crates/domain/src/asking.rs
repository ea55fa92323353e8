//! What an MCP server asks the person who uses it (MCP calls it elicitation), and what they answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::json::Json;
use crate::tool::SourceName;

/// What a server asks the person, while it is connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ServerQuestion {
    /// Names it, for as long as the workspace is open.
    pub id: u32,
    /// Which source's server asks.
    pub source: SourceName,
    /// In its words.
    pub message: String,
    /// The form to fill in: a flat JSON Schema; null where it is an address to visit.
    pub schema: Json,
    /// An address that the person is asked to visit.
    pub url: Option<String>,
}

impl ServerQuestion {
    /// What its form begins with: the values that the server proposes, as an object. A person may change each, or leave it
    /// out.
    pub fn proposed(&self) -> Map<String, Value> {
        let fields = self.schema.0.get("properties").and_then(Value::as_object);
        let proposed = fields.into_iter().flatten();
        proposed.filter_map(|(name, field)| Some((name.clone(), field.get("default")?.clone()))).collect()
    }
}

/// What happened to a question of a server's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionChange {
    /// It waits for a person.
    Asked {
        /// The question.
        question: ServerQuestion,
    },
    /// Nobody waits for an answer any more: the server took it back, or its session ended.
    Withdrawn {
        /// Which.
        id: u32,
    },
}

/// What a person answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerAnswer {
    /// This, as the form asks.
    Accepted {
        /// An object; null where there was no form.
        content: Json,
    },
    /// No.
    Declined,
    /// Nothing: it was closed, or nobody is there.
    Cancelled,
}
