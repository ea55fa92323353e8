//! How sensitive something is. A label rises by joining; nothing in this crate lowers one.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// public < internal < confidential < restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Anybody may know.
    Public,
    /// Anybody in the organisation may know.
    Internal,
    /// Those who need it may know. What an unlabelled source gets.
    Confidential,
    /// Named people may know.
    Restricted,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Confidential, Self::Restricted];

    /// The word for it, as written in files and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// What a piece of data is about. The names follow Google's DLP infoType categories where they have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Who someone is: names, numbers that stand for a person.
    Identity,
    /// How to reach someone.
    Contact,
    /// Where someone is or lives.
    Location,
    /// Money: accounts, amounts, salaries.
    Financial,
    /// Health (GDPR Art. 9).
    Health,
    /// Keys and passwords.
    Credential,
    /// Biometric data (GDPR Art. 9).
    Biometric,
    /// What people wrote or said to one another.
    Communications,
    /// When someone does what.
    Calendar,
    /// Work: contracts, reviews, absences.
    Employment,
    /// Cases, convictions, contracts (GDPR Art. 10).
    Legal,
    /// Children.
    Minors,
    /// The organisation's own secrets.
    Organisation,
}

impl Category {
    /// Every category, in the order in which labels are written.
    pub const ALL: [Self; 13] = [
        Self::Identity,
        Self::Contact,
        Self::Location,
        Self::Financial,
        Self::Health,
        Self::Credential,
        Self::Biometric,
        Self::Communications,
        Self::Calendar,
        Self::Employment,
        Self::Legal,
        Self::Minors,
        Self::Organisation,
    ];

    /// The word for it, as written in files and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Location => "location",
            Self::Financial => "financial",
            Self::Health => "health",
            Self::Credential => "credential",
            Self::Biometric => "biometric",
            Self::Communications => "communications",
            Self::Calendar => "calendar",
            Self::Employment => "employment",
            Self::Legal => "legal",
            Self::Minors => "minors",
            Self::Organisation => "organisation",
        }
    }
}

/// A level and the categories that were touched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// How sensitive.
    pub level: Level,
    /// About what; in [`Category`]'s order, each once.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
}

impl Label {
    /// The bottom of the lattice: joining it changes nothing. Not a default for data, see [`Self::unlabelled`].
    pub const PUBLIC: Self = Self { level: Level::Public, categories: BTreeSet::new() };

    /// What data gets whose source says nothing: confidential.
    pub fn unlabelled() -> Self {
        Self { level: Level::Confidential, categories: BTreeSet::new() }
    }

    /// The least label that is at least both: associative, commutative, idempotent, monotone.
    #[must_use]
    pub fn join(mut self, other: &Self) -> Self {
        self.level = self.level.max(other.level);
        self.categories.extend(&other.categories);
        self
    }

    /// The join of all of them; [`Self::PUBLIC`] for none.
    pub fn join_all<'a>(labels: impl IntoIterator<Item = &'a Self>) -> Self {
        labels.into_iter().fold(Self::PUBLIC, Self::join)
    }
}

impl fmt::Display for Label {
    /// `confidential · identity, contact`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.level.fmt(out)?;
        for (position, category) in self.categories.iter().enumerate() {
            write!(out, "{}{}", if position == 0 { " · " } else { ", " }, category.word())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_label() -> impl Strategy<Value = Label> {
        let level = prop::sample::select(Level::ALL.to_vec());
        let categories = prop::collection::btree_set(prop::sample::select(Category::ALL.to_vec()), 0..5);
        (level, categories).prop_map(|(level, categories)| Label { level, categories })
    }

    proptest! {
        #[test]
        fn joining_is_a_semilattice(a in any_label(), b in any_label(), c in any_label()) {
            prop_assert_eq!(a.clone().join(&b), b.clone().join(&a));
            prop_assert_eq!(a.clone().join(&b).join(&c), a.clone().join(&b.clone().join(&c)));
            prop_assert_eq!(&a.clone().join(&a), &a);
            prop_assert_eq!(&Label::PUBLIC.join(&a), &a);
            let joined = a.clone().join(&b);
            prop_assert!(joined.level >= a.level && joined.categories.is_superset(&a.categories));
        }
    }

    #[test]
    fn words_are_the_serialised_names() {
        for category in Category::ALL {
            assert_eq!(serde_json::json!(category), category.word());
        }
        for level in Level::ALL {
            assert_eq!(serde_json::json!(level), level.word());
        }
    }
}
