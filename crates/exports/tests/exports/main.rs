//! Views of a small story, as other programs read them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

mod ocsf;
mod otlp;
mod story;
mod tables;
