//! A payload as it is named by its place: what erasing is about.

use domain::id::Seq;
use domain::payload::{Commitment, PayloadRole};

/// A payload that can be erased: where it is, and what its entry says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The entry that commits to it.
    pub seq: Seq,
    /// Its place among that entry's payloads.
    pub place: usize,
    /// What it is to that entry.
    pub role: PayloadRole,
    /// What the entry holds.
    pub commitment: Commitment,
}
