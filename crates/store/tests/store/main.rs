//! The store from outside: what it promises to those who write, read and reopen it.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what helps a test may fail like one, and speaks to its parent process by printing"
)]

mod appending;
mod batches;
mod care;
mod crashes;
mod epochs;
mod evidence;
mod opening;
mod payloads;
mod projections;
mod readers;
mod recovery;
mod scene;
mod schema;
mod search;
mod search_words;
mod search_world;
mod speed;
mod story;
mod triggers;
mod upgrade;
mod views;
