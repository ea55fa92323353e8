//! How far we are with the workspace.

use std::path::Path;

use domain::secret::Secret;
use engine::{Engine, EngineError};

use crate::demo::Demo;
use crate::wire::CommandError;

/// How far we are with the workspace.
pub(crate) enum Stage {
    /// There is none: the page offers to make one, or the demo.
    NoWorkspace,
    /// There is one that did not open, and why: the page asks for the passphrase, or says what to mend.
    Locked(CommandError),
    /// It is open, perhaps for reading only: [`engine::About`] says so.
    Open(Open),
}

/// An open workspace.
pub(crate) struct Open {
    pub(crate) engine: Engine,
    /// The company that it works with, in the demo.
    pub(crate) demo: Option<Box<Demo>>,
}

impl Stage {
    /// Opens the workspace in `dir`: as its writer, or for reading while another program writes.
    pub(crate) async fn of(dir: &Path, passphrase: Option<Secret>) -> Self {
        let opened = match Engine::open(dir, passphrase.clone()).await {
            Err(EngineError::ReadOnly(holder)) => {
                tracing::info!(?holder, "another program writes to the workspace; opening it for reading");
                Engine::open_to_read(dir, passphrase).await
            }
            opened => opened,
        };
        match opened {
            Ok(engine) => Self::Open(Open { engine, demo: None }),
            Err(EngineError::NoWorkspace(_)) => Self::NoWorkspace,
            Err(error) => {
                tracing::warn!(%error, "the workspace did not open");
                Self::Locked(error.into())
            }
        }
    }

    /// Opens a throw-away workspace on the rehearsal company.
    pub(crate) async fn demo() -> Self {
        match Demo::start().await {
            Ok((engine, demo)) => Self::Open(Open { engine, demo: Some(Box::new(demo)) }),
            Err(error) => {
                tracing::warn!(%error, "the demo did not open");
                Self::Locked(error.into())
            }
        }
    }

    /// The open workspace.
    ///
    /// # Errors
    /// If none is; the words say why.
    pub(crate) fn engine(&self, dir: &Path) -> Result<Engine, CommandError> {
        match self {
            Self::Open(open) => Ok(open.engine.clone()),
            Self::Locked(why) => Err(why.clone()),
            Self::NoWorkspace => Err(EngineError::NoWorkspace(dir.display().to_string()).into()),
        }
    }

    /// Whether a person's own workspace is open, as opposed to the demo's.
    pub(crate) fn is_ones_own(&self) -> bool {
        matches!(self, Self::Open(Open { demo: None, .. }))
    }

    /// Stops every turn, closes the trail, and ends the demo.
    pub(crate) async fn close(self) {
        let Self::Open(open) = self else { return };
        open.engine.shutdown().await;
        if let Some(demo) = open.demo {
            demo.end().await;
        }
    }
}
