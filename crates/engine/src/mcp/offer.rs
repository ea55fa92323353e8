//! Connecting an MCP server as a source, and asking it anew what it offers.

use std::collections::BTreeMap;

use domain::asking::{QuestionChange, ServerAnswer};
use domain::label::Label;
use domain::mcp::{McpServer, McpTransport};
use domain::source::{Auth, Limits, SourceKind, SourceSpec};
use domain::tool::SourceName;
use mcp::Unavailable;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::hold::hold;
use super::link::{apart, log_of, server};
use crate::engine::Engine;
use crate::error::EngineError;

/// How a person names a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct McpConnection {
    /// The source's name.
    pub name: SourceName,
    /// How it is reached.
    pub transport: McpTransport,
    /// Its address; empty for a program.
    pub url: String,
    /// How it knows us, by HTTP.
    pub auth: Auth,
    /// Whether its own labels may lower the source's.
    pub trusted: bool,
}

/// What looking at a server showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum McpLook {
    /// What it offers, as a source that is not saved, with a tool for each of its own.
    Offered {
        /// The source.
        source: Box<SourceSpec>,
    },
    /// It wants to know who asks, and does not take what it was shown, if it was shown anything.
    Challenged {
        /// In words.
        words: String,
    },
}

impl Engine {
    /// Connects to a server and asks for its tools. Saves nothing: a person sees what it offers, and then
    /// [`Engine::save_source`] accepts it. What a person said of a source of that name stays: label, limits, and the effect,
    /// label and resource of each of its tools.
    ///
    /// # Errors
    /// If it can't be reached, or the trail can't be written.
    pub async fn look_at_server(&self, connection: McpConnection) -> Result<McpLook, EngineError> {
        self.inner.store()?;
        let known = self.inner.reader.sources().await?;
        let before = known.into_iter().find(|source| source.name == connection.name);
        let mut source = described(&connection, before.as_ref());
        // What its file could not say can't be kept either.
        sources::read_source(&sources::write_source(&source)).map_err(EngineError::Mistakes)?;
        let server =
            apart(&self.inner, &source).await.map_err(|why| EngineError::BadInput(why.to_string()))?;
        let offered = server.tools().await;
        server.close().await;
        let offered = match offered {
            Ok(offered) => offered,
            Err(Unavailable::Challenged { words, .. }) => return Ok(McpLook::Challenged { words }),
            Err(Unavailable::Because(words)) => return Err(EngineError::BadInput(words)),
        };
        source.tools = mcp::tools_of(&offered, &source.label);
        for tool in &mut source.tools {
            let named = |old: &&domain::tool::ToolSpec| {
                old.mcp.as_ref().map(|mcp| mcp.name()) == tool.mcp.as_ref().map(|mcp| mcp.name())
            };
            if let Some(old) = before.as_ref().and_then(|before| before.tools.iter().find(named)) {
                (tool.effect, tool.exclusive) = (old.effect, old.exclusive);
                (tool.label, tool.resource) = (old.label.clone(), old.resource.clone());
            }
        }
        Ok(McpLook::Offered { source: Box::new(source) })
    }

    /// Asks a source's server anew what it offers, and writes down what differs from what was accepted.
    ///
    /// # Errors
    /// If there is no such source, its server can't be reached, or the trail can't be written.
    pub async fn refresh_source(&self, name: &SourceName) -> Result<SourceSpec, EngineError> {
        self.inner.store()?;
        let source = self.mcp_source(name).await?;
        let offered = match server(&self.inner, &source).await {
            Ok(server) => server.tools().await,
            Err(why) => Err(why),
        };
        let offered = offered.map_err(|why| EngineError::BadInput(why.to_string()))?;
        hold(&self.inner, name, &offered).await?;
        self.mcp_source(name).await
    }

    /// What a source's server wrote to its standard error, and what we noticed of it; empty if there is nothing.
    ///
    /// # Errors
    /// If there is no such source, or it is no MCP server.
    pub async fn server_log(&self, name: &SourceName) -> Result<String, EngineError> {
        self.mcp_source(name).await?;
        let file = log_of(&self.inner, name);
        let read = tokio::task::spawn_blocking(move || mcp::Log::read(&file)).await;
        read.map_err(|error| EngineError::Internal(error.to_string()))
    }

    /// From now on, what servers ask the person comes here, what waits already first; answer each with
    /// [`Engine::answer_server`]. While nobody listens, servers are told that nobody is there.
    pub fn server_questions(&self) -> mpsc::UnboundedReceiver<QuestionChange> {
        self.inner.servers.questions.listen()
    }

    /// Answers what a server asked. Whether it still waited for that.
    ///
    /// # Errors
    /// If the answer does not fit the server's form; it waits on then.
    pub fn answer_server(&self, question: u32, answer: ServerAnswer) -> Result<bool, EngineError> {
        let questions = &self.inner.servers.questions;
        if let (Some(asked), ServerAnswer::Accepted { content }) = (questions.find(question), &answer)
            && asked.url.is_none()
        {
            sources::fields(&asked.schema, &content.0.to_string())
                .map_err(|mistakes| EngineError::BadInput(mistakes.join("; ")))?;
        }
        Ok(questions.answer(question, answer))
    }

    pub(super) async fn mcp_source(&self, name: &SourceName) -> Result<SourceSpec, EngineError> {
        let source = self.source(name).await?;
        if source.mcp.is_none() {
            return Err(EngineError::BadInput(format!("{name} is no MCP server")));
        }
        Ok(source)
    }
}

/// The source of a connection, without tools. What a person said of one of that name stays.
pub(super) fn described(connection: &McpConnection, before: Option<&SourceSpec>) -> SourceSpec {
    let McpConnection { name, transport, url, auth, trusted } = connection.clone();
    let (label, limits) = match before {
        Some(before) => (before.label.clone(), before.limits),
        None => (Label::unlabelled(), Limits::default()),
    };
    let base_url = if transport == McpTransport::Http { url } else { String::new() };
    SourceSpec {
        name,
        kind: SourceKind::Mcp,
        base_url,
        private_network: before.is_some_and(|before| before.private_network),
        label,
        auth,
        tls: before.and_then(|before| before.tls.clone()),
        limits,
        headers: BTreeMap::new(),
        idempotency_header: None,
        tools: Vec::new(),
        mcp: Some(McpServer { transport, trusted, held: Vec::new() }),
    }
}
