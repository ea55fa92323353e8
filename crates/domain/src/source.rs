//! A source: one configured API of the analyst's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::effect::Effect;
use crate::label::Label;
use crate::mcp::{McpServer, McpTransport};
use crate::secret::SecretName;
use crate::tool::{SourceName, ToolId, ToolName, ToolSpec};

/// A configured API. It holds names of secrets, never secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SourceSpec {
    /// Its name within the workspace.
    pub name: SourceName,
    /// What kind of API it is.
    pub kind: SourceKind,
    /// An absolute http or https address without query, fragment or credentials; empty for an MCP server that is a program
    /// of this machine.
    pub base_url: String,
    /// What its results are labelled unless a tool says more.
    pub label: Label,
    /// How it knows us.
    pub auth: Auth,
    /// How much we ask of it.
    pub limits: Limits,
    /// Headers sent with every request; none of them a secret.
    pub headers: BTreeMap<String, String>,
    /// The header in which it takes a key that makes a write safe to send again (`Idempotency-Key`), if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_header: Option<String>,
    /// Its operations, in the file's order, names distinct.
    pub tools: Vec<ToolSpec>,
    /// For [`SourceKind::Mcp`], and only there: the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpServer>,
}

impl SourceSpec {
    /// The tool of that name.
    pub fn tool(&self, name: &ToolName) -> Option<&ToolSpec> {
        self.tools.iter().find(|tool| tool.name == *name)
    }

    /// Whether a call of this effect carries a key by which the source knows it again.
    pub fn takes_key(&self, effect: Effect) -> bool {
        effect.writes() && self.idempotency_header.is_some()
    }

    /// Whether a call of this effect may be sent a second time: a read, an idempotent write, or one with such a key.
    pub fn may_repeat(&self, effect: Effect) -> bool {
        effect != Effect::Write || self.takes_key(effect)
    }

    /// Where it is, for people and for the record: its address, or `stdio:` and the program's name.
    pub fn place(&self) -> String {
        match &self.mcp {
            Some(McpServer { transport: McpTransport::Stdio { command, .. }, .. }) => {
                let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
                format!("stdio:{name}")
            }
            _ => self.base_url.clone(),
        }
    }

    /// Every secret that it needs, each once.
    pub fn secrets(&self) -> Vec<&SecretName> {
        let server = self.mcp.iter().flat_map(|server| server.transport.secrets());
        let mut names: Vec<_> = self.auth.secret().into_iter().chain(server).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The full name of a tool of this source.
    pub fn id_of(&self, tool: &ToolSpec) -> ToolId {
        ToolId::new(self.name.clone(), tool.name.clone())
    }
}

/// What kind of API a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Tools written by hand: method, path, schema.
    Http,
    /// An MCP server: it says itself what its tools are.
    Mcp,
}

/// How a source knows who asks. Secrets are named; the keychain holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// It doesn't.
    None,
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer {
        /// The token's name.
        secret: SecretName,
    },
    /// `Authorization: Basic …` (RFC 7617).
    Basic {
        /// The user; the secret holds the password alone.
        user: String,
        /// The password's name.
        secret: SecretName,
    },
    /// A key in a place of the API's choosing.
    ApiKey {
        /// The key's name in the keychain.
        secret: SecretName,
        /// Where the key goes.
        place: KeyPlace,
        /// The header, query parameter or cookie that carries it.
        name: String,
    },
}

impl Auth {
    /// The secret that it needs.
    pub fn secret(&self) -> Option<&SecretName> {
        match self {
            Self::None => None,
            Self::Bearer { secret } | Self::Basic { secret, .. } | Self::ApiKey { secret, .. } => {
                Some(secret)
            }
        }
    }
}

/// Where an API key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// A request header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// How much we ask of a source at once, and how long and how much of an answer we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Limits {
    /// Calls under way at one time, at least 1.
    pub in_flight: u32,
    /// How many requests may begin in a time, if that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A call's whole time in milliseconds, its attempts and the waits between them together; at least 1.
    pub deadline_ms: u32,
    /// The largest result body in bytes; what is longer is cut and says so.
    pub result_bytes: u32,
}

impl Default for Limits {
    /// 16 calls, no rate, 20 seconds, 4 MiB.
    fn default() -> Self {
        Self { in_flight: 16, rate: None, deadline_ms: 20_000, result_bytes: 4 << 20 }
    }
}

/// A steady number of requests, with room for some at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Rate {
    /// Thousandths of a request per second, at least 1: 20 a second are 20,000, one a minute is 17.
    pub milli_per_second: u32,
    /// How many may begin at once when none began for a while; at least 1.
    pub burst: u32,
}
