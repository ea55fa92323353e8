//! A deterministic small company and a rehearsal model on loopback: it keeps the network, chance and
//! other people's keys out of the demo, the tests and the benches.
//!
//! [`Rehearsal::start`] opens four services (customers, billing, support, people), an echo service
//! for tests and a model that speaks the OpenAI Chat protocol, each on a port of its own. A seed
//! decides everything they say. The model is no AI: it matches a question against the tools it is
//! offered and works out its answer from the results that come back.

mod bench;
mod company;
mod connection;
mod door;
mod echo;
mod exchange;
mod faults;
mod keys;
mod limit;
mod log;
mod model;
mod noise;
mod plan;
mod records;
mod rehearsal;
mod services;

pub use bench::{Bench, BenchPath, BenchPlan, BenchRequest};
pub use connection::{DemoModel, DemoSource};
pub use faults::{Fault, Faults, Times};
pub use limit::{Left, Rate, RetryAfter, ServiceLimit};
pub use log::LoggedRequest;
pub use model::{Revision, SampleQuestion, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd};
pub use plan::{Latency, Pace, Plan};
pub use records::Record;
pub use rehearsal::Rehearsal;
