//! How sensitive something is. A label rises by joining; nothing in this crate lowers one.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

mod integrity;
mod readers;

pub use integrity::Integrity;
pub use readers::{Principal, Readers};

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

/// A level, the categories that were touched, who may read it and who stands behind it.
///
/// What is left out where a label is written is everyone for the readers, and outside for the integrity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// How sensitive.
    pub level: Level,
    /// About what; in [`Category`]'s order, each once.
    #[serde(default)]
    pub categories: BTreeSet<Category>,
    /// Who may read it.
    #[serde(default, skip_serializing_if = "Readers::goes_without_saying")]
    pub readers: Readers,
    /// Who stands behind what it says.
    #[serde(default, skip_serializing_if = "Integrity::goes_without_saying")]
    pub integrity: Integrity,
}

impl Label {
    /// The bottom of the lattice: joining it changes nothing. Not a default for data, see [`Self::unlabelled`].
    pub const PUBLIC: Self = Self {
        level: Level::Public,
        categories: BTreeSet::new(),
        readers: Readers::EVERYONE,
        integrity: Integrity::User,
    };

    /// What data gets whose source says nothing: confidential, and written by anybody.
    pub fn unlabelled() -> Self {
        Self::of(Level::Confidential, [])
    }

    /// A level and categories of data that anybody may have written.
    pub fn of(level: Level, categories: impl IntoIterator<Item = Category>) -> Self {
        Self {
            level,
            categories: categories.into_iter().collect(),
            readers: Readers::EVERYONE,
            integrity: Integrity::Outside,
        }
    }

    /// The least label that is at least both: associative, commutative, idempotent, monotone. Levels and categories rise,
    /// readers become fewer, integrity falls.
    #[must_use]
    pub fn join(mut self, other: &Self) -> Self {
        self.level = self.level.max(other.level);
        self.categories.extend(&other.categories);
        self.readers = self.readers.join(&other.readers);
        self.integrity = self.integrity.join(other.integrity);
        self
    }

    /// The join of all of them; [`Self::PUBLIC`] for none.
    pub fn join_all<'a>(labels: impl IntoIterator<Item = &'a Self>) -> Self {
        labels.into_iter().fold(Self::PUBLIC, Self::join)
    }
}

impl fmt::Display for Label {
    /// `confidential · identity, contact`, and behind it who alone may read it and that the organisation answers for it,
    /// where a label says so.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.level.fmt(out)?;
        for (position, category) in self.categories.iter().enumerate() {
            write!(out, "{}{}", if position == 0 { " · " } else { ", " }, category.word())?;
        }
        if let Some(named) = self.readers.named() {
            let named: Vec<&str> = named.iter().map(Principal::as_str).collect();
            let named = if named.is_empty() { "nobody".to_owned() } else { named.join(", ") };
            write!(out, " · for {named}")?;
        }
        if self.integrity == Integrity::Organisation {
            out.write_str(" · by the organisation")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_readers() -> impl Strategy<Value = Readers> {
        let principal = prop::sample::select(vec!["ana", "bo", "cleo"]).prop_map(Principal::new);
        prop_oneof![Just(Readers::EVERYONE), prop::collection::vec(principal, 0..3).prop_map(Readers::only),]
    }

    fn any_label() -> impl Strategy<Value = Label> {
        let level = prop::sample::select(Level::ALL.to_vec());
        let categories = prop::collection::btree_set(prop::sample::select(Category::ALL.to_vec()), 0..5);
        let integrity = prop::sample::select(Integrity::ALL.to_vec());
        (level, categories, any_readers(), integrity).prop_map(|(level, categories, readers, integrity)| {
            Label { level, categories, readers, integrity }
        })
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
            prop_assert!(joined.integrity <= a.integrity);
            for name in ["ana", "bo", "cleo", "dan"].map(Principal::new) {
                prop_assert_eq!(joined.readers.hold(&name), a.readers.hold(&name) && b.readers.hold(&name));
            }
        }

        #[test]
        fn what_is_written_reads_back(label in any_label()) {
            let text = serde_json::to_string(&label).unwrap();
            prop_assert_eq!(serde_json::from_str::<Label>(&text).unwrap(), label);
        }
    }

    #[test]
    fn what_goes_without_saying_is_not_written() {
        let written = |label: &Label| serde_json::to_string(label).unwrap();
        assert_eq!(written(&Label::unlabelled()), r#"{"level":"confidential","categories":[]}"#);
        assert_eq!(written(&Label::PUBLIC), r#"{"level":"public","categories":[],"integrity":"user"}"#);
        let named = Label { readers: Readers::only([Principal::new(" Ana@x.org ")]), ..Label::unlabelled() };
        assert_eq!(written(&named), r#"{"level":"confidential","categories":[],"readers":["ana@x.org"]}"#);
    }

    #[test]
    fn a_label_is_told_in_words() {
        assert_eq!(Label::of(Level::Internal, [Category::Health]).to_string(), "internal · health");
        let integrity = Integrity::Organisation;
        let readers = Readers::only([Principal::new("bo"), Principal::new("ana")]);
        let label = Label { readers, integrity, ..Label::unlabelled() };
        assert_eq!(label.to_string(), "confidential · for ana, bo · by the organisation");
    }

    #[test]
    fn words_are_the_serialised_names() {
        for category in Category::ALL {
            assert_eq!(serde_json::json!(category), category.word());
        }
        for level in Level::ALL {
            assert_eq!(serde_json::json!(level), level.word());
        }
        for integrity in Integrity::ALL {
            assert_eq!(serde_json::json!(integrity), integrity.word());
        }
    }
}
