//! A deterministic small company and a rehearsal model on loopback: it keeps the network, chance and
//! other people's keys out of the demo, the tests and the benches.
//!
//! [`Rehearsal::start`] opens four services (customers, billing, support, people), two services for
//! tests (an echo, and records), a model that speaks seven wire protocols (OpenAI Chat Completions and Responses,
//! Anthropic, Gemini, Ollama, Cohere, Bedrock) and a witness of the C2SP
//! tlog-witness protocol, each on a port of its own. A seed decides everything they say, but for the
//! time that the witness signs. The model is no AI: it matches a question against the tools
//! it is offered and works out its answer from the results that come back.
//!
//! What a test can set:
//! - [`Plan`]: latencies, the model's pace, how long reads stay fresh, and for each service a
//!   [`ServiceLimit`]: so many under way, such a [`Rate`], told by `Retry-After` and `RateLimit` headers
//!   in each of their forms. What is over the limit is answered `429` and does nothing.
//! - [`Faults`]: what goes wrong with the next request to a path, or with a series of them: resets before
//!   a status, in a body or after the thing was done, hangs, statuses, bad JSON, wrong lengths, large
//!   bodies, redirects, any other [`Fault::Answer`].
//! - [`Script`]: what the model says next: any calls with any arguments in any fragments, at any
//!   [`Pace`], cut at any event or byte, ended by any reason, by an error or by silence, not before a
//!   [`Gate`] opens, and with a [`Revision`] of an earlier call after a later one began.
//! - `billing`, `echo` and `records` honour `Idempotency-Key`: a write under a known key gets the earlier
//!   answer, marked `Idempotency-Replayed: true`, and is not done again.
//! - [`Rehearsal::follow`]: the trails that the witness cosigns; others it doesn't know.
//! - The echo's query may hold `ms` (the wait), `bytes` (for `/big`) and `cache` (what `Cache-Control`
//!   says).
//!
//! What a test can read: [`Rehearsal::requests`], each a [`LoggedRequest`] with its beginning and its end
//! on one clock, so that overlaps and rates can be counted; [`Rehearsal::records`] and
//! [`Rehearsal::echo_writes`], the state that is left.

mod clock;
mod company;
mod connection;
mod door;
mod echo;
mod exchange;
mod faults;
mod gate;
mod keys;
mod limit;
mod log;
mod mcp;
mod model;
mod noise;
mod plan;
mod records;
mod rehearsal;
mod services;
mod witness;

pub use connection::{DemoModel, DemoSource, DemoWitness};
pub use faults::{Fault, Faults, Times};
pub use gate::Gate;
pub use limit::{Left, Rate, RetryAfter, ServiceLimit};
pub use log::LoggedRequest;
pub use mcp::serve_mcp;
pub use model::{Revision, SampleQuestion, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd};
pub use plan::{Latency, Pace, Plan};
pub use records::Record;
pub use rehearsal::Rehearsal;
