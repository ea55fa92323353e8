//! Acceptance: each promise of the product with tests that break if the promise does, one folder or file each.
//!
//! Nothing is faked but the company. The servers are real ones on loopback, the workspace lies on disk, and the tests
//! of the command line run the program that people run. A test waits for what happens and never for a time; the limits
//! of time in `scene` only keep a fault from waiting for ever.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a panic here is a failed test that says where; helpers of tests count as code to the lint"
)]

mod scene;

mod anchors;
mod attempts;
mod bfcl;
mod care;
mod clearance;
mod cli;
mod conformance;
mod crash;
mod evidence;
mod foreign;
mod guard;
mod hostile;
mod labels;
mod limits;
mod mcp;
mod memory;
mod one_of_64;
mod order;
mod outcomes;
mod policy;
mod protocols;
mod provable;
mod recorded;
mod refused;
mod replies;
mod secrets;
mod services;
mod speed;
mod state;
mod strangers;
mod stream_cuts;
mod ties;
mod trail;
mod waiting;
mod writer;
