//! The demo: a throw-away workspace on the rehearsal company, gone with the program.

use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::secret::Secret;
use engine::{Adopted, Engine, EngineError, KeychainChoice};
use rehearsal::{Plan, Rehearsal};
use tempfile::TempDir;

/// What the demo's workspace needs for as long as it is open.
pub(crate) struct Demo {
    company: Rehearsal,
    /// The workspace's folder; dropping it removes it.
    folder: TempDir,
}

impl Demo {
    /// Starts the company and opens a workspace that is connected to it.
    ///
    /// # Errors
    /// If there is no loopback network or no folder for temporary files, or the workspace can't be made.
    pub(crate) async fn start() -> Result<(Engine, Self), EngineError> {
        let no_demo = |error: std::io::Error| EngineError::Internal(format!("the demo can't start: {error}"));
        let folder = tempfile::Builder::new().prefix("tieout-demo-").tempdir().map_err(no_demo)?;
        let company = Rehearsal::start(Plan::default()).await.map_err(no_demo)?;
        let dir = folder.path().join("workspace");
        let (engine, _nobody_recovers_this) =
            Engine::create(&dir, "Demo company", KeychainChoice::Memory).await?;
        let sources = company.sources().into_iter().map(|source| Adopted {
            toml: source.toml,
            secret_name: source.secret_name,
            secret: Secret::new(source.secret),
        });
        let model = company.model();
        let spec = ModelSpec {
            name: model.name,
            title: model.title,
            protocol: Protocol::OpenaiChat,
            base_url: model.base_url,
            model: model.model_id,
            secret: Some(
                model.secret_name.parse().map_err(|error| EngineError::Internal(format!("{error}")))?,
            ),
            // It runs in this process: nothing that it is told leaves the machine.
            clearance: Level::Restricted,
            parallel: Parallel::Auto,
            // It writes its calls one after another.
            early: Early::On,
            preset: None,
            capabilities: Capabilities::default(),
        };
        engine.adopt(sources.collect(), spec, Some(Secret::new(model.secret))).await?;
        Ok((engine, Self { company, folder }))
    }

    /// Closes the company's doors and removes the folder.
    pub(crate) async fn end(self) {
        self.company.stop().await;
        if let Err(error) = self.folder.close() {
            tracing::warn!(%error, "the demo's folder was left behind");
        }
    }
}
