//! The hashes of RFC 6962 section 2.1, with SHA-256.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::strict;

/// What a leaf's bytes are prefixed with, so that no leaf can be passed off as a node.
const LEAF: [u8; 1] = [0x00];
/// What two children are prefixed with, so that no node can be passed off as a leaf.
const NODE: [u8; 1] = [0x01];

/// The hash of a leaf, of a node, or of a whole tree. Shown as standard Base64, as C2SP writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// How many bytes a hash has.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves: SHA-256 of nothing.
    #[must_use]
    pub fn empty_root() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash with these bytes, as they were stored or sent.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The hash that this text shows. Takes only the one text that [`Display`](fmt::Display) gives
    /// for it: padded standard Base64 with no stray bits.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        Self::try_from(strict::base64(text).ok_or(HashError)?.as_slice())
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The bytes in lower-case hexadecimal, for file names and for people who compare by eye.
    #[must_use]
    pub fn to_hex(&self) -> String {
        strict::to_hex(&self.0)
    }
}

/// The hash of an entry's bytes as a leaf of the tree: SHA-256(0x00 ‖ body).
#[must_use]
pub fn leaf_hash(body: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(LEAF).chain_update(body).finalize().into())
}

/// The hash of a node over its two children: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update(NODE).chain_update(left.0).chain_update(right.0).finalize().into())
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&strict::to_base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = HashError;

    fn try_from(bytes: &[u8]) -> Result<Self, HashError> {
        bytes.try_into().map(Self).map_err(|_| HashError)
    }
}

/// These bytes or this text are no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a hash of 32 bytes")]
pub struct HashError;
