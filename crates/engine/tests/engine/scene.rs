//! Turns in a workspace on disk against a company on loopback.

use domain::event::{Happening, RunEvent};
use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::secret::Secret;
use domain::view::CallRow;
use engine::{Adopted, CallQuery, Engine, KeychainChoice, Question};
use rehearsal::{Plan, Rehearsal, Script, ScriptedCall, ScriptedReply};
use serde_json::Value;
use tempfile::TempDir;

/// A workspace on disk whose company and model are on loopback.
pub(crate) struct Scene {
    pub(crate) rehearsal: Rehearsal,
    pub(crate) engine: Engine,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) async fn new(keys: KeychainChoice) -> Self {
        Self::with(keys, Plan::instant(), |_| {}).await
    }

    /// With this plan, and sources as `edit` changes their files.
    pub(crate) async fn with(keys: KeychainChoice, plan: Plan, edit: impl Fn(&mut String)) -> Self {
        let rehearsal = Rehearsal::start(plan).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = Engine::create(&folder.path().join("workspace"), "Test", keys).await.unwrap();
        let crm = rehearsal.sources().into_iter().find(|source| source.secret_name.contains("crm")).unwrap();
        let sources = [crm, rehearsal.echo_source(), rehearsal.records_source()].map(|mut source| {
            edit(&mut source.toml);
            Adopted { toml: source.toml, secret_name: source.secret_name, secret: Secret::new(source.secret) }
        });
        let model = rehearsal.model();
        let spec = ModelSpec {
            name: model.name,
            title: model.title,
            protocol: Protocol::OpenaiChat,
            base_url: model.base_url,
            model: model.model_id,
            secret: Some(model.secret_name.parse().unwrap()),
            clearance: Level::Restricted,
            parallel: Parallel::Auto,
            early: Early::On,
            preset: None,
            capabilities: Capabilities::default(),
        };
        engine.adopt(sources.into(), spec, Some(Secret::new(model.secret))).await.unwrap();
        Self { rehearsal, engine, folder }
    }

    pub(crate) async fn in_memory() -> Self {
        Self::new(KeychainChoice::Memory).await
    }

    /// With its keys in a file, which a test can take away.
    pub(crate) async fn with_a_file_of_keys() -> Self {
        Self::new(KeychainChoice::File { passphrase: Secret::new("correct horse") }).await
    }

    pub(crate) fn lose_the_keys(&self) {
        std::fs::remove_file(self.folder.path().join("workspace/keys.age")).unwrap();
    }

    /// The model writes these batches one after another, then "Done."
    pub(crate) fn script(&self, batches: Vec<Vec<(&str, Value)>>) {
        let batches = batches.into_iter().map(|calls| {
            let call = |(tool, arguments): (&str, Value)| ScriptedCall::new("a", tool, arguments.to_string());
            ScriptedReply::calls(calls.into_iter().map(call))
        });
        let replies = batches.chain([ScriptedReply::text("Done.")]).collect::<Vec<_>>();
        self.rehearsal.model_script(Script::new(replies));
    }

    /// Asks, and hears the turn out; `react` is what a person does about what they see.
    pub(crate) async fn ask(
        &self,
        conversation: Option<ConversationId>,
        react: impl AsyncFnMut(&Engine, TurnId, &Happening),
    ) -> (ConversationId, Vec<Happening>) {
        self.asked(Question { conversation, ..Question::new("Do it") }, react).await
    }

    /// The same with a question of its own.
    pub(crate) async fn asked(
        &self,
        question: Question,
        mut react: impl AsyncFnMut(&Engine, TurnId, &Happening),
    ) -> (ConversationId, Vec<Happening>) {
        let mut run = self.engine.ask(question).await.unwrap();
        let mut events = Vec::new();
        while let Some(RunEvent { what, .. }) = run.events.recv().await {
            react(&self.engine, run.turn, &what).await;
            events.push(what);
        }
        assert!(matches!(events.last(), Some(Happening::TurnEnded { .. })));
        (run.conversation, events)
    }

    /// The latest call of a tool whose telling argument holds these words.
    pub(crate) async fn row(&self, tool: &str, words: &str) -> CallRow {
        let rows = self.engine.calls(CallQuery { limit: 100, ..CallQuery::default() }).await.unwrap();
        rows.into_iter().find(|row| row.tool == tool && row.telling.contains(words)).unwrap()
    }

    /// The place of a call's first entry of this type.
    pub(crate) async fn entry(&self, call: CallId, kind: &str) -> Seq {
        let entries = self.engine.call(call).await.unwrap().entries;
        entries.iter().find(|entry| entry.kind == kind).unwrap().seq
    }

    /// The requests to the model so far, as it was sent them.
    pub(crate) fn model_bodies(&self) -> Vec<String> {
        let requests = self.rehearsal.requests();
        requests
            .into_iter()
            .filter(|request| request.service == "model")
            .filter_map(|request| request.body)
            .collect()
    }

    pub(crate) async fn close(self) {
        let report = self.engine.verify(|_, _| std::ops::ControlFlow::Continue(())).await.unwrap().unwrap();
        assert_eq!(report.findings, []);
        self.engine.shutdown().await;
        self.rehearsal.stop().await;
    }
}

/// A person who only looks.
pub(crate) async fn watch(_: &Engine, _: TurnId, _: &Happening) {}
