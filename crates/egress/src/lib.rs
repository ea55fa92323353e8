//! The one door out. This crate keeps the HTTP client away from everything else: no other crate can open a
//! connection to a host, so nothing leaves that the trail does not hold already ([`Door::send`] consumes a
//! [`DurableIntent`](domain::intent::DurableIntent)), no secret goes to a host that it is not for, and no answer
//! takes longer or grows larger than its request allows.
//!
//! What is sent is said first: [`Outbound::record`] is the request as it will stand on the wire, with the names of
//! secrets in the place of secrets. Record and wire are made from the same list of headers and the same address.
//!
//! - **Pinned.** A secret goes to the origin (scheme, host, port) of the request's own address. A redirect to another
//!   origin is not followed at all: the trail says where a request goes, and another host is another request, which
//!   the source's file has to name. See [`Redirects`].
//! - **Within reach.** What is dialled is judged, not its name: link-local and metadata addresses never, private ones only
//!   where [`Passage::reach`] says so, and a name is looked up once for a request. What a proxy looks up is judged by name.
//! - **Bounded.** A request has a deadline for everything, a limit for silence between the bytes of the body, and a
//!   limit of bytes; connecting has a limit of its own ([`Settings::connect_timeout`]).
//! - **Signed.** Where a service wants a signature and not a secret ([`Placement::AwsSigV4`]), it is made of the exact bytes
//!   that leave; the record has stand-ins for key and signature, and the time comes from the caller.
//! - **Plain.** Bodies are asked for without compression (`Accept-Encoding: identity`), so the limit of bytes is a
//!   limit of what we hold, and a small body can't unfold into a large one.
//! - **Not repeated.** The client never sends a request a second time by itself. Only a request of which nothing left,
//!   since the idle connection that it got had been closed, goes on another one.
//! - **Measured.** [`Inbound::phases`] says where the time went: name, TCP, TLS, answer, body.
//! - **Through what lies between.** Proxies and authorities are the system's, and those that [`Door::set_network`] adds.
//! - **Ahead.** [`Door::warm`] opens a connection for a request that is expected, and sends nothing of it.

mod address;
mod ahead;
mod bare;
mod client;
mod connector;
mod dial;
mod door;
mod error;
mod forms;
mod hmac;
mod inbound;
mod names;
mod network;
mod outbound;
mod passage;
mod phases;
mod placement;
mod proxy;
mod redirect;
mod scrub;
mod sigv4;
mod stream;
mod trust;
mod words;

pub use address::Reach;
pub use door::{Door, DoorError, Settings};
pub use error::SendError;
pub use inbound::{Inbound, Whole};
pub use names::{Lookup, Names};
pub use network::{Network, Root, Way};
pub use outbound::{Outbound, USER_AGENT};
pub use passage::{Identity, Passage};
pub use placement::{PlacedSecret, Placement};
pub use redirect::Redirects;
pub use scrub::Scrubber;
