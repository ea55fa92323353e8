//! How far we are with the workspace.

use std::path::Path;

use domain::secret::Secret;
use engine::{Engine, EngineError, RecoveryKey};

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

    /// Opens the workspace in `dir` with its recovery key. `passphrase` opens its file of keys from then on, if its
    /// keys are in one.
    ///
    /// # Errors
    /// If the key is another workspace's, or another program writes.
    pub(crate) async fn recovered(
        dir: &Path,
        key: &RecoveryKey,
        passphrase: Option<Secret>,
    ) -> Result<Self, EngineError> {
        Ok(Self::Open(Open { engine: Engine::recover(dir, passphrase, key).await?, demo: None }))
    }

    /// Goes on as the writer of what is open for reading; what is open for writing stays as it is.
    ///
    /// # Errors
    /// If another program still writes, which leaves it open for reading; or if nothing is open.
    pub(crate) async fn begin_to_write(&mut self, dir: &Path) -> Result<(), CommandError> {
        let reader = self.engine(dir)?;
        if reader.about().writer {
            return Ok(());
        }
        let engine = reader.open_to_write().await?;
        *self = Self::Open(Open { engine, demo: None });
        reader.shutdown().await;
        Ok(())
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

#[cfg(test)]
mod tests {
    use engine::{Code, KeychainChoice};

    use super::*;

    fn passphrase(text: &str) -> Option<Secret> {
        Some(Secret::new(text))
    }

    #[tokio::test]
    async fn a_workspace_waits_for_its_passphrase_and_reads_while_another_program_writes() {
        let _said_already = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("workspace");
        assert!(matches!(Stage::of(&dir, None).await, Stage::NoWorkspace));

        let keys = KeychainChoice::File { passphrase: Secret::new("right") };
        let (writer, _recovery) = Engine::create(&dir, "Ada's", keys).await.unwrap();
        for wrong in [None, passphrase("wrong")] {
            let stage = Stage::of(&dir, wrong).await;
            assert!(matches!(&stage, Stage::Locked(why) if why.code == Code::WrongKey));
            assert!(stage.engine(&dir).is_err_and(|why| why.code == Code::WrongKey));
        }
        let mut stage = Stage::of(&dir, passphrase("right")).await;
        let about = stage.engine(&dir).unwrap().about();
        assert!(!about.writer && about.held_by.is_some_and(|holder| holder.pid == std::process::id()));
        let too_early = stage.begin_to_write(&dir).await.unwrap_err();
        assert_eq!(too_early.code, Code::ReadOnly);
        assert!(!stage.engine(&dir).unwrap().about().writer);

        writer.shutdown().await;
        drop(writer);
        stage.begin_to_write(&dir).await.unwrap();
        assert!(stage.is_ones_own() && stage.engine(&dir).unwrap().about().writer);
        stage.close().await;
    }

    #[tokio::test]
    async fn a_lost_passphrase_is_replaced_by_who_holds_the_recovery_key_alone() {
        let _said_already = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("workspace");
        let keys = KeychainChoice::File { passphrase: Secret::new("forgotten") };
        let (engine, recovery) = Engine::create(&dir, "Ada's", keys).await.unwrap();
        engine.shutdown().await;
        drop(engine);

        let anothers = RecoveryKey::read(&"7".repeat(64)).unwrap();
        let refused = Stage::recovered(&dir, &anothers, passphrase("new")).await.err().unwrap();
        assert_eq!(refused.code(), Code::WrongKey);
        assert!(!dir.join("keys.age.1").exists(), "a wrong recovery key changes nothing");

        let stage = Stage::recovered(&dir, &recovery, passphrase("new")).await.unwrap();
        assert!(stage.engine(&dir).unwrap().about().writer);
        stage.close().await;
        assert!(dir.join("keys.age.1").exists(), "the old file of keys is kept");
        let stage = Stage::of(&dir, passphrase("new")).await;
        assert!(stage.is_ones_own());
        stage.close().await;
    }

    #[tokio::test]
    async fn the_demo_is_connected_and_leaves_nothing_behind() {
        let _said_already = rustls::crypto::ring::default_provider().install_default();
        let stage = Stage::demo().await;
        let engine = stage.engine(Path::new("")).unwrap();
        assert!(!stage.is_ones_own());
        let sources = engine.sources().await.unwrap();
        assert_eq!(sources.len(), 4);
        assert!(sources.iter().all(|source| source.secret_present));
        assert!(engine.models().await.unwrap().iter().all(|model| model.secret_present));
        let dir = engine.about().dir;
        drop(engine);
        stage.close().await;
        assert!(!dir.exists());
    }
}
