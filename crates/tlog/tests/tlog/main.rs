//! What `tlog` promises, tried from outside: published vectors, another implementation as an oracle,
//! every proof of small trees, sampled proofs of large ones, and input made to break it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own tools may stop the test")]

mod cosignatures;
mod hostile;
mod large;
mod notes;
mod oracle;
mod proofs;
mod stored;
mod tlog_proof;
mod vectors;
mod worked_example;
