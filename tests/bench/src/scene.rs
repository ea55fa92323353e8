//! A workspace on disk, wired to the company: what a user has, and nothing that a user has not.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::event::Happening;
use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::run::RunSettings;
use domain::secret::Secret;
use engine::{Adopted, Engine, KeychainChoice, Question};
use tempfile::TempDir;

use crate::company::Company;
use crate::evidence;
use crate::trouble::{Outcome, trouble};

/// A workspace whose every call leaves for the company.
pub(crate) struct Scene {
    pub(crate) engine: Engine,
    folder: TempDir,
}

impl Scene {
    /// In a folder of its own below `into`; the system's folder for temporary files may be no disk at all. `more` are
    /// sources beside the company's own.
    pub(crate) async fn wired(company: &Company, into: &Path, more: Vec<String>) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("workspace-").tempdir_in(into)?;
        let dir = folder.path().join("workspace");
        let (engine, _recovery) = Engine::create(&dir, "Bench", KeychainChoice::Memory).await?;
        let about = &company.about;
        let adopted = |toml| Adopted { toml, secret_name: String::new(), secret: Secret::new("") };
        let sources = about.sources.iter().map(|source| source.toml.clone()).chain(more).map(adopted);
        let model = ModelSpec {
            name: "rehearsal".to_owned(),
            title: String::new(),
            protocol: Protocol::OpenaiChat,
            base_url: about.model_url.clone(),
            model: about.model_id.clone(),
            secret: Some(about.secret_name.parse()?),
            clearance: Level::Restricted,
            parallel: Parallel::Auto,
            early: Early::On,
            preset: None,
            capabilities: Capabilities::default(),
        };
        engine.adopt(sources.collect(), model, Some(Secret::new(&about.secret))).await?;
        Ok(Self { engine, folder })
    }

    /// Lets so many calls be under way at one time, and one message ask for so many.
    pub(crate) async fn allow(&self, in_flight: u32, batch_calls: u32) -> Outcome<()> {
        let settings = self.engine.run_settings().await?;
        let settings = RunSettings { in_flight, batch_calls, ..settings };
        Ok(self.engine.save_run_settings(settings).await?)
    }

    /// Asks, and gives the times until the final text and until it is on record. Returns when the turn is over.
    pub(crate) async fn answered(&self, question: Question) -> Outcome<Answered> {
        let begun = Instant::now();
        let mut run = self.engine.ask(question).await?;
        let (mut text, mut recorded) = (None, None);
        while let Some(event) = run.events.recv().await {
            match event.what {
                Happening::TextDelta { .. } => text = Some(begun.elapsed()),
                Happening::Answer { .. } => recorded = Some(begun.elapsed()),
                Happening::BatchHeld { .. } => return trouble("the batch is held; the limits are too low"),
                Happening::TurnEnded { stopped: Some(_), words, .. } => return trouble(words),
                _ => {}
            }
        }
        match (text, recorded) {
            (Some(text), Some(recorded)) => Ok(Answered { text, recorded }),
            _ => trouble("the turn ended without an answer"),
        }
    }

    /// Returns when the tables that screens query have everything: what a turn costs includes that, whenever it is done.
    pub(crate) async fn settled(&self) -> Outcome<()> {
        Ok(self.engine.conversations(1).await.map(drop)?)
    }

    /// The folder beside the workspace, on the same disk.
    pub(crate) fn disk(&self) -> &Path {
        self.folder.path()
    }

    /// Closes the workspace, whose trail must verify.
    pub(crate) async fn close(self) -> Outcome<()> {
        let verified = evidence::verified(&self.engine).await;
        self.engine.shutdown().await;
        verified.map(drop)
    }
}

/// How long an answer took, from the question on.
pub(crate) struct Answered {
    /// Until the last of its words was shown.
    pub(crate) text: Duration,
    /// Until it was on record: with what it drew on, its label and its citations.
    pub(crate) recorded: Duration,
}

/// Milliseconds, with what is below them.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
