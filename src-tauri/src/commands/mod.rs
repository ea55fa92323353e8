//! What the page may call. Each command converts, makes one call of the engine, and converts back; `bindings.rs` lists
//! them all.

pub(crate) mod anchors;
pub(crate) mod asking;
pub(crate) mod batches;
pub(crate) mod care;
pub(crate) mod evidence;
pub(crate) mod imports;
pub(crate) mod labels;
pub(crate) mod mcp;
pub(crate) mod models;
pub(crate) mod network;
pub(crate) mod page;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod secrets;
pub(crate) mod session;
pub(crate) mod sources;
pub(crate) mod trail;
pub(crate) mod workspace;

use crate::wire::CommandError;

/// The most of a payload that travels to the page, in bytes.
const PAYLOAD_BYTES: usize = 16 << 20;

/// What a command gives.
pub(crate) type Reply<T> = Result<T, CommandError>;
