//! A trail that grows, and what a test sends of it.

use std::convert::Infallible;

use anchors::Note;
use domain::id::Seq;
use domain::intent::DurableIntent;
use egress::{Door, Settings};
use tlog::{Checkpoint, Frontier, Hash, HashRange, Signer, Verifier, consistency_proof, leaf_hash};

/// A trail of entries that are only numbered, with every hash that proofs need.
pub(crate) struct Trail {
    signer: Signer,
    leaves: Vec<Hash>,
}

impl Trail {
    /// One with this many entries; `history` makes the entries of one trail others than those of another.
    pub(crate) fn new(history: &str, size: u64) -> Self {
        let signer = Signer::from_seed("tieout.example/ws_1/1".parse().unwrap(), [7; 32]);
        let leaves = (0..size).map(|seq| leaf_hash(format!("{history} {seq}").as_bytes())).collect();
        Self { signer, leaves }
    }

    pub(crate) fn verifier(&self) -> Verifier {
        self.signer.verifier()
    }

    pub(crate) fn vkey(&self) -> String {
        self.verifier().to_vkey()
    }

    /// The signed checkpoint of the first `size` entries.
    pub(crate) fn note(&self, size: u64) -> Note {
        let mut frontier = Frontier::new();
        for leaf in self.leaves.iter().take(usize::try_from(size).unwrap()) {
            frontier.push(*leaf);
        }
        assert_eq!(frontier.size(), size);
        let checkpoint = Checkpoint { origin: self.signer.origin().clone(), size, root: frontier.root() };
        Note::open(&self.signer.sign(&checkpoint), &self.verifier()).unwrap()
    }

    /// That the first `new` entries begin with the first `old`. For trees below one tile, where leaves are all that is
    /// asked for.
    pub(crate) fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        let mut read = |range: HashRange| -> Result<Vec<Hash>, Infallible> {
            assert_eq!(range.level, 0);
            Ok(range.indexes.map(|index| self.leaves[usize::try_from(index).unwrap()]).collect())
        };
        consistency_proof(old, new, &mut read).unwrap()
    }
}

pub(crate) fn door() -> Door {
    Door::new(Settings::default()).unwrap()
}

pub(crate) fn intent() -> DurableIntent {
    DurableIntent::after_commit(Seq(0))
}
