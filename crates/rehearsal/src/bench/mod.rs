//! A service and a model for measuring others: they answer after a set time and cost next to nothing.
//!
//! What the company's doors do for every request (log it whole, look for faults, route it by a table)
//! would be measured along with the client. Here a request is found in its connection's buffer and
//! answered with bytes that were made before; nothing is allocated for it. The server has a thread of
//! its own, so that its work can be told from the client's: the thread is named `rehearsal-bench`.

mod answers;
mod inbox;
mod plan;
mod seen;
mod server;
mod source_file;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::connection::{DemoModel, DemoSource};
use crate::limit::Rate;
use crate::model::{ID, ScriptedMessage, TITLE};
use answers::Answers;
use seen::Seen;
use server::Floor;

pub use plan::BenchPlan;
pub use seen::{BenchPath, BenchRequest};

/// A source and a model to measure by, each on a free port of 127.0.0.1. [`Bench::stop`] closes every
/// connection and waits for the thread; dropping it closes them too, without waiting.
///
/// - `GET /bench/{id}` answers always the same JSON after the wait that the query's `ms` names, or that
///   the plan has for that id, or that it has for all. The wait is counted from the arrival of the
///   request's head and kept by the runtime's timer: never shorter, and longer by a millisecond or so.
/// - `POST /v1/chat/completions` says what [`Bench::says`] set: its text if the last message of the
///   request is a tool's result, and its calls if it is anything else. Which conversation a request
///   belongs to makes no difference, so that several may go on at once. No key is asked for.
///
/// Requests must be HTTP/1.1 and their bodies have a `Content-Length`.
pub struct Bench {
    service: SocketAddr,
    model: SocketAddr,
    floor: Arc<Floor>,
    closing: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Bench {
    /// Starts the thread. When this returns, both addresses answer; the model says nothing yet.
    pub fn start(plan: BenchPlan) -> io::Result<Self> {
        let (closing, closed) = watch::channel(false);
        let floor = Arc::new(Floor::new(Answers::of(plan), Seen::default()));
        let (said, heard) = mpsc::channel();
        let served = floor.clone();
        let thread = std::thread::Builder::new().name("rehearsal-bench".to_owned()).spawn(move || {
            server::run(&served, closed, |addresses| {
                // Nobody hears it if whoever started the thread is gone already.
                let _ = said.send(addresses);
            });
        })?;
        let (service, model) = heard.recv().map_err(io::Error::other)??;
        Ok(Self { service, model, floor, closing, thread })
    }

    /// The service as a source named `bench` with one tool, `get`, whose arguments are `id` and `ms`,
    /// and limits that no benchmark reaches.
    pub fn source(&self) -> DemoSource {
        self.limited_source(4_096, None)
    }

    /// The same with these limits in its source file. The service itself takes any number.
    pub fn limited_source(&self, in_flight: u32, rate: Option<Rate>) -> DemoSource {
        let base_url = format!("http://{}", self.service);
        DemoSource::open("bench", &base_url, source_file::written(&base_url, in_flight, rate))
    }

    /// The model.
    pub fn model(&self) -> DemoModel {
        DemoModel {
            name: "bench".to_owned(),
            title: TITLE.to_owned(),
            base_url: format!("http://{}/v1", self.model),
            model_id: ID.to_owned(),
            secret_name: "bench-model".to_owned(),
            secret: "bench".to_owned(),
        }
    }

    /// Sets what the model says from now on, streamed at each message's pace or whole as the request
    /// asks; a message without a pace comes at once. Whole, a message comes after the time that its
    /// stream would take.
    pub fn says(&self, calls: &ScriptedMessage, text: &ScriptedMessage) {
        self.floor.says(calls, text);
    }

    /// What was answered since the start or since [`Bench::forget`], in the order of the answers: the
    /// first 65,536.
    pub fn seen(&self) -> Vec<BenchRequest> {
        self.floor.seen.all()
    }

    /// Drops what [`Bench::seen`] has.
    pub fn forget(&self) {
        self.floor.seen.forget();
    }

    /// Closes every connection and waits until the thread has ended. It blocks, for a moment.
    pub fn stop(self) {
        // Fails only if the thread has ended already.
        let _ = self.closing.send(true);
        // An error is a thread that panicked; there is nothing left of it to close.
        let _ = self.thread.join();
    }
}
