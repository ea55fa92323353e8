//! Secrets that live as long as the program.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::secret::{Secret, SecretName};

/// Secrets in memory.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<BTreeMap<SecretName, Secret>>);

impl Shelf {
    pub(crate) fn get(&self, name: &SecretName) -> Option<Secret> {
        self.kept().get(name).cloned()
    }

    pub(crate) fn set_all(&self, secrets: Vec<(SecretName, Secret)>) {
        self.kept().extend(secrets);
    }

    pub(crate) fn remove(&self, name: &SecretName) {
        self.kept().remove(name);
    }

    pub(crate) fn names(&self) -> Vec<SecretName> {
        self.kept().keys().cloned().collect()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<SecretName, Secret>> {
        // No operation above leaves the map half changed, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
