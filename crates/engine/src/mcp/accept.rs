//! What is held of a server's tools, shown and accepted.

use domain::effect::Effect;
use domain::json::Json;
use domain::mcp::McpTool;
use domain::source::SourceSpec;
use domain::tool::{SourceName, ToolName, ToolSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::Engine;
use crate::error::EngineError;

/// A tool that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct HeldView {
    /// Its name as the server writes it.
    pub name: String,
    /// The tool of the source that it is, if it was accepted before.
    pub tool: Option<ToolName>,
    /// What was accepted; none for a new tool. Indented JSON, line by line comparable with `after`.
    pub before: Option<String>,
    /// What the server says now; none for one that is gone.
    pub after: Option<String>,
}

impl Engine {
    /// What is held of a source's tools: new ones, those that say something else than was accepted, and those that are
    /// gone.
    ///
    /// # Errors
    /// If there is no such source, or it is no MCP server.
    pub async fn held_tools(&self, name: &SourceName) -> Result<Vec<HeldView>, EngineError> {
        let source = self.mcp_source(name).await?;
        let held = source.mcp.iter().flat_map(|server| &server.held);
        let views = held.map(|held| {
            let known = known(&source, &held.name);
            HeldView {
                name: held.name.clone(),
                tool: known.map(|tool| tool.name.clone()),
                before: known.and_then(|tool| tool.mcp.as_ref()).map(|mcp| indented(&mcp.definition)),
                after: held.definition.as_ref().map(indented),
            }
        });
        Ok(views.collect())
    }

    /// Accepts what the server says now of that tool, or of all that are held. A tool's label, resource and effect stay as a
    /// person said; a new tool writes until they say otherwise, and so does one that now says itself that it does. Returns
    /// the names that were accepted.
    ///
    /// # Errors
    /// If there is no such source, nothing of that name is held, or the trail can't be written.
    pub async fn accept_tools(
        &self,
        name: &SourceName,
        tool: Option<&str>,
    ) -> Result<Vec<String>, EngineError> {
        self.inner.store()?;
        let _alone = self.inner.servers.changing.lock().await;
        let mut source = self.mcp_source(name).await?;
        let held = source.mcp.as_ref().map(|server| server.held.clone()).unwrap_or_default();
        let is_meant = |held: &str, source: &SourceSpec| {
            tool.is_none_or(|tool| {
                tool == held || known(source, held).is_some_and(|known| known.name.as_str() == tool)
            })
        };
        let mut accepted = Vec::new();
        for held in held.into_iter().filter(|held| is_meant(&held.name, &source)).collect::<Vec<_>>() {
            match held.definition {
                None => source.tools.retain(|tool| !is_named(tool, &held.name)),
                Some(definition) => take(&mut source, &held.name, &definition),
            }
            if let Some(server) = &mut source.mcp {
                server.held.retain(|other| other.name != held.name);
            }
            accepted.push(held.name);
        }
        match tool {
            Some(tool) if accepted.is_empty() => {
                return Err(EngineError::NotFound(format!("nothing of the name `{tool}` is held of {name}")));
            }
            None if accepted.is_empty() => return Ok(accepted),
            _ => {}
        }
        self.save_source(source).await?;
        Ok(accepted)
    }
}

/// Puts what a definition says in the place of what was accepted, or beside it.
fn take(source: &mut SourceSpec, name: &str, definition: &Json) {
    let taken =
        source.tools.iter().filter(|tool| !is_named(tool, name)).map(|tool| tool.name.clone()).collect();
    let Some(mut tool) = mcp::tool_of(definition, &source.label, &taken) else { return };
    match source.tools.iter_mut().find(|tool| is_named(tool, name)) {
        Some(old) => {
            tool.name = old.name.clone();
            tool.effect = if says_it_writes(definition) { Effect::Write } else { old.effect };
            (tool.exclusive, tool.label) = (old.exclusive, old.label.clone());
            tool.resource.clone_from(&old.resource);
            *old = tool;
        }
        None => source.tools.push(tool),
    }
}

/// A hint may make us more careful, never less.
fn says_it_writes(definition: &Json) -> bool {
    let hint = |name: &str| definition.0.pointer(&format!("/annotations/{name}")).and_then(Value::as_bool);
    hint("readOnlyHint") == Some(false) || hint("destructiveHint") == Some(true)
}

fn known<'a>(source: &'a SourceSpec, name: &str) -> Option<&'a ToolSpec> {
    source.tools.iter().find(|tool| is_named(tool, name))
}

fn is_named(tool: &ToolSpec, name: &str) -> bool {
    tool.mcp.as_ref().map(McpTool::name) == Some(name)
}

fn indented(definition: &Json) -> String {
    // Sorted, so that a server that writes the same in another order differs in nothing.
    let mut value = definition.0.clone();
    value.sort_all_objects();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}
