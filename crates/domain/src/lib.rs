//! The nouns of Tieout. This crate keeps everything that acts out of the words: it holds what a call, a
//! batch, an outcome, a label, an entry *is*, and no clock, randomness, environment, network or storage.
//!
//! Times and random bits come in as arguments, so whatever is built on these types can be replayed.
//! Words have the one meaning that `docs/architecture.md` and the glossary in the README give them.

pub mod advice;
pub mod anchor;
pub mod answer;
pub mod asking;
pub mod bundle;
pub mod call;
mod canonical;
pub mod care;
pub mod effect;
pub mod entry;
pub mod event;
pub mod fact;
pub mod filter;
pub mod finding;
pub mod hidden;
pub mod id;
pub mod intent;
pub mod json;
pub mod label;
pub mod mcp;
pub mod model;
pub mod network;
pub mod outcome;
pub mod paging;
pub mod payload;
pub mod policy;
pub mod request;
pub mod run;
pub mod search;
pub mod secret;
pub mod source;
pub mod telling;
pub mod tie;
pub mod time;
pub mod tool;
pub mod view;
