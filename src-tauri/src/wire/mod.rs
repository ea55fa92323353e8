//! What travels between the window and the page, where it is not a noun of `domain` or the engine's own. These types
//! stay at the edge: nothing below the window knows them.

mod ask;
mod error;
mod event;
mod import;
mod mcp;
mod session;
mod source;
mod workspace;

pub(crate) use ask::{ApprovalInput, AskInput, Asked, Progress};
pub(crate) use error::CommandError;
pub(crate) use event::{SessionChanged, TrailChanged};
pub(crate) use import::{
    ImportFetched, ImportInput, ImportPreview, ImportReferences, ImportSaved, PickInput,
};
pub(crate) use mcp::McpSignIn;
pub(crate) use session::{KeychainState, Locked, SampleQuestion, Session, TrailState};
pub(crate) use source::{SourceCheck, SourceDraft};
pub(crate) use workspace::{KeysIn, WorkspaceCreated, WorkspaceInput};
