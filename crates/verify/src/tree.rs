//! The tree, computed again from the bodies, and the stored hashes compared with it.

use std::collections::BTreeMap;

use domain::id::Seq;
use domain::view::{FindingKind, Part};
use tlog::{Frontier, Hash};

use crate::findings::Findings;

/// The right edge of the tree, and the hashes that it finished and whose stored twins did not come yet.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    frontier: Frontier,
    /// The number that the next entry must have.
    next: u64,
    awaited: BTreeMap<(u8, u64), Hash>,
    /// Whether the leaves' own hashes are stored as level 0 too, as in a bundle.
    tiled: bool,
}

impl Tree {
    /// A tree of which every level is stored as tiles.
    pub(crate) fn tiled() -> Self {
        Self { tiled: true, ..Self::default() }
    }

    /// The number that the next entry must have.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The root over the entries so far; none if numbers were left out, because then the real tree can't be known.
    pub(crate) fn root(&self) -> Option<Hash> {
        self.is_whole().then(|| self.frontier.root())
    }

    /// The root over what there is.
    pub(crate) fn root_as_is(&self) -> Hash {
        self.frontier.root()
    }

    /// Appends the entry with this number, which is the next or a later one.
    pub(crate) fn push(&mut self, seq: u64, leaf: Hash) {
        let finished = self.frontier.push(leaf);
        self.next = seq.saturating_add(1);
        if self.is_whole() {
            if self.tiled {
                self.awaited.insert((0, seq), leaf);
            }
            self.awaited.extend(finished.into_iter().map(|tile| ((tile.level, tile.index), tile.hash)));
        }
    }

    /// Compares a stored hash. The entries below it must have been pushed.
    pub(crate) fn compare(&mut self, level: u8, index: u64, hash: &[u8], findings: &mut Findings) {
        match self.awaited.remove(&(level, index)) {
            Some(computed) if hash == computed.as_bytes() => {}
            Some(_) => findings.report(
                Part::Tree, FindingKind::Altered,
                Some(first_leaf(level, index)),
                &format!("the stored tree hash at level {level}, place {index} is not what its entries give"),
            ),
            // After a gap the tree can't be computed, and the gap is reported.
            None if !self.is_whole() => {}
            None => findings.report(
                Part::Tree, FindingKind::Altered,
                None,
                &format!(
                    "a tree hash is stored at level {level}, place {index}, where these entries finish none, or a \
                     second time"
                ),
            ),
        }
    }

    /// Reports what should have been stored and did not come.
    pub(crate) fn finish(&self, findings: &mut Findings) {
        for (level, index) in self.awaited.keys() {
            let words = format!("the tree hash at level {level}, place {index} is not stored");
            findings.report(Part::Tree, FindingKind::Missing, Some(first_leaf(*level, *index)), &words);
        }
    }

    fn is_whole(&self) -> bool {
        self.frontier.size() == self.next
    }
}

fn first_leaf(level: u8, index: u64) -> Seq {
    let leaves = 256_u64.saturating_pow(u32::from(level));
    Seq(index.saturating_mul(leaves))
}
