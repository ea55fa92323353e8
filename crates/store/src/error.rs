//! What can go wrong: a variant for each thing that a caller does differently.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use domain::id::Seq;
use domain::time::Micros;
use serde::{Deserialize, Serialize};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program writes this workspace. Reading is open to everybody.
    #[error("{} (process {}) writes this workspace", .0.program, .0.pid)]
    Held(Holder),
    /// The key does not open this workspace, or the signing key is not the one that the trail was opened with.
    #[error("the key does not belong to this workspace")]
    WrongKey,
    /// There is no workspace here, or one whose making was interrupted.
    #[error("there is no workspace in {}", .0.display())]
    NotAWorkspace(PathBuf),
    /// There is a workspace here already.
    #[error("there is a workspace in {} already", .0.display())]
    Exists(PathBuf),
    /// A newer program wrote it.
    #[error("the workspace has version {found}; this program knows up to {known}")]
    Newer {
        /// Its version.
        found: i32,
        /// The newest that this program knows.
        known: i32,
    },
    /// This disk or build does not keep what durability rests on: the workspace must move.
    #[error("the database does not keep `{pragma}` at {wanted}: it says {found}")]
    Pragma {
        /// The setting.
        pragma: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// The trail can't be written. Nothing may be sent from here on, until the program is started again.
    #[error("the trail can't be written, so nothing may be sent: {0}")]
    Fatal(String),
    /// The disk is full. What was asked to be sent may not be, and is not on record; whatever else came with it is, and so
    /// is what comes, for as long as the room lasts that was kept for that.
    #[error(
        "the disk is full, so nothing new is sent; what was under way is still recorded. Make room on it and go on"
    )]
    Full,
    /// No such entry.
    #[error("there is no such entry")]
    NotFound,
    /// What is stored is not what was written.
    #[error("the trail is damaged{}: {why}", place(.seq))]
    Damaged {
        /// The entry that it concerns, if it concerns one.
        seq: Option<Seq>,
        /// What is wrong.
        why: String,
    },
    /// What screens query can't be written. The trail itself can; the tables are made again at the next opening.
    #[error(
        "the tables that screens query can't be brought up to date: {0}. The trail itself is whole; close the workspace and open it again"
    )]
    Tables(String),
    /// What was being read is no longer there as it was when reading began, or keeping it would make the database's log
    /// too long: whoever reads begins anew.
    #[error("so much was recorded or erased while this was read that it was given up; do it again")]
    Overtaken,
    /// The draft is not one that can be recorded: an error of the program that wrote it. Nothing was written.
    #[error("this can't be recorded: {0}")]
    Draft(String),
    /// The file, or the folder it lies in, can't be written by us.
    #[error("the workspace is on a read-only place")]
    ReadOnly,
    /// A file or folder could not be used.
    #[error("the workspace's files: {0}")]
    Io(#[from] io::Error),
    /// The database could not do something that it can do on a healthy machine.
    #[error("the database: {0}")]
    Sql(#[source] Box<dyn Error + Send + Sync>),
}

/// Who writes a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Which program, with its version.
    pub program: String,
    /// Since when.
    pub since: Micros,
}

impl StoreError {
    /// Whether no more work may be taken until the program is started again.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Fatal(_) | Self::Damaged { .. })
    }

    pub(crate) fn damaged(seq: impl Into<Option<Seq>>, why: impl Into<String>) -> Self {
        Self::Damaged { seq: seq.into(), why: why.into() }
    }

    /// For a task or thread of ours that ended without an answer.
    pub(crate) fn gone(what: &str) -> Self {
        Self::Fatal(format!("{what} ended"))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            // Only those are interrupted that keep a moment of the trail for long.
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::Overtaken,
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::damaged(None, error.to_string()),
            _ => Self::Sql(Box::new(error)),
        }
    }
}

fn place(seq: &Option<Seq>) -> String {
    seq.map(|seq| format!(" at entry {seq}")).unwrap_or_default()
}
