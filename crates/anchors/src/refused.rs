//! How showing a checkpoint can fail.

/// Why an anchor did not take a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The witness cosigned this size last, and not the one that the request began at: ask again, with a consistency
    /// proof from there. A witness that knows nothing of this trail holds 0.
    Stale {
        /// The size that it holds; at most the checkpoint's.
        held: u64,
        /// What happened.
        words: String,
    },
    /// The anchor holds a later checkpoint than the one that it was shown. If that was the trail's newest, the trail was
    /// rolled back, by whoever restored an old copy of it or cut its end off, and a person must hear of it. So an anchor
    /// is shown the newest checkpoint, and one at a time: one that is overtaken by its successor raises a false alarm.
    RolledBack {
        /// The size that the anchor holds.
        held: u64,
        /// What happened and what to do.
        words: String,
    },
    /// The anchor holds a checkpoint that the trail does not continue: its history was changed, or two copies of it went
    /// on apart. A person must hear of it.
    Forked {
        /// What happened and what to do.
        words: String,
    },
    /// Anything else: it may pass by itself or be for a person to set right, and says nothing about the trail.
    Failed {
        /// What happened and what to do.
        words: String,
    },
}

/// What a person does who learns that the history is not what others hold.
pub(crate) const KEEP: &str =
    "Keep everything as it is, and compare it with the checkpoints and backups that are held elsewhere";

impl Refused {
    /// What happened and what to do.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Stale { words, .. }
            | Self::RolledBack { words, .. }
            | Self::Forked { words }
            | Self::Failed { words } => words,
        }
    }

    pub(crate) fn failed(words: impl Into<String>) -> Self {
        Self::Failed { words: words.into() }
    }
}
