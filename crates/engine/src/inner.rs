//! What an open workspace is made of.

use std::collections::HashSet;
use std::sync::Mutex;

use domain::view::VerifyReport;
use egress::Door;
use keychain::Keychain;
use store::{Reader, Store};

use crate::backlog::Backlog;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::error::EngineError;
use crate::gate::Gate;
use crate::holder::Holder;
use crate::locked::lock;
use crate::run::Kept;
use crate::servers::Servers;
use crate::tokens::Tokens;
use crate::turns::Turns;
use crate::watch::Watched;
use crate::workspace::Folder;

/// An open workspace, shared by every clone of its engine and every task.
pub(crate) struct Inner {
    pub(crate) folder: Folder,
    pub(crate) clock: Clock,
    /// `None` if the workspace was opened for reading.
    pub(crate) store: Option<Store>,
    pub(crate) reader: Reader,
    /// The key that the newest checkpoints must be signed with: from the keychain, not from the trail that it vouches for.
    pub(crate) vkey: Mutex<String>,
    pub(crate) keychain: Keychain,
    pub(crate) door: Door,
    pub(crate) turns: Turns,
    pub(crate) gate: Gate,
    /// The MCP servers that were used.
    pub(crate) servers: Servers,
    /// Whoever changes which sources are paused.
    pub(crate) pausing: tokio::sync::Mutex<()>,
    /// Whoever erases, holds or releases.
    pub(crate) caring: tokio::sync::Mutex<()>,
    /// Results on their way from the network to the record.
    pub(crate) backlog: Backlog,
    pub(crate) catalogue: Catalogue,
    /// Tokens of sources that give them for a while.
    pub(crate) tokens: Tokens,
    /// Results that may be used again.
    pub(crate) kept: Kept,
    /// Models that were seen to write on in a call after they had begun the next.
    pub(crate) revising: Mutex<HashSet<String>>,
    pub(crate) last_verified: Mutex<Option<VerifyReport>>,
    /// What the watch knows.
    pub(crate) watched: Watched,
    /// Who writes, if not we.
    pub(crate) held_by: Option<Holder>,
}

impl Inner {
    /// A model wrote on in a call after it had begun the next: until the workspace is opened anew, none of its calls
    /// starts before its message has ended.
    pub(crate) fn revises(&self, model: &str) {
        lock(&self.revising).insert(model.to_owned());
    }

    /// Whether it did.
    pub(crate) fn has_revised(&self, model: &str) -> bool {
        lock(&self.revising).contains(model)
    }

    /// The writer, or why there is none.
    pub(crate) fn store(&self) -> Result<&Store, EngineError> {
        match (&self.store, &self.held_by) {
            (Some(store), _) => Ok(store),
            (None, Some(holder)) => Err(EngineError::ReadOnly(holder.clone())),
            (None, None) => Err(EngineError::OpenForReading),
        }
    }
}
