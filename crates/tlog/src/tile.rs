//! Where the hashes of a tree are kept: the levels of C2SP tlog-tiles.
//!
//! Level 0 holds the leaf hashes. One hash of level `l` is the root of 256^l leaves, and stands as
//! soon as those leaves do. Between two levels lie seven heights of nodes that nobody stores: they
//! are folded from at most 128 hashes of the level below whenever a proof needs one.

use std::ops::Range;

use crate::hash::{Hash, node_hash};

/// A tile is 2^8 hashes wide, so each level is 8 heights above the one below.
const HEIGHTS_PER_LEVEL: u8 = 8;

/// A hash of level 1 or above that an append has finished: the root of the 256^`level` leaves from
/// `index` × 256^`level` on. It never changes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileHash {
    /// From 1 on; the leaf hashes themselves are level 0.
    pub level: u8,
    /// Its place among the hashes of its level, from 0.
    pub index: u64,
    /// The root of its leaves.
    pub hash: Hash,
}

/// A run of consecutive hashes of one level: what a proof asks a store for. At most 128 of them,
/// and all of them finished in a tree of the size that was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashRange {
    /// 0 for leaf hashes, else as in [`TileHash`].
    pub level: u8,
    /// Which hashes of that level, first to one past the last.
    pub indexes: Range<u64>,
}

/// Why something could not be made from stored hashes.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// No such leaf in a tree of that size, or no such earlier size. The reader was not asked.
    #[error("no such leaf or size in this tree")]
    OutOfRange,
    /// The reader gave another number of hashes than it was asked for: the store lacks some.
    #[error("hashes are missing at level {} from {} to {}", .0.level, .0.indexes.start, .0.indexes.end)]
    Missing(HashRange),
    /// The reader failed.
    #[error(transparent)]
    Reader(E),
}

/// The whole subtree of 2^`height` leaves that is `index`-th among its like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subtree {
    height: u8,
    index: u64,
}

impl Subtree {
    /// The level and index at which tiles keep this subtree's root, if they keep it at all.
    pub(crate) fn finished(self, hash: Hash) -> Option<TileHash> {
        let kept = self.height > 0 && self.height.is_multiple_of(HEIGHTS_PER_LEVEL);
        kept.then_some(TileHash { level: self.height / HEIGHTS_PER_LEVEL, index: self.index, hash })
    }

    /// The subtree of 2^`height` leaves whose last leaf is the last of `size` leaves.
    pub(crate) fn ending_at(size: u64, height: u8) -> Self {
        Self { height, index: (size >> height).saturating_sub(1) }
    }

    /// Its root, folded from the stored hashes of the nearest level below.
    pub(crate) fn root<E>(
        self,
        read: &mut impl FnMut(HashRange) -> Result<Vec<Hash>, E>,
    ) -> Result<Hash, ReadError<E>> {
        let above = self.height % HEIGHTS_PER_LEVEL;
        let start = self.index << above;
        let range = HashRange {
            level: self.height / HEIGHTS_PER_LEVEL,
            indexes: start..start.saturating_add(1 << above),
        };
        let mut hashes = read(range.clone()).map_err(ReadError::Reader)?;
        if hashes.len() != 1 << above {
            return Err(ReadError::Missing(range));
        }
        while hashes.len() > 1 {
            hashes = hashes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        hashes.first().copied().ok_or(ReadError::Missing(range))
    }
}

/// The whole subtrees that make up the leaves in `leaves`, from left to right, which is from large
/// to small. Holds for the ranges that RFC 6962 splits a tree into: there the start is a multiple
/// of the largest power of two that the length reaches.
pub(crate) fn subtrees(leaves: Range<u64>) -> impl Iterator<Item = Subtree> {
    let mut start = leaves.start;
    std::iter::from_fn(move || {
        let height = (leaves.end - start).checked_ilog2()?;
        let subtree = Subtree { height: u8::try_from(height).ok()?, index: start >> height };
        start += 1 << height;
        Some(subtree)
    })
}

/// The root over roots of whole subtrees that stand side by side, each smaller than the one to its
/// left: RFC 6962 hangs them together from the right.
pub(crate) fn fold(roots: &[Hash]) -> Option<Hash> {
    roots.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}
