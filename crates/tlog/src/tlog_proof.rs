//! C2SP tlog-proof: that one entry is in a trail, as a text that needs nothing else but the entry and
//! the trail's verifier key.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::note::{NoteError, Verifier};
use crate::strict;
use crate::verify::{ProofError, verify_inclusion};

/// The first line, which names format and version.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A path up a tree whose size fits 64 bits.
const MAX_PATH_LEN: usize = 64;

/// An inclusion proof and the signed checkpoint that it leads to. Reading one says only that its form
/// is right; [`verify`](Self::verify) says whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    index: u64,
    path: Vec<Hash>,
    /// Kept as it came, because signatures are over its bytes.
    note: String,
}

impl TlogProof {
    /// The proof for leaf `index` with this path to the root that `note` signs.
    #[must_use]
    pub fn new(index: u64, path: Vec<Hash>, note: String) -> Self {
        Self { index, path, note }
    }

    /// Which leaf it is about, counted from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The signed checkpoint, as it was written; not yet verified.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Checks that `leaf` is in the tree of the checkpoint, and that the verifier's key signed that
    /// checkpoint, which is returned.
    pub fn verify(&self, leaf: &Hash, verifier: &Verifier) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = verifier.open(&self.note)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofError;

    /// Takes exactly the texts that [`Display`](fmt::Display) gives. An `extra` line, which nothing
    /// authenticates and we never write, is refused.
    fn from_str(text: &str) -> Result<Self, TlogProofError> {
        let (head, note) = text.split_once("\n\n").ok_or(TlogProofError::Malformed)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Malformed);
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(strict::decimal);
        let index = index.ok_or(TlogProofError::Malformed)?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PATH_LEN {
                return Err(TlogProofError::Malformed);
            }
            path.push(Hash::from_base64(line).map_err(|_| TlogProofError::Malformed)?);
        }
        Ok(Self { index, path, note: note.to_owned() })
    }
}

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The text is no proof as we write them.
    #[error("not a tlog-proof")]
    Malformed,
    /// Its checkpoint could not be opened.
    #[error("the proof's checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The entry is not where the proof says.
    #[error(transparent)]
    Proof(#[from] ProofError),
}
