//! Where a view comes from.

use domain::id::WorkspaceId;

/// Whose trail it is and what wrote the view.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The program's version.
    pub version: &'a str,
    /// The workspace.
    pub workspace: WorkspaceId,
}

/// The signed checkpoint against which a view's entries can be proved.
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint<'a> {
    /// How many entries it covers.
    pub size: u64,
    /// The root of their tree, base64 as in the checkpoint.
    pub root: &'a str,
}
