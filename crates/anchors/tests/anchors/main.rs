//! Anchors as the engine uses them: over real loopback HTTP, with a witness and an authority that share none of our code,
//! and in real folders.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a panic here is a failed test with a place, and tests say themselves that their intents are durable"
)]

mod folder;
mod hostile;
mod openssl;
mod spec;
mod timestamp;
mod trail;
mod witness;
