//! A thing that a bundle holds.

use domain::id::Seq;
use domain::payload::Commitment;
use tlog::Hash;

/// How many bytes a payload's salt has.
pub(crate) const SALT: usize = 32;

/// Something that a bundle holds. All of it is as it came, and none of it is checked but for its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An entry.
    Entry {
        /// Where it stands: by its file's name, or by its place in the entry bundles.
        seq: Seq,
        /// The bytes that are hashed.
        body: Vec<u8>,
    },
    /// The proof that an entry is in the tree.
    Proof {
        /// The entry, by the file's name.
        seq: Seq,
        /// A C2SP tlog-proof.
        text: String,
    },
    /// A tile: consecutive hashes of one level, from `index` × 256 on.
    Tile {
        /// 0 for leaf hashes.
        level: u8,
        /// Its place in its level.
        index: u64,
        /// As many as its name says; 256 if it is full.
        hashes: Vec<Hash>,
    },
    /// A signed checkpoint of the trail.
    Checkpoint {
        /// The note.
        note: String,
    },
    /// The signed note that an anchor holds.
    AnchorCheckpoint {
        /// The entry that says so, by the file's name.
        seq: Seq,
        /// The note.
        note: String,
    },
    /// The signed note that the key before an epoch signed last.
    EpochCheckpoint {
        /// The entry that opens the epoch, by the file's name.
        seq: Seq,
        /// The note.
        note: String,
    },
    /// The proof that the bundle's checkpoint continues an anchor's or an epoch's.
    Consistency {
        /// The entry that tells of it, by the file's name.
        seq: Seq,
        /// Empty if they are of one size.
        hashes: Vec<Hash>,
    },
    /// A payload.
    Payload {
        /// What it should open, by the file's name.
        commitment: Commitment,
        /// The salt.
        salt: [u8; SALT],
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A payload that is said to have been erased.
    Erased(Commitment),
    /// A file that every bundle of the kind has and this one hasn't: a finding, `missing`.
    Missing {
        /// Its name.
        name: String,
    },
    /// A file that is no part of the bundle, is there twice, or can't be read: a finding, `altered`.
    Stray {
        /// Its name, made safe to show.
        name: String,
        /// What is wrong, to stand behind the name: "is no part of a bundle".
        why: &'static str,
    },
}
