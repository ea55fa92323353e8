//! The rehearsal as its users meet it: over the wire, through the published source files, and with
//! nothing but a socket of our own, so that what is broken on purpose is seen as it was sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic in a test, or in what only tests call, is a failed test with a place"
)]

mod client;
mod conversation;

mod company;
mod dialects;
mod faults;
mod limits;
mod log;
mod model;
mod questions;
mod records;
mod script;
mod witness;
