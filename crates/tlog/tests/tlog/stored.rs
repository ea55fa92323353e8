//! A tree kept as the store keeps it: leaf hashes, and the tile hashes that appends finished.

use std::collections::BTreeMap;

use tlog::{Frontier, Hash, HashRange, leaf_hash};

#[derive(Default)]
pub(crate) struct Stored {
    pub(crate) leaves: Vec<Hash>,
    pub(crate) tiles: BTreeMap<(u8, u64), Hash>,
    pub(crate) frontier: Frontier,
    /// The root after each append; the first is that of the empty tree.
    pub(crate) roots: Vec<Hash>,
}

/// A range that the store does not hold in full.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not stored: {0:?}")]
pub(crate) struct NotStored(HashRange);

impl Stored {
    pub(crate) fn of(size: u64) -> Self {
        let mut stored = Self { roots: vec![Hash::empty_root()], ..Self::default() };
        for index in 0..size {
            stored.push(&index.to_be_bytes());
        }
        stored
    }

    pub(crate) fn push(&mut self, body: &[u8]) {
        let leaf = leaf_hash(body);
        self.leaves.push(leaf);
        for tile in self.frontier.push(leaf) {
            let before = self.tiles.insert((tile.level, tile.index), tile.hash);
            assert_eq!(before, None, "a tile hash is finished once");
        }
        self.roots.push(self.frontier.root());
    }

    pub(crate) fn reader(&self) -> impl FnMut(HashRange) -> Result<Vec<Hash>, NotStored> {
        |range| {
            let all = range.indexes.clone().map(|index| match range.level {
                0 => self.leaves.get(usize::try_from(index).ok()?).copied(),
                level => self.tiles.get(&(level, index)).copied(),
            });
            all.collect::<Option<Vec<_>>>().ok_or(NotStored(range))
        }
    }
}
