//! Sources that are MCP servers: their sessions, what is held of them, and what a person does about that.

mod accept;
mod hold;
mod link;
mod offer;
mod sign_in;

pub use accept::HeldView;
pub use offer::{McpConnection, McpLook};
pub use sign_in::{ServerSignIn, SignInAccepted, SignInWanted, SigningIn};

pub(crate) use link::server;
