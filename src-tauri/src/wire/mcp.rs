//! Signing in to an MCP server.

use domain::source::Auth;
use engine::SignInWanted;
use serde::Serialize;

/// How far signing in to a server came.
#[derive(Serialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum McpSignIn {
    /// A person must accept more first; nothing was sent there.
    Wanted {
        /// What.
        wanted: SignInWanted,
    },
    /// They have signed in.
    SignedIn {
        /// By what the source knows its server from now on.
        auth: Auth,
    },
}
