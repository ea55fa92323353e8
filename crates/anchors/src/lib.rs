//! Anchors: places outside this machine that hold a checkpoint of the trail. This crate keeps out of everything else how
//! each of them is talked to and what its word is worth: a [`Witness`] (C2SP tlog-witness), a [`Folder`], a time stamp
//! [`Authority`] (RFC 3161).
//!
//! Whoever holds machine and key can sign another history, and nothing on the machine shows it. A checkpoint that
//! somebody else holds does. So an anchor is believed in what speaks against us: if it holds more than the trail has, or
//! something else, that is told apart from every other failure ([`Refused::RolledBack`], [`Refused::Forked`]).
//!
//! Each anchor gives a proof ([`Held`]) that a stranger can check without us, from `docs/trail-format.md`; the `check`
//! functions check it again later, and are pure. What leaves by the network needs a
//! [`DurableIntent`](domain::intent::DurableIntent) and goes through the door out, once: when to send, and whether again,
//! is for the engine to decide.

mod address;
mod asked;
mod folder;
mod note;
mod refused;
mod spec;
mod timestamp;
mod witness;

pub use asked::Answer;
pub use folder::{Folder, check as check_folder};
pub use note::{Held, Note, Unproven};
pub use refused::Refused;
pub use spec::check_spec;
pub use timestamp::{Authority, check as check_timestamp};
pub use witness::{Witness, check as check_witness};
