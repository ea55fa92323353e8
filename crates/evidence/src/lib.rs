//! Evidence bundles: making them and taking them apart. This crate keeps two formats out of everything else, the zip
//! and the age file, and with them what strangers may do with either: whoever reads a bundle gets typed pieces within
//! limits and never a name, a size or a byte of the container to trust.
//!
//! There is no database here, no network and no clock: pieces come in as arguments, the file goes out through
//! `Write + Seek` and comes in through `Read + Seek`. What a bundle proves is not judged here either: [`Bundler`]
//! writes what it is given, [`Bundle`] gives back what is there, and `verify` says whether it holds. The format is
//! `docs/trail-format.md`.
//!
//! What people read of the record stands here too, and proves nothing: a bundle's printed [`report()`], and an answer
//! with its sources as a [`document()`]. Both keep a model's words from becoming markup.

mod bundle;
mod bundler;
mod contents;
mod document;
mod error;
mod files;
mod folder;
mod limits;
mod list;
mod name;
mod notes;
mod packing;
mod piece;
mod pieces;
mod report;
mod sealed;
mod tiles;
mod unpacking;

pub use bundle::Bundle;
pub use bundler::{Bundler, Content, Summary};
pub use document::{Document, document};
pub use error::EvidenceError;
pub use files::PackedFiles;
pub use folder::pack_folder;
pub use name::View;
pub use piece::Piece;
pub use pieces::Pieces;
pub use report::{Report, ReportedAnchor, report};
pub use sealed::{seal, unseal};
