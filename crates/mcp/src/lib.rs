//! An analyst's MCP servers. This crate keeps the Model Context Protocol, and whatever a server does with it, out of
//! everything else: a server is a [`Server`], which lists its tools and takes calls, and a call ends as an
//! [`Ending`](domain::outcome::Ending) like any other.
//!
//! - **On record.** Every message that leaves, by pipe or by HTTP, uses up a
//!   [`DurableIntent`](domain::intent::DurableIntent). A call brings its own; for everything else (opening a session,
//!   asking for the tools, answering the server, listening) the [`Recorder`] gives one, or the message does not leave. What
//!   a call's entry records are the very bytes that are sent: its id is ours, and known before.
//! - **Held to what was seen.** A call goes to the tool that a person accepted: if the server says anything else of it now,
//!   the call ends before it leaves ([`Prepared`] carries the pin). After every `list_changed` and every new session the
//!   tools are listed before the next call goes.
//! - **One session for all calls.** Calls are multiplexed; a session that ended is opened anew when it is needed, after a
//!   wait that grows. A server's program runs in a process group of its own, which ends with its session, and whose last
//!   words are in its [`Log`].
//! - **Known by what it asks for.** A server that wants to know who asks says so in a [`Challenge`]; where it says more of
//!   that, and what of it counts, is in [`Protected`] and [`AuthorizationServer`]. Whoever asks those addresses, and whether
//!   they may be asked, is decided elsewhere. A session takes the token of the moment for each request ([`Carried`]).
//! - **Nothing for free.** A program finds in its environment what its source names and little else. Sampling is refused,
//!   roots are none, and what a server asks the person goes to [`Said::Asks`].

mod authorization;
mod challenge;
mod ending;
mod gone;
mod handler;
mod http;
mod label;
mod log;
mod naming;
mod prepared;
mod process;
mod server;
mod session;
mod settings;
mod stdio;
mod wire;

pub use authorization::{
    AuthorizationServer, ClientName, Protected, Registered, registration, resource_places, server_places,
};
pub use challenge::Challenge;
pub use handler::{Asked, Said};
pub use log::Log;
pub use naming::{changes, tool_of, tools_of};
pub use prepared::{Prepared, prepare};
pub use server::Server;
pub use settings::{Carried, Progress, Settings, Tokens, Unavailable};
pub use wire::{Recorder, Sent};
