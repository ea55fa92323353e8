//! Sources that are MCP servers: their sessions, what is held of them, and what a person does about that.

mod accept;
mod hold;
mod link;
mod offer;

pub use accept::HeldView;
pub use offer::{McpConnection, McpOffer};

pub(crate) use link::server;
