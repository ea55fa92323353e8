//! Turns in a workspace on disk against a company on loopback: what a person sees, when, and what is on record then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

mod anchored_writes;
mod anchors;
mod answering;
mod batches;
mod clearance;
mod collector;
mod early;
mod export;
mod export_more;
mod fetched;
mod hostile;
mod import;
mod mcp;
mod mcp_sign_in;
mod models;
mod oauth;
mod offer;
#[allow(
    dead_code,
    clippy::expect_used,
    reason = "the tests of `anchors` use more of it, and say what is missing"
)]
#[path = "../../../anchors/tests/anchors/openssl.rs"]
mod openssl;
mod pages;
mod picked;
mod restored;
mod review;
mod rotation;
mod scene;
mod turns;
