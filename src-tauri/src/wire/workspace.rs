//! Making a workspace.

use serde::{Deserialize, Serialize};

/// What a person says of a new workspace. It does not print: it may hold a passphrase.
#[derive(Deserialize, specta::Type)]
pub(crate) struct WorkspaceInput {
    /// Its name.
    pub(crate) name: String,
    /// Where its keys will be.
    pub(crate) keychain: KeysIn,
    /// What will open the file of keys, if they are to be in one.
    pub(crate) passphrase: Option<String>,
}

/// Where a workspace's keys can be.
#[derive(Clone, Copy, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeysIn {
    /// The operating system's keychain.
    Os,
    /// A passphrase-protected file of the workspace.
    File,
}

/// A workspace was made.
#[derive(Serialize, specta::Type)]
pub(crate) struct WorkspaceCreated {
    /// What opens it if its keychain is lost. Shown this once.
    pub(crate) recovery_key: String,
}
