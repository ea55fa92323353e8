//! Holds what a machine can hold of `docs/house.md` and `docs/architecture.md`.
//!
//! Each test is one rule. When a rule is broken its message names the file, the line, and the mend, so that nobody has
//! to read this folder to get on. A rule is changed in the open: in the document or the table that the message names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

#[path = "tidy/bindings.rs"]
mod bindings;
#[path = "tidy/complaints.rs"]
mod complaints;
#[path = "tidy/cycles.rs"]
mod cycles;
#[path = "tidy/documents.rs"]
mod documents;
#[path = "tidy/fences.rs"]
mod fences;
#[path = "tidy/house.rs"]
mod house;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/lints.rs"]
mod lints;
#[path = "tidy/migrations.rs"]
mod migrations;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/sizes.rs"]
mod sizes;
