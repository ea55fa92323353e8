//! What the checker promises: a sound trail has no findings; whatever is changed is reported or has no effect;
//! nothing that it is fed makes it panic.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic here is a failed test with a place")]

mod agreement;
mod batches;
mod bundles;
mod care;
mod epochs;
mod files;
mod fixtures;
mod hostile;
mod kept;
mod mutations;
mod story;
mod tampered;
mod ties;
mod trail;
mod writer;
