//! Lists in text files, one thing a line: read only as they are written.

use std::collections::BTreeSet;

use domain::payload::Commitment;
use tlog::Hash;

/// What `erased.txt` says: commitments, ascending, each once.
pub(crate) fn commitments(text: &str) -> Option<BTreeSet<Commitment>> {
    let mut commitments = BTreeSet::new();
    for line in lines(text)? {
        let commitment = Commitment::try_from(line.to_owned()).ok()?;
        if commitments.last().is_some_and(|last| *last >= commitment) {
            return None;
        }
        commitments.insert(commitment);
    }
    Some(commitments)
}

/// The hashes of a consistency proof, in Base64.
pub(crate) fn hashes(text: &str) -> Option<Vec<Hash>> {
    lines(text)?.map(|line| Hash::from_base64(line).ok()).collect()
}

/// Lines that each end in a newline.
fn lines(text: &str) -> Option<impl Iterator<Item = &str>> {
    let ended = text.is_empty() || text.ends_with('\n');
    ended.then(|| text.split_terminator('\n'))
}
