//! Bundles as strangers make and read them.

#![allow(
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's own tools may stop the test"
)]

mod document;
mod full;
mod hostile;
mod partial;
mod printed;
mod scene;
mod sealed;
