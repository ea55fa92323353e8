//! What is shown to anchors, and what they give for it.

use domain::time::Micros;
use tlog::{Checkpoint, NoteError, Verifier};

/// A checkpoint of this trail as a signed note: the bytes that every anchor gets, as the store has them.
#[derive(Clone, Debug)]
pub struct Note {
    /// Opens to `checkpoint` by `trail`.
    text: String,
    checkpoint: Checkpoint,
    trail: Verifier,
}

impl Note {
    /// The note, if the trail's key (of the epoch that it belongs to) signed it: what is not ours is shown to nobody.
    pub fn open(note: &str, trail: &Verifier) -> Result<Self, NoteError> {
        let checkpoint = trail.open(note)?;
        Ok(Self { text: note.to_owned(), checkpoint, trail: trail.clone() })
    }

    /// The note's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// How many entries it covers.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The key that opens it.
    pub(crate) fn trail(&self) -> &Verifier {
        &self.trail
    }
}

/// An anchor holds the checkpoint, and this shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The proof's bytes, as they go on record.
    pub proof: Vec<u8>,
    /// Their media type.
    pub media: &'static str,
    /// When, by the anchor's own clock; a folder has none.
    pub at: Option<Micros>,
}

/// The media type of a signed note.
pub(crate) const NOTE: &str = "text/x-tlog-checkpoint";

/// A proof that does not show what it should, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unproven(pub(crate) String);

/// A proof does not show what it should.
pub(crate) fn unproven(words: impl Into<String>) -> Unproven {
    Unproven(words.into())
}
