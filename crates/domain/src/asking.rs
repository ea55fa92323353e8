//! What an MCP server asks the person who uses it (MCP calls it elicitation), and what they answer.

use serde::{Deserialize, Serialize};

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
