//! A call that is ready to leave, whatever kind of source it goes to.

use std::sync::Arc;
use std::time::Duration;

use ::mcp::Progress;
use domain::id::CallId;
use domain::intent::DurableIntent;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::Secret;
use domain::source::SourceSpec;
use domain::time::Micros;
use domain::tool::ToolSpec;
use sources::Pages;

use crate::inner::Inner;
use crate::mcp::server;
use crate::way::by_its_way;

/// A call, ready to be recorded and sent; a copy of it is the same call once more, for another attempt.
#[derive(Clone, Debug)]
pub(crate) enum Ready {
    /// One request by HTTP.
    Http(Box<sources::Prepared>),
    /// One message to an MCP server.
    Mcp(Box<::mcp::Prepared>),
}

impl Ready {
    /// Checks the arguments and makes what is sent of them.
    ///
    /// # Errors
    /// How the call ends without having been sent: its arguments don't fit, a secret is missing, or the tool is held.
    #[expect(
        clippy::result_large_err,
        reason = "an ending is no larger than the call that is there without it"
    )]
    pub(crate) fn new(
        source: &SourceSpec,
        tool: &ToolSpec,
        arguments: &str,
        secret: Option<Secret>,
        certificate_key: Option<&Secret>,
        call: CallId,
    ) -> Result<Self, Ending> {
        let Some(server) = &source.mcp else {
            let prepared = sources::prepare(source, tool, arguments, secret, Some(&call.to_string()));
            return Ok(Self::Http(Box::new(by_its_way(prepared, source, certificate_key)?)));
        };
        let id = source.id_of(tool);
        let failed = |class, words| Err(Ending::without_body(Outcome::Failed, Some(class), words));
        let named = tool.mcp.as_ref().map(domain::mcp::McpTool::name).unwrap_or_default();
        if server.held.iter().any(|held| held.name == named) {
            let words = format!(
                "nothing was sent: the server says something else of {id} than what was accepted, so it is held until a \
                 person has seen the change (`tieout sources held {}`)",
                source.name
            );
            return failed(FailureClass::UnknownTool, words);
        }
        let fields = match sources::fields(&tool.input, arguments) {
            Ok(fields) => fields,
            Err(mistakes) => {
                let words = format!(
                    "nothing was sent, the arguments for {id} don't fit: {}. Correct them and call again.",
                    mistakes.join("; ")
                );
                return failed(FailureClass::InvalidArguments, words);
            }
        };
        match ::mcp::prepare(source, tool, fields, &call.to_string()) {
            Some(prepared) => Ok(Self::Mcp(Box::new(prepared))),
            None => failed(FailureClass::Internal, format!("{id} is no tool of an MCP server")),
        }
    }

    /// The same call with this token, if its source takes tokens.
    pub(crate) fn bear(&mut self, token: Secret) {
        match self {
            Self::Http(prepared) => prepared.bear(token),
            Self::Mcp(prepared) => prepared.bear(token),
        }
    }

    /// The same call, signed for this moment, if its source wants signatures. `nonce` is one that no other request has.
    pub(crate) fn stamp(&mut self, now: Micros, nonce: &str) {
        if let Self::Http(prepared) = self {
            prepared.stamp(now, nonce);
        }
    }

    /// What will be sent in that attempt, exactly, with its media type; no secret stands in it.
    pub(crate) fn record(&self, attempt: u32) -> (&'static str, Vec<u8>) {
        match self {
            Self::Http(prepared) => ("message/http", prepared.record()),
            Self::Mcp(prepared) => ("application/json", prepared.record(attempt)),
        }
    }

    /// Where it goes, without a query.
    pub(crate) fn endpoint(&self) -> String {
        match self {
            Self::Http(prepared) => prepared.endpoint(),
            Self::Mcp(prepared) => prepared.endpoint(),
        }
    }

    /// Its result's pages, if it may have more than one.
    pub(crate) fn pages(&self) -> Option<Pages> {
        match self {
            Self::Http(prepared) => Pages::of(prepared),
            Self::Mcp(_) => None,
        }
    }

    /// HTTP's method, or MCP's.
    pub(crate) fn method(&self) -> String {
        match self {
            Self::Http(prepared) => prepared.method().word().to_owned(),
            Self::Mcp(_) => "tools/call".to_owned(),
        }
    }

    /// What is asked for, in a line for people.
    pub(crate) fn request_line(&self) -> String {
        match self {
            Self::Http(prepared) => prepared.request_line(),
            Self::Mcp(prepared) => prepared.request_line(),
        }
    }

    /// The same call with at most this much time.
    pub(crate) fn within(self, left: Duration) -> Self {
        match self {
            Self::Http(prepared) => Self::Http(Box::new(prepared.within(left))),
            Self::Mcp(prepared) => Self::Mcp(Box::new(prepared.within(left))),
        }
    }

    /// Sends it, once, and tells how it ended. Dropping the future gives it up.
    pub(crate) async fn perform(
        self,
        inner: &Arc<Inner>,
        source: &SourceSpec,
        attempt: u32,
        intent: DurableIntent,
        progress: Progress,
    ) -> Ending {
        match self {
            Self::Http(prepared) => prepared.perform(&inner.door, intent).await,
            Self::Mcp(prepared) => match server(inner, source).await {
                Ok(server) => server.call(*prepared, attempt, intent, progress).await,
                Err(why) => {
                    let words = format!("{why}; nothing was sent");
                    Ending::without_body(Outcome::Failed, Some(FailureClass::MissingSecret), words)
                }
            },
        }
    }
}
