//! What an open workspace is made of.

use std::sync::Mutex;

use domain::view::VerifyReport;
use egress::Door;
use keychain::Keychain;
use store::{Reader, Store};

use crate::clock::Clock;
use crate::error::EngineError;
use crate::holder::Holder;
use crate::permits::Permits;
use crate::turns::Turns;
use crate::workspace::Folder;

/// An open workspace, shared by every clone of its engine and every task.
pub(crate) struct Inner {
    pub(crate) folder: Folder,
    pub(crate) clock: Clock,
    /// `None` if the workspace was opened for reading.
    pub(crate) store: Option<Store>,
    pub(crate) reader: Reader,
    /// The key that checkpoints must be signed with: from the keychain, not from the trail that it vouches for.
    pub(crate) vkey: String,
    pub(crate) keychain: Keychain,
    pub(crate) door: Door,
    pub(crate) turns: Turns,
    pub(crate) permits: Permits,
    pub(crate) last_verified: Mutex<Option<VerifyReport>>,
    /// Who writes, if not we.
    pub(crate) held_by: Option<Holder>,
}

impl Inner {
    /// The writer, or why there is none.
    pub(crate) fn store(&self) -> Result<&Store, EngineError> {
        match (&self.store, &self.held_by) {
            (Some(store), _) => Ok(store),
            (None, Some(holder)) => Err(EngineError::ReadOnly(holder.clone())),
            (None, None) => Err(EngineError::OpenForReading),
        }
    }
}
