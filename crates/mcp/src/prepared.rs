//! A call that is ready: known to the byte before anything is sent.

use std::time::Duration;

use domain::label::Label;
use domain::secret::Secret;
use domain::source::SourceSpec;
use domain::tool::ToolSpec;
use serde_json::{Map, Value, json};

/// A call, ready to be recorded and sent; a copy of it is the same call once more, for another attempt.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) tool: String,
    /// What a person accepted of the tool.
    pub(crate) pin: String,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) label: Label,
    pub(crate) trusted: bool,
    pub(crate) deadline: Duration,
    pub(crate) most: usize,
    /// Whether it may be sent again when it is not known what became of it.
    pub(crate) writes: bool,
    /// The token that it carries, if its server knows us by one.
    pub(crate) token: Option<Secret>,
    place: String,
}

/// The call of a tool with arguments that its schema takes. `id` is another for each call. `None` if the tool is no MCP
/// server's.
pub fn prepare(
    source: &SourceSpec,
    tool: &ToolSpec,
    arguments: Map<String, Value>,
    id: &str,
) -> Option<Prepared> {
    let (server, mcp) = (source.mcp.as_ref()?, tool.mcp.as_ref()?);
    Some(Prepared {
        id: id.to_owned(),
        source: source.name.to_string(),
        tool: mcp.name().to_owned(),
        pin: mcp.pin(),
        arguments,
        label: tool.label.clone(),
        trusted: server.trusted,
        deadline: Duration::from_millis(source.limits.deadline_ms.into()),
        most: usize::try_from(source.limits.result_bytes).unwrap_or(usize::MAX),
        writes: tool.effect.writes(),
        token: None,
        place: source.place(),
    })
}

impl Prepared {
    /// The message of that attempt, exactly as it is sent. No secret stands in it.
    pub fn record(&self, attempt: u32) -> Vec<u8> {
        let id = self.attempt_id(attempt);
        let message = json!({
            "jsonrpc": "2.0",
            "id": id,
            "method": "tools/call",
            "params": { "_meta": { "progressToken": id }, "name": self.tool, "arguments": self.arguments },
        });
        message.to_string().into_bytes()
    }

    /// Where it goes: the server's address, or `stdio:` and its program's name.
    pub fn endpoint(&self) -> String {
        self.place.clone()
    }

    /// `tools/call read-file`: for people.
    pub fn request_line(&self) -> String {
        format!("tools/call {}", self.tool)
    }

    /// The same call with this token, if its server is reached by HTTP and knows us by tokens.
    pub fn bear(&mut self, token: Secret) {
        self.token = Some(token);
    }

    /// The same call with at most this much time.
    #[must_use]
    pub fn within(mut self, left: Duration) -> Self {
        self.deadline = self.deadline.min(left);
        self
    }

    /// The name of an attempt: how the server's answer, and its progress, are known again.
    pub(crate) fn attempt_id(&self, attempt: u32) -> String {
        format!("{}.{attempt}", self.id)
    }
}
