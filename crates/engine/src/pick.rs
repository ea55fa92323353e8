//! What a person picks of an API's own description, looking at it: some of its operations, each with an effect and a
//! label, and how the source is called and known. And what that changes in a source that was imported before.

use domain::effect::Effect;
use domain::label::Label;
use domain::source::{Auth, Limits, SourceKind, SourceSpec};
use domain::tool::{SourceName, ToolName, ToolSpec};
use openapi::{Imported, Operation};
use serde::Serialize;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::import::{ImportedSource, fitted, keep_paging, keep_reach};

/// The source that a person makes of a description.
#[derive(Clone, Debug)]
pub struct Pick {
    /// What it is called.
    pub name: SourceName,
    /// The label of everything that comes from it, unless a tool says more.
    pub label: Label,
    /// How it knows us.
    pub auth: Auth,
    /// How many pages of a result are asked for and joined, of each tool whose result goes on; if it is not said, as
    /// before, and 1 in a new source.
    pub follow: Option<u32>,
    /// The operations that become its tools, in the description's order.
    pub tools: Vec<PickedTool>,
}

/// One operation that becomes a tool.
#[derive(Clone, Debug)]
pub struct PickedTool {
    /// Its place among the description's operations, from 0.
    pub at: usize,
    /// What it does, as the person has it.
    pub effect: Effect,
    /// Joined with the source's.
    pub label: Label,
}

/// What importing again would change in a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, specta::Type)]
pub struct ImportChanges {
    /// Whether there is a source of that name.
    pub known: bool,
    /// Of the description's operations, those that the source has already.
    pub tools: Vec<ToolChange>,
    /// The source's tools that the description does not have any more.
    pub gone: Vec<ToolName>,
}

/// An operation that the source has a tool for.
#[derive(Clone, Debug, PartialEq, Serialize, specta::Type)]
pub struct ToolChange {
    /// Its place among the description's operations, from 0.
    #[specta(type = u32)]
    pub at: usize,
    /// The effect that the source's tool has.
    pub effect: Effect,
    /// The label that it has.
    pub label: Label,
    /// What the description says otherwise than the source's tool: `name`, `description`, `arguments`, `request`, `pages`.
    pub otherwise: Vec<String>,
}

impl Engine {
    /// Saves what was picked as a source, one entry for all of it. In a source of that name, limits, headers, its own
    /// certificates, and which tools run alone stay as they are. A key that stood in the text goes into the keychain, as
    /// with [`Engine::import_openapi`].
    ///
    /// # Errors
    /// If nothing was picked, something else than a tool was, no server is known, or the trail can't be written.
    pub async fn save_picked(&self, imported: &Imported, pick: Pick) -> Result<ImportedSource, EngineError> {
        let bad = |words: &str| EngineError::BadInput(words.to_owned());
        if pick.tools.is_empty() {
            return Err(bad("no operation is chosen: a source has at least one tool"));
        }
        let base_url = imported
            .server
            .clone()
            .ok_or_else(|| bad("it is not known where the API is served: name a server"))?;
        let before = self.inner.reader.sources().await?.into_iter().find(|source| source.name == pick.name);
        let mut tools = Vec::new();
        for picked in &pick.tools {
            let Some(Operation::Tool(made)) = imported.operations.get(picked.at) else {
                return Err(bad("what was chosen is no operation that can be used"));
            };
            let mut tool = made.tool.clone();
            tool.effect = picked.effect;
            tool.label = picked.label.clone().join(&pick.label);
            if let (Some(paging), Some(follow)) = (&mut tool.paging, pick.follow) {
                paging.follow = follow;
            }
            if tool.effect.writes() {
                tool.paging = None;
            }
            if let Some(old) = before.as_ref().and_then(|source| same(source, &tool)).cloned() {
                tool.exclusive = old.exclusive;
                keep_paging(&mut tool, &old, pick.follow);
            }
            tools.push(tool);
        }
        let mut spec = SourceSpec {
            name: pick.name,
            kind: SourceKind::Http,
            base_url,
            private_network: false,
            label: pick.label,
            auth: pick.auth,
            tls: None,
            limits: Limits::default(),
            headers: imported.headers.clone(),
            idempotency_header: imported.idempotency_header.clone(),
            tools,
            mcp: None,
        };
        if let Some(before) = before {
            keep_reach(&mut spec, &before);
            spec.idempotency_header = before.idempotency_header.or(spec.idempotency_header);
        }
        let (spec, unfit) = fitted(spec, imported)?;
        let stored = self.store_key(imported, &spec).await?;
        let change = self.save_source(spec.clone()).await?;
        Ok(ImportedSource { spec, change, unfit, stored })
    }

    /// What a description says otherwise than the source of that name, which a person may have imported before.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn import_changes(
        &self,
        imported: &Imported,
        name: &SourceName,
    ) -> Result<ImportChanges, EngineError> {
        let known = self.inner.reader.sources().await?;
        let Some(source) = known.into_iter().find(|source| source.name == *name) else {
            return Ok(ImportChanges::default());
        };
        let mut changes = ImportChanges { known: true, ..ImportChanges::default() };
        for (at, operation) in imported.operations.iter().enumerate() {
            let Operation::Tool(made) = operation else { continue };
            let Some(old) = same(&source, &made.tool) else { continue };
            let otherwise = otherwise(old, &made.tool);
            changes.tools.push(ToolChange { at, effect: old.effect, label: old.label.clone(), otherwise });
        }
        let stays = |old: &&ToolSpec| {
            imported.tools().any(|made| made.tool.method == old.method && made.tool.path == old.path)
        };
        changes.gone = source.tools.iter().filter(|old| !stays(old)).map(|old| old.name.clone()).collect();
        Ok(changes)
    }
}

/// The source's tool for the same operation.
fn same<'a>(source: &'a SourceSpec, tool: &ToolSpec) -> Option<&'a ToolSpec> {
    source.tools.iter().find(|old| old.method == tool.method && old.path == tool.path)
}

fn otherwise(old: &ToolSpec, new: &ToolSpec) -> Vec<String> {
    let parts = [
        ("name", old.name != new.name),
        ("description", old.description != new.description),
        ("arguments", old.input != new.input),
        ("request", old.request != new.request),
        (
            "pages",
            old.paging.as_ref().map(|paging| &paging.by) != new.paging.as_ref().map(|paging| &paging.by),
        ),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part.to_owned()).collect()
}
