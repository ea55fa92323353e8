//! Where a test plays: a company on loopback, a workspace, and ways to ask and to look.

pub(crate) mod record;
pub(crate) mod stream;
pub(crate) mod told;
pub(crate) mod wild;
pub(crate) mod workspace;

use std::future::Future;
use std::time::Duration;

use domain::call::Approval;
use domain::event::{Ask, Happening};
use domain::label::Level;
use domain::model::{Capabilities, Early, ModelSpec, Parallel, Protocol};
use domain::secret::Secret;
use engine::{Adopted, Engine, KeychainChoice, Question, Run};
use rehearsal::{DemoModel, DemoSource, Plan, Rehearsal, Script, ScriptedCall, ScriptedReply};
use serde_json::Value;
use tempfile::TempDir;

use record::Record;
use told::Told;

/// Longer than anything takes on the slowest machine that we know; past it something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Waits for something that must happen.
pub(crate) async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, happening)
        .await
        .unwrap_or_else(|_| panic!("{what}: nothing in {} s", PATIENCE.as_secs()))
}

/// A throw-away workspace in this process, wired to a company.
pub(crate) struct Scene {
    pub(crate) rehearsal: Rehearsal,
    pub(crate) engine: Engine,
    _folder: TempDir,
}

impl Scene {
    /// With a company that answers at once.
    pub(crate) async fn instant() -> Self {
        Self::of(Plan::instant()).await
    }

    pub(crate) async fn of(plan: Plan) -> Self {
        Self::with(plan, |_| {}).await
    }

    /// With this plan, and sources as `edit` changes their files.
    pub(crate) async fn with(plan: Plan, edit: impl Fn(&mut String)) -> Self {
        let rehearsal = Rehearsal::start(plan).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) =
            Engine::create(&folder.path().join("workspace"), "Test", KeychainChoice::Memory).await.unwrap();
        let model = rehearsal.model();
        let key = Secret::new(&model.secret);
        let mut sources = connections(&rehearsal);
        sources.iter_mut().for_each(|source| edit(&mut source.toml));
        engine.adopt(sources, model_spec(model), Some(key)).await.unwrap();
        Self { rehearsal, engine, _folder: folder }
    }

    /// Connects a source, or puts it in the place of the one of its name.
    pub(crate) async fn connect(&self, toml: &str) {
        let source = Engine::read_source(toml).unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{toml}"));
        self.engine.save_source(source).await.unwrap();
    }

    /// Asks, and allows every write.
    pub(crate) async fn ask(&self, text: &str) -> Told {
        self.put(Question::new(text)).await
    }

    /// Puts a question, and allows every write.
    pub(crate) async fn put(&self, question: Question) -> Told {
        let run = self.engine.ask(question).await.unwrap();
        self.hear(run, |_| Approval::Allowed).await
    }

    /// Has the model ask for these calls in one message, then say "Done.", and allows every write.
    pub(crate) async fn batch(&self, calls: Vec<ScriptedCall>) -> Told {
        self.script(calls);
        self.ask("Do it").await
    }

    /// The model's next two messages: these calls, then "Done.".
    pub(crate) fn script(&self, calls: Vec<ScriptedCall>) {
        let replies = [ScriptedReply::calls(calls), ScriptedReply::text("Done.")];
        self.rehearsal.model_script(Script::new(replies));
    }

    /// Hears a turn out; `answer` is what the person says of each call that asks.
    pub(crate) async fn hear(&self, run: Run, answer: impl Fn(&Ask) -> Approval) -> Told {
        self.hear_and(run, |engine, run, what| {
            if let Happening::ApprovalAsked { asks, .. } = what {
                let answers = asks.iter().map(|ask| (ask.call, answer(ask))).collect();
                engine.approve(run.turn, answers).unwrap();
            }
        })
        .await
    }

    /// Hears a turn out; `react` is what the person does about what they see.
    pub(crate) async fn hear_and(
        &self,
        mut run: Run,
        mut react: impl FnMut(&Engine, &Run, &Happening),
    ) -> Told {
        let mut events = Vec::new();
        while let Some(event) = soon("the turn's next event", run.events.recv()).await {
            react(&self.engine, &run, &event.what);
            events.push(event);
        }
        Told { conversation: run.conversation, events }
    }

    /// The bodies of the requests that the model has received.
    pub(crate) fn prompts(&self) -> Vec<Value> {
        prompts(&self.rehearsal)
    }

    /// The results that the model was given last: id and content of each.
    pub(crate) fn results(&self) -> Vec<(String, String)> {
        let requests = self.rehearsal.requests();
        let last = requests.into_iter().rfind(|request| request.service == "model").unwrap();
        results(&serde_json::from_str(&last.body.unwrap()).unwrap())
    }

    /// How many requests a service has received.
    pub(crate) fn received(&self, service: &str) -> usize {
        received(&self.rehearsal, service)
    }

    /// Everything on record.
    pub(crate) async fn record(&self) -> Record {
        Record::of(&self.engine).await
    }

    /// Ends the scene with what must hold whatever was played: each request is on record and the other way round, each
    /// call has one outcome, and the trail verifies.
    pub(crate) async fn close(self) {
        let record = self.record().await;
        record::agree(&record.leaving, &record::arrived(&self.rehearsal));
        self.leave(record).await;
    }

    /// The same where something on record may never have arrived: what was taken back before a byte of it left, or
    /// went to nobody, or to a server that is not the company's.
    pub(crate) async fn close_unheard(self) {
        let record = self.record().await;
        record::none_unrecorded(&record.leaving, &record::arrived(&self.rehearsal));
        self.leave(record).await;
    }

    async fn leave(self, record: Record) {
        record.has_one_outcome_each();
        record::verified(&self.engine).await;
        self.engine.shutdown().await;
        soon("the company closes", self.rehearsal.stop()).await;
    }
}

