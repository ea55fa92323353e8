//! An OpenAPI document as tools of a source. This crate keeps OpenAPI out of everything else: its three dialects, its
//! references, its own idea of JSON Schema end here, and what comes out is what a person could have written into a
//! source's file.
//!
//! [`import`] takes a document of version 2.0, 3.0, 3.1 or 3.2 in JSON or YAML, and gives an [`Imported`]: for every
//! operation of it a tool, or the reason why there is none. [`Imported::source`] makes a source of it. Nothing is
//! fetched and nothing is sent.
//!
//! A document is somebody else's text. Its size, depth and aliases are bounded when it is read, and what is made of it
//! is bounded by its size, so that no document takes much longer to import than to read.

mod body;
mod choice;
mod convert;
mod definitions;
mod document;
mod encoding;
mod imported;
mod keywords;
mod name;
mod operation;
mod paging;
mod parameter;
mod path;
mod pattern;
mod read;
mod refers;
mod refused;
mod security;
mod server;
mod walk;
mod words;
mod yaml;

pub use choice::Choice;
pub use imported::{Credential, Imported, Made, Offer, Operation, Skipped};
pub use read::read;
pub use refers::references;
pub use refused::Refused;
pub use walk::{Options, import, import_value};
