//! The right edge of a growing tree.

use crate::hash::{Hash, node_hash};
use crate::tile::{self, HashRange, ReadError, Subtree, TileHash};

/// The right edge of a tree: enough to append leaves and to know the root, in O(log n) memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    /// At most [`Frontier::MAX_SIZE`] when built from parts, so counting up can't overflow.
    size: u64,
    /// The roots of the whole subtrees that `size` leaves form, from left to right: one for each
    /// one-bit of `size`, the highest bit first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The largest tree that may be restored. A trail's `seq` ends at 2^53 − 1, so no honest tree
    /// comes near, and from here one lifetime of appending reaches no overflow.
    pub const MAX_SIZE: u64 = 1 << 62;

    /// The edge of the tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge that [`parts`](Self::parts) described: a size, and one root for each one-bit of it.
    pub fn from_parts(size: u64, roots: Vec<Hash>) -> Result<Self, PartsError> {
        if size > Self::MAX_SIZE || usize::try_from(size.count_ones()) != Ok(roots.len()) {
            return Err(PartsError);
        }
        Ok(Self { size, roots })
    }

    /// The edge of the tree of `size` leaves, rebuilt from stored leaves and tile hashes with at
    /// most 62 reads. Compare its root with a signed checkpoint before trusting it.
    pub fn from_stored<E>(
        size: u64,
        read: &mut impl FnMut(HashRange) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, ReadError<E>> {
        if size > Self::MAX_SIZE {
            return Err(ReadError::OutOfRange);
        }
        let roots = tile::subtrees(0..size).map(|subtree| subtree.root(read)).collect::<Result<_, _>>()?;
        Ok(Self { size, roots })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; without leaves, SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        tile::fold(&self.roots).unwrap_or_else(Hash::empty_root)
    }

    /// The size and the roots of the whole subtrees, for [`from_parts`](Self::from_parts).
    #[must_use]
    pub fn parts(&self) -> (u64, &[Hash]) {
        (self.size, &self.roots)
    }

    /// Appends a leaf and returns the tile hashes that it finished, lowest level first. All but one
    /// in 256 appends finish none, and then nothing is allocated.
    pub fn push(&mut self, leaf: Hash) -> Vec<TileHash> {
        self.size += 1;
        let mut finished = Vec::new();
        let mut root = leaf;
        let merges = u8::try_from(self.size.trailing_zeros()).unwrap_or(u8::MAX);
        for height in 1..=merges {
            // One root stands for each bit that the carry clears, so the pop always finds one.
            if let Some(left) = self.roots.pop() {
                root = node_hash(&left, &root);
            }
            finished.extend(Subtree::ending_at(self.size, height).finished(root));
        }
        self.roots.push(root);
        finished
    }
}

/// These parts describe no tree: too large, or not one root for each one-bit of the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these parts describe no tree")]
pub struct PartsError;
