//! An API's own description, read; and what a person picks of it.

use domain::effect::{Effect, Method};
use domain::label::Label;
use domain::paging::Paging;
use domain::source::Auth;
use domain::tool::{SourceName, ToolName};
use engine::{
    Arrived, ImportKind, Imported, ImportedSource, Made, Offer, Operation, Pick, PickedTool, References,
    RefersTo, Skipped,
};
use serde::{Deserialize, Serialize};

/// What is known of a description beside its text.
#[derive(Deserialize, specta::Type)]
pub(crate) struct ImportInput {
    /// What kind of text it is.
    pub(crate) kind: ImportKind,
    /// Where the API is served, if not where the description says.
    pub(crate) server: Option<String>,
}

/// A description, without the schemas: a page shows thousands of operations and needs none of them.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportPreview {
    /// What it calls itself; may be empty.
    title: String,
    /// A name for the source, if its title makes one.
    name: Option<SourceName>,
    /// Where the API is served, if that is known.
    server: Option<String>,
    /// All addresses that it names.
    servers: Vec<String>,
    /// The ways of being known, that of the most operations first.
    offers: Vec<ImportOffer>,
    /// Whether an operation can't be called by somebody unknown.
    needs_key: bool,
    /// What can be a tool.
    tools: Vec<FoundTool>,
    /// What can't, with the reason.
    skipped: Vec<SkippedOperation>,
    /// What else it holds that is not used.
    notes: Vec<String>,
    /// Where the documents are that it refers to and that were not fetched.
    elsewhere: Vec<RefersTo>,
}

/// What came of an address.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportFetched {
    /// Where the description is that was fetched; none if its host says that it is at another.
    address: Option<String>,
    /// Where that host says that it is. It was not asked: that is for a person to say.
    elsewhere: Option<String>,
}

/// What was fetched of what a description refers to.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportReferences {
    /// How many documents were.
    #[specta(type = u32)]
    documents: usize,
    /// What was not, and why.
    left: Vec<String>,
}

/// A way of being known.
#[derive(Debug, Serialize, specta::Type)]
struct ImportOffer {
    /// What the description calls it.
    scheme: String,
    /// How a source has it; secret and user are placeholders.
    auth: Auth,
    /// How many operations it opens.
    #[specta(type = u32)]
    operations: usize,
    /// What its user must know.
    note: Option<String>,
}

/// An operation that can be a tool.
#[derive(Debug, Serialize, specta::Type)]
struct FoundTool {
    /// Its place among all operations, from 0.
    #[specta(type = u32)]
    at: usize,
    /// The tool's name.
    name: ToolName,
    /// What it does.
    description: String,
    /// Its method.
    method: Method,
    /// Its path.
    path: String,
    /// What it does to the world, as far as method and path tell.
    effect: Effect,
    /// What the description sorts it under.
    tags: Vec<String>,
    /// How its result goes on, if that shows.
    paging: Option<Paging>,
    /// What was left out, or is not as the description says.
    notes: Vec<String>,
}

/// An operation that can't.
#[derive(Debug, PartialEq, Serialize, specta::Type)]
pub(crate) struct SkippedOperation {
    /// Method and path, as the description writes them.
    operation: String,
    /// Why.
    reason: String,
}

/// What a person picked.
#[derive(Deserialize, specta::Type)]
pub(crate) struct PickInput {
    /// What the source is called.
    name: SourceName,
    /// The source's label.
    label: Label,
    /// How the source knows us.
    auth: Auth,
    /// How many pages of a result are asked for and joined, of each tool whose result goes on; as before if it is not said.
    follow: Option<u32>,
    /// What becomes a tool.
    tools: Vec<PickedInput>,
}

/// One operation that was picked.
#[derive(Deserialize, specta::Type)]
struct PickedInput {
    /// Its place among all operations, from 0.
    #[specta(type = u32)]
    at: usize,
    /// What it does to the world.
    effect: Effect,
    /// Its label, which the source's joins.
    label: Label,
}

