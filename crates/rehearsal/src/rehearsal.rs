//! The whole of it: started, asked for its addresses, stopped.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::company::Company;
use crate::door::{self, Behind, House};
use crate::echo::{self, Echo};
use crate::faults::Faults;
use crate::keys;
use crate::log::{Log, LoggedRequest};
use crate::model::{self, Model, SampleQuestion, Script};
use crate::plan::Plan;
use crate::services::{Desk, SERVICES, source_file};

/// The company at work. It owns the tasks of its servers: [`Rehearsal::stop`] closes every connection
/// and returns when the last task has ended. Dropping it closes them too, without waiting.
pub struct Rehearsal {
    sources: Vec<DemoSource>,
    echo_source: DemoSource,
    model: DemoModel,
    desk: Arc<Model>,
    echo: Arc<Echo>,
    house: House,
    closing: watch::Sender<bool>,
    doors: Vec<JoinHandle<()>>,
}

/// A service, as a user would connect it.
#[derive(Clone)]
pub struct DemoSource {
    /// The name of the source.
    pub name: String,
    /// Where it is served.
    pub base_url: String,
    /// The source file, with the address filled in.
    pub toml: String,
    /// The name under which the source file asks for its secret; empty if it needs none.
    pub secret_name: String,
    /// The secret; empty if it needs none.
    pub secret: String,
}

/// The rehearsal model, as a user would connect it.
#[derive(Clone)]
pub struct DemoModel {
    /// The name of the model within a workspace.
    pub name: String,
    /// What people are shown: it says that no AI is at work.
    pub title: String,
    /// The base address, which ends in `/v1` as OpenAI's does: clients add `/chat/completions`.
    pub base_url: String,
    /// The name of the model on the wire.
    pub model_id: String,
    /// The name of its secret.
    pub secret_name: String,
    /// Its secret.
    pub secret: String,
}

impl Rehearsal {
    /// Makes the company and opens its doors, each on a free port of 127.0.0.1. When this returns,
    /// every address answers.
    pub async fn start(plan: Plan) -> io::Result<Self> {
        let (closing, closed) = watch::channel(false);
        let house = House {
            log: Arc::new(Log::open(plan.log_file.as_deref())?),
            faults: Arc::new(Faults::default()),
            closing: closed,
        };
        let company = Arc::new(Company::founded(plan.seed, plan.customers, plan.invoices));
        let mut doors = Vec::new();
        let mut open = |service, listener: TcpListener, behind: Behind| {
            doors.push(door::opened(service, listener, house.clone(), behind));
        };

        let mut sources = Vec::new();
        for service in &SERVICES {
            let (listener, address) = door::bound().await?;
            let base_url = format!("http://{address}");
            let secret = keys::secret(plan.seed, service.name);
            let desk = Desk::new(service, company.clone(), &plan, &base_url, secret.clone());
            sources.push(DemoSource {
                name: service.name.to_owned(),
                toml: source_file(service, &base_url),
                base_url,
                secret_name: service.name.to_owned(),
                secret,
            });
            open(service.name, listener, Box::new(move |request| desk.reply(request)));
        }

        let (listener, address) = door::bound().await?;
        let base_url = format!("http://{address}");
        let echo = Arc::new(Echo::default());
        let echo_source = DemoSource {
            name: "echo".to_owned(),
            toml: echo::source_file(&base_url),
            base_url,
            secret_name: String::new(),
            secret: String::new(),
        };
        let answering = echo.clone();
        open("echo", listener, Box::new(move |request| answering.reply(request)));

        let (listener, address) = door::bound().await?;
        let secret = keys::secret(plan.seed, "model");
        let desk = Arc::new(Model::new(plan.model_pace, secret.clone()));
        let model = DemoModel {
            name: "rehearsal".to_owned(),
            title: model::TITLE.to_owned(),
            base_url: format!("http://{address}/v1"),
            model_id: model::ID.to_owned(),
            secret_name: "rehearsal-model".to_owned(),
            secret,
        };
        let answering = desk.clone();
        open("model", listener, Box::new(move |request| answering.reply(request)));

        Ok(Self { sources, echo_source, model, desk, echo, house, closing, doors })
    }

    /// The four services: `crm`, `billing`, `support`, `people`.
    pub fn sources(&self) -> Vec<DemoSource> {
        self.sources.clone()
    }

    /// A service for tests: it waits as long as it is told, writes, sends HTML, sends very much.
    pub fn echo_source(&self) -> DemoSource {
        self.echo_source.clone()
    }

    /// The values written to the echo service under each id, in the order of arrival.
    pub fn echo_writes(&self) -> BTreeMap<String, Vec<Value>> {
        self.echo.written()
    }

    /// The rehearsal model.
    pub fn model(&self) -> DemoModel {
        self.model.clone()
    }

    /// Sets what the model's next messages are, one reply a request; after the last one the model
    /// plans by itself again. What was left of an earlier script is dropped.
    pub fn model_script(&self, script: Script) {
        self.desk.follow(script);
    }

    /// Everything that every service and the model have received, in the order of arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.house.log.entries()
    }

    /// The faults in force, to be set and cleared.
    pub fn faults(&self) -> &Faults {
        &self.house.faults
    }

    /// Questions that the model can answer; their ids hold for the default seed.
    pub fn questions() -> &'static [SampleQuestion] {
        model::QUESTIONS
    }

    /// The question of the demo: fifteen calls to four services in one batch.
    pub fn demo_question() -> &'static SampleQuestion {
        &model::QUESTIONS[0]
    }

    /// Closes every connection and waits until the last task has ended.
    pub async fn stop(self) {
        // Fails only if every door has closed already.
        let _ = self.closing.send(true);
        for door in self.doors {
            // An error is a task that panicked; there is nothing left of it to close.
            let _ = door.await;
        }
    }
}
