//! Turns in a workspace on disk against a company on loopback: what a person sees, when, and what is on record then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

mod batches;
mod early;
mod export;
mod hostile;
mod scene;
mod turns;
