//! How far the words of a piece of data may steer what is done.

use serde::{Deserialize, Serialize};

/// Who stands behind what is written: user > organisation > outside. A join takes the lowest, since one sentence of a
/// stranger is enough to steer a model.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Anybody may have written it. What a source gets that says nothing.
    #[default]
    Outside,
    /// The organisation answers for it: its own systems, written by its own people.
    Organisation,
    /// The person of this conversation wrote it.
    User,
}

impl Integrity {
    /// Every integrity, lowest first.
    pub const ALL: [Self; 3] = [Self::Outside, Self::Organisation, Self::User];

    /// The word for it, as written in files and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Organisation => "organisation",
            Self::User => "user",
        }
    }

    /// The join: the lower of the two.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        self.min(other)
    }

    /// Whether it goes without saying, and is left out where labels are written.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn goes_without_saying(&self) -> bool {
        *self == Self::Outside
    }
}