/// How many requests a service has received.
pub(crate) fn received(rehearsal: &Rehearsal, service: &str) -> usize {
    rehearsal.requests().iter().filter(|request| request.service == service).count()
}

/// Waits until a service has received so many requests. That a call is dispatched says that its bytes leave; that they
/// have arrived only the server knows.
pub(crate) async fn has_received(rehearsal: &Rehearsal, service: &str, count: usize) {
    let arrival = async {
        while received(rehearsal, service) < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    soon("the requests arrive", arrival).await;
}

/// The bodies of the requests that the model has received.
pub(crate) fn prompts(rehearsal: &Rehearsal) -> Vec<Value> {
    let asked = rehearsal.requests().into_iter().filter(|request| request.service == "model");
    asked.map(|request| serde_json::from_str(&request.body.unwrap()).unwrap()).collect()
}

/// The four services, the echo and the records.
pub(crate) fn connections(rehearsal: &Rehearsal) -> Vec<Adopted> {
    let connection = |source: DemoSource| Adopted {
        toml: source.toml,
        secret_name: source.secret_name,
        secret: Secret::new(source.secret),
    };
    sources(rehearsal).map(connection).collect()
}

/// Everything of the company that a workspace is wired to.
pub(crate) fn sources(rehearsal: &Rehearsal) -> impl Iterator<Item = DemoSource> {
    rehearsal.sources().into_iter().chain([rehearsal.echo_source(), rehearsal.records_source()])
}

/// The results that the model was given last, as the follow-up has them: id and content of each.
pub(crate) fn results(prompt: &Value) -> Vec<(String, String)> {
    let messages = prompt["messages"].as_array().unwrap();
    let asked = messages.iter().rposition(|message| message["role"] == "assistant").unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let result = |message: &Value| (text(&message["tool_call_id"]), text(&message["content"]));
    messages[asked + 1..].iter().map(result).collect()
}

/// The rehearsal's model as a workspace has it.
pub(crate) fn model_spec(model: DemoModel) -> ModelSpec {
    ModelSpec {
        name: model.name,
        title: model.title,
        protocol: Protocol::OpenaiChat,
        base_url: model.base_url,
        model: model.model_id,
        secret: Some(model.secret_name.parse().unwrap()),
        clearance: Level::Restricted,
        parallel: Parallel::Auto,
        // As the demo has it: the rehearsal's model writes one call after another.
        early: Early::On,
        preset: None,
        capabilities: Capabilities::default(),
    }
}

/// A call of the model's with these arguments.
pub(crate) fn call(id: &str, tool: &str, arguments: Value) -> ScriptedCall {
    ScriptedCall::new(id, tool, arguments.to_string())
}
