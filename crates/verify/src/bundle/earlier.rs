//! Checkpoints of a trail before the bundle's: who signed them, and whether the bundle's continues them.

use domain::view::FindingKind;
use tlog::{Checkpoint, Hash, Verifier, verify_consistency};

/// An earlier checkpoint as the bundle holds it: the signed note, and a consistency proof to the bundle's checkpoint,
/// one hash a line.
pub(super) struct Earlier<'a> {
    pub(super) note: Option<&'a String>,
    pub(super) proof: Option<&'a String>,
}

impl Earlier<'_> {
    /// Checks that this key signed a checkpoint over so many entries, and that the newest one continues it.
    pub(super) fn check(
        &self,
        size: u64,
        key: &Verifier,
        newest: &Checkpoint,
    ) -> Result<Checkpoint, (FindingKind, String)> {
        let (Some(note), Some(proof)) = (self.note, self.proof) else {
            let words = format!("the checkpoint over {size} entries, or its consistency proof, is not there");
            return Err((FindingKind::Missing, words));
        };
        let opened = key.open(note).map_err(|error| {
            (FindingKind::Unsigned, format!("the checkpoint over {size} entries can't be opened: {error}"))
        })?;
        let altered = |words: &str| (FindingKind::Altered, words.to_owned());
        if opened.size != size {
            return Err(altered(&format!("the checkpoint is not over {size} entries")));
        }
        let proof = hashes(proof).ok_or_else(|| altered("the consistency proof is not one hash a line"))?;
        verify_consistency(opened.size, &opened.root, newest.size, &newest.root, &proof)
            .map_err(|error| altered(&format!("the bundle's checkpoint does not continue it: {error}")))?;
        Ok(opened)
    }
}

fn hashes(text: &str) -> Option<Vec<Hash>> {
    text.split_inclusive('\n').map(|line| Hash::from_base64(line.strip_suffix('\n')?).ok()).collect()
}
