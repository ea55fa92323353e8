//! What can go wrong with our own work. A call that fails is an outcome, not one of these.

use keychain::KeychainError;
use serde::{Deserialize, Serialize};
use sources::Mistake;
use store::StoreError;

use crate::holder::Holder;

/// Our own work could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was asked for can't be done as asked; the words say why and what would work.
    #[error("{0}")]
    BadInput(String),
    /// A source's definition has mistakes; each says where and how to mend it.
    #[error("{}", list(.0))]
    Mistakes(Vec<Mistake>),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The folder holds no workspace.
    #[error("there is no workspace in {0}; `tieout init` makes one")]
    NoWorkspace(String),
    /// Another program holds the writing.
    #[error("{} (process {}) is writing to this workspace; close it, or go on reading", .0.program, .0.pid)]
    ReadOnly(Holder),
    /// The workspace was opened for reading.
    #[error("this workspace is open for reading only, and this goes on record; open it to write")]
    OpenForReading,
    /// The keychain can't be used.
    #[error("{0}")]
    Keychain(#[from] KeychainError),
    /// The keys are not the ones this trail was made with.
    #[error("{0}")]
    WrongKey(String),
    /// No model is configured, or not the one named.
    #[error("{0}")]
    NoModel(String),
    /// The disk is full: nothing new is sent, and what was under way is still recorded. With room on it work goes on.
    #[error("{0}")]
    Full(String),
    /// What was read changed too much meanwhile. Doing it again helps.
    #[error("{0}")]
    Overtaken(String),
    /// The trail can't be written or read: no work until the workspace is opened anew.
    #[error("{0}; nothing more is sent. Close Tieout, mend what is named, and open it again")]
    TrailFatal(String),
    /// Our own fault.
    #[error("{0}")]
    Internal(String),
}

/// What a shell does differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Show the words at the form.
    BadInput,
    /// Say that it is gone.
    NotFound,
    /// Offer to make a workspace.
    NoWorkspace,
    /// Offer to go on reading.
    ReadOnly,
    /// Offer the ways to mend the keychain.
    Keychain,
    /// Ask for the passphrase or the recovery key.
    WrongKey,
    /// Offer to connect a model.
    NoModel,
    /// Red and loud: no work until restart.
    TrailFatal,
    /// Show the words.
    Internal,
}

impl EngineError {
    /// What a shell acts on.
    pub fn code(&self) -> Code {
        match self {
            Self::BadInput(_) | Self::Mistakes(_) => Code::BadInput,
            Self::NotFound(_) => Code::NotFound,
            Self::NoWorkspace(_) => Code::NoWorkspace,
            Self::ReadOnly(_) | Self::OpenForReading => Code::ReadOnly,
            Self::Keychain(KeychainError::WrongPassphrase) | Self::WrongKey(_) => Code::WrongKey,
            Self::Keychain(_) => Code::Keychain,
            Self::NoModel(_) => Code::NoModel,
            Self::TrailFatal(_) => Code::TrailFatal,
            Self::Full(_) | Self::Overtaken(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// One line each, where there are several things to say.
    pub fn detail(&self) -> Vec<String> {
        match self {
            Self::Mistakes(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Held(holder) => Self::ReadOnly(holder.into()),
            StoreError::ReadOnly => Self::OpenForReading,
            StoreError::WrongKey => {
                Self::WrongKey("the key in the keychain does not open this workspace's database".to_owned())
            }
            StoreError::NotAWorkspace(dir) => Self::NoWorkspace(dir.display().to_string()),
            StoreError::Exists(dir) => Self::BadInput(format!(
                "{} holds a trail, but no workspace.toml: its making was interrupted. Move the folder away, or name \
                 another",
                dir.display()
            )),
            error @ StoreError::Full => Self::Full(error.to_string()),
            error @ StoreError::Overtaken => Self::Overtaken(error.to_string()),
            StoreError::NotFound => Self::NotFound("there is no such entry".to_owned()),
            error @ StoreError::Draft(_) => Self::Internal(error.to_string()),
            error @ (StoreError::Newer { .. }
            | StoreError::Pragma { .. }
            | StoreError::Fatal(_)
            | StoreError::Damaged { .. }
            | StoreError::Tables(_)
            | StoreError::Io(_)
            | StoreError::Sql(_)) => Self::TrailFatal(error.to_string()),
        }
    }
}

fn list(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
