//! Epochs: which key signs checkpoints of which size, and how each key hands over to the next.

use tlog::Verifier;

/// The keys of a trail, oldest first. Each is named by the entry that the key before it signed last, so that whoever
/// trusts one may trust those after it.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    /// With the size after which it signs.
    keys: Vec<(u64, Verifier)>,
}

impl Epochs {
    /// From checkpoints of more than `after` entries on, this key signs.
    pub(crate) fn begin(&mut self, after: u64, verifier: Verifier) {
        self.keys.push((after, verifier));
    }

    /// The key that signs checkpoints of this size; none if no entry has named one.
    pub(crate) fn at(&self, size: u64) -> Option<&Verifier> {
        let begun = self.keys.iter().rev().find(|(after, _)| *after < size);
        begun.or(self.keys.first()).map(|(_, verifier)| verifier)
    }

    /// The newest.
    pub(crate) fn newest(&self) -> Option<&Verifier> {
        self.keys.last().map(|(_, verifier)| verifier)
    }

    /// Whether this is one of them.
    pub(crate) fn have(&self, verifier: &Verifier) -> bool {
        self.keys.iter().any(|(_, known)| known == verifier)
    }

    /// As C2SP verifier keys, oldest first.
    pub(crate) fn vkeys(&self) -> Vec<String> {
        self.keys.iter().map(|(_, verifier)| verifier.to_vkey()).collect()
    }
}

/// The key that an entry names, which must be of the origin that it names beside it.
pub(crate) fn named(origin: &str, vkey: &str) -> Result<Verifier, &'static str> {
    match Verifier::from_vkey(vkey) {
        Err(_) => Err("it names a verifier key that can't be read"),
        Ok(verifier) if verifier.origin().as_str() != origin => {
            Err("it names a key of another origin than the one beside it")
        }
        Ok(verifier) => Ok(verifier),
    }
}
