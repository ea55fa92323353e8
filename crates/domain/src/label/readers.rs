//! Who may read a piece of data.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Somebody who reads or is written to: a person's address, an account, a channel. Two spellings that differ in case or
/// in blanks around them are the same principal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(from = "String", into = "String")]
#[specta(transparent)]
pub struct Principal(String);

impl Principal {
    /// The principal that a text names.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Principal {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.0
    }
}

/// Everyone, or a set of principals. A join keeps those who may read both.
// Labels are copied with every call and result, and few name anybody: whoever is named is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
#[specta(transparent)]
pub struct Readers(Option<Arc<BTreeSet<Principal>>>);

impl Readers {
    /// No reader is shut out by name; the level alone says who may know.
    pub const EVERYONE: Self = Self(None);

    /// These alone.
    pub fn only(principals: impl IntoIterator<Item = Principal>) -> Self {
        Self(Some(Arc::new(principals.into_iter().collect())))
    }

    /// Those who are named; `None` for everyone.
    pub fn named(&self) -> Option<&BTreeSet<Principal>> {
        self.0.as_deref()
    }

    /// Whether this principal may read it.
    pub fn hold(&self, principal: &Principal) -> bool {
        self.0.as_ref().is_none_or(|named| named.contains(principal))
    }

    /// The join: who may read both.
    #[must_use]
    pub fn join(self, other: &Self) -> Self {
        Self(match (self.0, &other.0) {
            (Some(ours), Some(theirs)) => Some(Arc::new(&*ours & &**theirs)),
            (Some(named), None) => Some(named),
            (None, named) => named.clone(),
        })
    }

    /// Whether it goes without saying, and is left out where labels are written.
    pub(super) fn goes_without_saying(&self) -> bool {
        self.0.is_none()
    }
}
