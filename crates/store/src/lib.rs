//! The only SQL: trail, conversations, sources, settings. This crate keeps the database out of everything else, and
//! keeps everything else from writing: no other crate sees a connection, a statement or a file of the workspace, and
//! what is recorded can only be added to.
//!
//! One thread owns the only read-write connection ([`Store`]); it gives each fact its place, and commits whatever
//! arrived while the last commit ran, with one signed checkpoint, in one transaction. Readers ([`Reader`]) can't
//! write, see one snapshot per answer, and work beside the writer from any process. What they query are projections,
//! filled by one function from entries and payloads, and checked by running it again.
//!
//! There is no clock here and no randomness: moments, ids and random bytes come in as arguments.

mod care;
mod columns;
mod error;
mod files;
mod foreign;
mod group;
mod keys;
mod links;
mod lock;
mod log;
mod open;
mod packed;
mod pragma;
mod project;
mod projector;
mod read;
mod recovery;
mod reserve;
mod schema;
mod sieve;
mod store;
mod stored;
mod target;
mod upgrade;
mod words;
mod writer;

pub use care::{Erasure, Selection};
pub use error::{Holder, StoreError};
pub use foreign::Foreign;
pub use keys::{DatabaseKey, Keys, Signers};
pub use open::Opening;
pub use read::{
    AnchorStanding, CallQuery, Epoch, Evidence, Holdings, Opened, Piece, Reader, Snapshot, TurnPlace,
};
pub use recovery::Recovery;
pub use store::Store;
pub use target::Target;
