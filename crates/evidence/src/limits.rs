//! How large the files of a bundle may be, unpacked.

use crate::name::{Name, WIDTH};

/// The most files in a bundle. A reader keeps the directory in memory, some 400 bytes for each.
pub(crate) const MOST_FILES: u64 = 4_000_000;
/// The largest file of all: a payload, or all checkpoints.
pub(crate) const LARGEST: u64 = 1 << 30;
/// The longest body that an entry bundle can hold.
pub(crate) const LONGEST_BODY: u64 = u16::MAX as u64;
/// 256 bodies with their lengths.
pub(crate) const LARGEST_ENTRY_BUNDLE: u64 = WIDTH * (LONGEST_BODY + 2);
/// A path of 64 hashes, and a note.
pub(crate) const LARGEST_PROOF: u64 = 160 << 10;
/// A million commitments.
pub(crate) const LARGEST_LIST: u64 = 65 << 20;
/// A manifest, a key, or a note.
pub(crate) const LARGEST_HEAD: u64 = 128 << 10;

/// The most bytes of a file with this name.
pub(crate) fn most(name: Name) -> u64 {
    match name {
        Name::Manifest | Name::Key | Name::Checkpoint => LARGEST_HEAD,
        Name::Erased => LARGEST_LIST,
        Name::Entries { .. } => LARGEST_ENTRY_BUNDLE,
        Name::Tile { width, .. } => width * tlog::Hash::LEN as u64,
        Name::Entry(_) => LONGEST_BODY,
        Name::Proof(_) | Name::Earlier(..) => LARGEST_PROOF,
        Name::Checkpoints
        | Name::Payload(_)
        | Name::Verifier
        | Name::HowTo
        | Name::Answer
        | Name::AnswerOf(_)
        | Name::View(_) => LARGEST,
    }
}
