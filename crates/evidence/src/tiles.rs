//! A tree as files: the tiles and entry bundles of C2SP tlog-tiles v0.1.0, byte for byte.
//!
//! An entry bundle is the bodies of 256 entries, each behind its length in 16 bits, big-endian; a tile is up to 256
//! hashes of one level, 32 bytes each. What is not full at the end is written as partial, under a name with its width.

use tlog::{Frontier, Hash};

use crate::name::{Name, WIDTH};

/// A file, ready to be written.
pub(crate) type TileFile = (Name, Vec<u8>);

/// A tree that grows, with what of it is not written yet: at most one entry bundle, and one tile for each level.
#[derive(Debug, Default)]
pub(crate) struct Tiles {
    frontier: Frontier,
    /// The entries since the last full bundle, as they will be written.
    bodies: Vec<u8>,
    /// By level; each keeps fewer than 256 hashes.
    levels: Vec<Vec<Hash>>,
}

impl Tiles {
    /// How many entries there are.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next entry and gives back the files that it filled. `None` if the body is too long for the format.
    pub(crate) fn push(&mut self, body: &[u8], leaf: Hash) -> Option<Vec<TileFile>> {
        self.bodies.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
        self.bodies.extend_from_slice(body);
        let finished = self.frontier.push(leaf);
        let mut full = Vec::new();
        if self.size().is_multiple_of(WIDTH) {
            let index = self.size() / WIDTH - 1;
            full.push((Name::Entries { index, width: WIDTH }, std::mem::take(&mut self.bodies)));
        }
        full.extend(self.add(0, leaf));
        full.extend(finished.into_iter().filter_map(|tile| self.add(tile.level, tile.hash)));
        Some(full)
    }

    /// What is not full: the right edge of the tree.
    pub(crate) fn rest(self) -> Vec<TileFile> {
        let mut rest = Vec::new();
        let width = self.size() % WIDTH;
        if width > 0 {
            rest.push((Name::Entries { index: self.size() / WIDTH, width }, self.bodies));
        }
        let mut count = self.frontier.size();
        for (level, hashes) in (0_u8..).zip(&self.levels) {
            if !hashes.is_empty() {
                rest.push((Name::Tile { level, index: count / WIDTH, width: count % WIDTH }, bytes(hashes)));
            }
            count /= WIDTH;
        }
        rest
    }

    fn add(&mut self, level: u8, hash: Hash) -> Option<TileFile> {
        let place = usize::from(level);
        if self.levels.len() <= place {
            self.levels.resize_with(place + 1, Vec::new);
        }
        let hashes = self.levels.get_mut(place)?;
        hashes.push(hash);
        if hashes.len() as u64 != WIDTH {
            return None;
        }
        let full = bytes(hashes);
        hashes.clear();
        // Of `size` leaves, level `l` has size / 256^l hashes, and this was the last of a tile of them.
        let index = (self.size() >> (8 * u32::from(level))) / WIDTH - 1;
        Some((Name::Tile { level, index, width: WIDTH }, full))
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
