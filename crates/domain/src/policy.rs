//! What a person sets about policy in a workspace.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::tool::SourceName;

/// The key under which [`PolicySettings`] are recorded and stored.
pub const POLICY_SETTINGS: &str = "policy";

/// The rules in force, and who is who. What is left out has its default, so that an older record still reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// The rules as Cedar text, the built-in ones left out; empty adds none. Whoever stores them has checked that they load.
    pub rules: String,
    /// The person's own addresses and accounts.
    pub own: BTreeSet<String>,
    /// The organisation's: domains (`example.com`), addresses, names and channels.
    pub organisation: BTreeSet<String>,
    /// Sources whose results name the author of each item, and can be believed in that.
    pub authored: BTreeSet<SourceName>,
}
