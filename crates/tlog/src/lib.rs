//! What makes the trail provable: the RFC 6962 tree, its proofs, and C2SP checkpoints, signed notes
//! and proofs as text. This crate keeps out everything that has to do with what a trail *means* or
//! where it *lies*: it knows no entry, no SQL and no file, and has no clock, randomness, environment
//! or task. Hashes come in through arguments and go out through return values, so that the writer of
//! a trail and a stranger who checks it run the same few hundred lines.
//!
//! Nothing here invents a format. `docs/trail-format.md` names the specification and the version
//! behind each function, and `docs/decisions/0002-own-tlog.md` says why the code is ours.
//!
//! Every function that reads what others wrote is total: a hostile proof, note or size gives an
//! error, never a panic, and costs no more than its own length.

mod checkpoint;
mod cosignature;
mod frontier;
mod hash;
mod lines;
mod note;
mod prove;
mod public_key;
mod strict;
mod tile;
mod tlog_proof;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, Origin, OriginError};
pub use cosignature::{CosignatureVerifier, Cosigned};
pub use frontier::{Frontier, PartsError};
pub use hash::{Hash, HashError, leaf_hash, node_hash};
pub use note::{NoteError, Signer, Verifier};
pub use prove::{consistency_proof, inclusion_proof};
pub use public_key::VkeyError;
pub use tile::{HashRange, ReadError, TileHash};
pub use tlog_proof::{TlogProof, TlogProofError};
pub use verify::{ProofError, verify_consistency, verify_inclusion};