/// The source that was made.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct ImportSaved {
    /// Its name.
    name: SourceName,
    /// How many tools it has.
    #[specta(type = u32)]
    tools: usize,
    /// What was picked and could not be kept.
    unfit: Vec<SkippedOperation>,
}

impl From<&Arrived> for ImportFetched {
    fn from(arrived: &Arrived) -> Self {
        match arrived {
            Arrived::Here(fetched) => Self { address: Some(fetched.address.clone()), elsewhere: None },
            Arrived::Elsewhere { to } => Self { address: None, elsewhere: Some(to.clone()) },
        }
    }
}

impl From<&References> for ImportReferences {
    fn from(References { documents, left }: &References) -> Self {
        Self { documents: documents.len(), left: left.clone() }
    }
}

impl ImportPreview {
    /// Of a description that refers to documents which were not fetched.
    pub(crate) fn new(imported: &Imported, elsewhere: Vec<RefersTo>) -> Self {
        let mut tools = Vec::new();
        let mut skipped = Vec::new();
        for (at, operation) in imported.operations.iter().enumerate() {
            match operation {
                Operation::Tool(made) => tools.push(found(at, made)),
                Operation::Skipped(reason) => skipped.push(reason.into()),
            }
        }
        let offer =
            |Offer { scheme, auth, operations, note }: Offer| ImportOffer { scheme, auth, operations, note };
        Self {
            title: imported.title.clone(),
            name: imported.name.clone(),
            server: imported.server.clone(),
            servers: imported.servers.clone(),
            offers: imported.offers.iter().cloned().map(offer).collect(),
            needs_key: imported.needs_key,
            tools,
            skipped,
            notes: imported.notes.clone(),
            elsewhere,
        }
    }
}

fn found(at: usize, Made { tool, tags, notes, .. }: &Made) -> FoundTool {
    FoundTool {
        at,
        name: tool.name.clone(),
        description: tool.description.clone(),
        method: tool.method,
        path: tool.path.clone(),
        effect: tool.effect,
        tags: tags.clone(),
        paging: tool.paging.clone(),
        notes: notes.clone(),
    }
}

impl From<&Skipped> for SkippedOperation {
    fn from(Skipped { operation, reason }: &Skipped) -> Self {
        Self { operation: operation.clone(), reason: reason.clone() }
    }
}

impl From<PickInput> for Pick {
    fn from(PickInput { name, label, auth, follow, tools }: PickInput) -> Self {
        let picked = |PickedInput { at, effect, label }| PickedTool { at, effect, label };
        Self { name, label, auth, follow, tools: tools.into_iter().map(picked).collect() }
    }
}

impl From<ImportedSource> for ImportSaved {
    fn from(saved: ImportedSource) -> Self {
        let unfit = saved.unfit.iter().map(SkippedOperation::from).collect();
        Self { name: saved.spec.name, tools: saved.spec.tools.len(), unfit }
    }
}

#[cfg(test)]
mod tests {
    use engine::{Engine, ImportOptions};

    use super::*;

    #[test]
    fn every_operation_travels_as_a_tool_or_a_reason() {
        let text = br#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"},
            "servers": [{"url": "https://pets.example"}],
            "paths": {"/pets": {"get": {"operationId": "listPets", "tags": ["animals"]}, "trace": {}}}}"#;
        let imported = Engine::read_import(ImportKind::OpenApi, text, &ImportOptions::default()).unwrap();
        let preview = ImportPreview::new(&imported, Vec::new());
        assert_eq!(preview.tools.len() + preview.skipped.len(), imported.operations.len());
        assert_eq!(
            (preview.tools[0].path.as_str(), &preview.tools[0].tags),
            ("/pets", &vec!["animals".to_owned()])
        );
        let made = matches!(&imported.operations[preview.tools[0].at], Operation::Tool(made) if made.tool.path == "/pets");
        assert!(made, "the place of a tool leads back to its operation");
    }
}
