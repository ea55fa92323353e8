//! Views of the trail for other programs. This crate keeps their formats out of everything else, and keeps out of them
//! what they must not have: no payload's content is in any view, and what a view says is convenience, never evidence. It
//! touches no file, clock or network: one call, entry or turn in, one line out, so that a million of them need no more
//! memory than one.
//!
//! | Module | Format | For |
//! |---|---|---|
//! | [`csv`] | RFC 4180, with OWASP's guard against formulas | spreadsheets |
//! | [`jsonl`] | one JSON object (RFC 8259) a line; the names are this crate's, and stay | scripts |
//! | [`ocsf`] | OCSF 1.8.0, class API Activity (6003) | security monitoring |
//! | [`otlp`] | OTLP 1 as JSON, one export request a line; OpenTelemetry's GenAI conventions 1.41.0 | tracing |
//!
//! Every line comes with its end.

pub mod csv;
pub mod jsonl;
pub mod ocsf;
mod origin;
pub mod otlp;
mod record;
mod words;

pub use origin::{Checkpoint, Origin};
