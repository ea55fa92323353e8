//! The whole of it: started, asked for its addresses, stopped.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::company::Company;
use crate::connection::{DemoModel, DemoSource, DemoWitness};
use crate::door::{self, Behind, House, Remembered, Tenant, Turnstile};
use crate::echo::{self, Echo};
use crate::faults::Faults;
use crate::keys;
use crate::log::{Log, LoggedRequest};
use crate::model::{self, Model, SampleQuestion, Script};
use crate::plan::Plan;
use crate::records::{self, Record, Records};
use crate::services::{Desk, SERVICES, WRITTEN_RATE, source_file, usual_limit};
use crate::witness::{self, Witness};

/// The company at work. It owns the tasks of its servers: [`Rehearsal::stop`] closes every connection
/// and returns when the last task has ended. Dropping it closes them too, without waiting.
pub struct Rehearsal {
    sources: Vec<DemoSource>,
    echo_source: DemoSource,
    records_source: DemoSource,
    model: DemoModel,
    desk: Arc<Model>,
    echo: Arc<Echo>,
    records: Arc<Records>,
    demo_witness: DemoWitness,
    witness: Arc<Witness>,
    doors: Doors,
}

impl Rehearsal {
    /// Makes the company and opens its doors, each on a free port of 127.0.0.1. When this returns,
    /// every address answers.
    pub async fn start(plan: Plan) -> io::Result<Self> {
        let mut doors = Doors::of(&plan)?;
        let company = Arc::new(Company::founded(plan.seed, plan.customers, plan.invoices));
        let mut sources = Vec::new();
        for service in &SERVICES {
            let (listener, address) = door::bound().await?;
            let base_url = format!("http://{address}");
            let secret = keys::secret(plan.seed, service.name);
            let desk = Desk::new(service, company.clone(), &plan, &base_url, secret.clone());
            let limited = plan.rate_limits && !plan.limits.contains_key(service.name);
            sources.push(DemoSource {
                name: service.name.to_owned(),
                toml: source_file(service, &base_url, limited.then_some(WRITTEN_RATE)),
                base_url,
                secret_name: service.name.to_owned(),
                secret,
            });
            doors.open(&plan, service.name, service.keeps_keys, listener, desk);
        }

        let (listener, address) = door::bound().await?;
        let base_url = format!("http://{address}");
        let echo = Arc::new(Echo::default());
        let echo_source = DemoSource::open("echo", &base_url, echo::source_file(&base_url));
        doors.open(&plan, "echo", true, listener, echo.clone());

        let (listener, address) = door::bound().await?;
        let base_url = format!("http://{address}");
        let records = Arc::new(Records::new(plan.freshness()));
        let records_source = DemoSource::open("records", &base_url, records::source_file(&base_url));
        doors.open(&plan, "records", true, listener, records.clone());

        let (listener, address) = door::bound().await?;
        let secret = keys::secret(plan.seed, "model");
        let desk = Arc::new(Model::new(plan.model_pace, secret.clone()));
        let model = DemoModel {
            name: "rehearsal".to_owned(),
            title: model::TITLE.to_owned(),
            address: format!("http://{address}"),
            base_url: format!("http://{address}/v1"),
            model_id: model::ID.to_owned(),
            secret_name: "rehearsal-model".to_owned(),
            secret,
        };
        doors.open(&plan, "model", false, listener, desk.clone());

        let (listener, address) = door::bound().await?;
        let witness = Arc::new(Witness::new(plan.seed));
        let demo_witness = DemoWitness {
            name: "rehearsal-witness".to_owned(),
            url: format!("http://{address}{}", witness::PREFIX),
            vkey: witness.vkey(),
        };
        doors.open(&plan, "witness", false, listener, witness.clone());

        Ok(Self {
            sources,
            echo_source,
            records_source,
            model,
            desk,
            echo,
            records,
            demo_witness,
            witness,
            doors,
        })
    }

    /// The four services: `crm`, `billing`, `support`, `people`. Of these `billing` alone honours
    /// `Idempotency-Key`.
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

    /// Records on which there are tools of every effect: `list`, `get`, `put`, `patch`, `create`,
    /// `append`, `delete`. Each takes as many milliseconds as its argument `ms` says and takes effect at
    /// their end, or not at all if the client has left by then.
    pub fn records_source(&self) -> DemoSource {
        self.records_source.clone()
    }

    /// The records as they are.
    pub fn records(&self) -> BTreeMap<String, Record> {
        self.records.all()
    }

    /// The rehearsal model.
    pub fn model(&self) -> DemoModel {
        self.model.clone()
    }

    /// The witness. It cosigns for the trails that it was told of by [`Self::follow`], and forgets what
    /// it cosigned when the rehearsal ends.
    pub fn witness(&self) -> DemoWitness {
        self.demo_witness.clone()
    }

    /// Tells the witness of the trail with this verifier key (C2SP signed-note, Ed25519), as a log is
    /// made known to a witness's operator. False, and nothing is done, if it is no such key.
    pub fn follow(&self, vkey: &str) -> bool {
        self.witness.follow(vkey)
    }

    /// Sets what the model's next messages are, one reply a request; after the last one the model
    /// plans by itself again. What was left of an earlier script is dropped.
    pub fn model_script(&self, script: Script) {
        self.desk.follow(script);
    }

    /// Everything that every service and the model have received, in the order of arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.doors.house.log.entries()
    }

    /// Drops what [`Rehearsal::requests`] has, so that a long run does not fill the memory with it. Of
    /// requests under way nothing more is logged.
    pub fn forget_requests(&self) {
        self.doors.house.log.forget();
    }

    /// The faults in force, to be set and cleared.
    pub fn faults(&self) -> &Faults {
        &self.doors.house.faults
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
        let _ = self.doors.closing.send(true);
        for door in self.doors.open {
            // An error is a task that panicked; there is nothing left of it to close.
            let _ = door.await;
        }
    }
}

struct Doors {
    house: House,
    closing: watch::Sender<bool>,
    open: Vec<JoinHandle<()>>,
}

impl Doors {
    fn of(plan: &Plan) -> io::Result<Self> {
        let (closing, closed) = watch::channel(false);
        let house = House {
            log: Arc::new(Log::open(plan.log_file.as_deref())?),
            faults: Arc::new(Faults::default()),
            closing: closed,
        };
        Ok(Self { house, closing, open: Vec::new() })
    }

    fn open(
        &mut self,
        plan: &Plan,
        name: &'static str,
        keeps_keys: bool,
        listener: tokio::net::TcpListener,
        behind: impl Behind,
    ) {
        let own = || {
            let usual = plan.rate_limits && SERVICES.iter().any(|service| service.name == name);
            if usual { usual_limit() } else { Default::default() }
        };
        let limit = plan.limits.get(name).cloned().unwrap_or_else(own);
        let tenant = Tenant {
            name,
            behind: Arc::new(behind),
            turnstile: Turnstile::new(limit),
            remembered: keeps_keys.then(Remembered::default),
        };
        self.open.push(door::opened(listener, self.house.clone(), tenant));
    }
}
