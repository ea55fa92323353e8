//! The body of an `add-checkpoint` request.

use super::notes::{Note, hash, number};

/// A proof of two trees below 2^64 leaves has no more hashes.
const MOST_HASHES: usize = 63;

/// What a log submits.
pub(super) struct Submission {
    /// The size of the checkpoint that the proof begins at.
    pub(super) old_size: u64,
    pub(super) proof: Vec<[u8; 32]>,
    pub(super) note: Note,
}

impl Submission {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let (head, note) = std::str::from_utf8(body).ok()?.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old_size = number(lines.next()?.strip_prefix("old ")?)?;
        let proof: Vec<_> = lines.map(hash).collect::<Option<_>>()?;
        let note = Note::read(note)?;
        (proof.len() <= MOST_HASHES).then_some(Self { old_size, proof, note })
    }
}
