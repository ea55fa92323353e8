//! Each rule of the scheduler, the attempts and the gates has a test here that fails if the rule breaks.

#![allow(clippy::unwrap_used, reason = "helpers of tests; a panic is a failed test with a place")]

mod attempts;
mod batches;
mod early;
mod gates;
mod order;
mod scene;
mod sharing;
mod turns;
