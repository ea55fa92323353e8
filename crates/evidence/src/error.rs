//! What can go wrong with a bundle as a file.

use std::io;

use zip::result::ZipError;

/// Why a bundle could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file is no bundle, or one that two programs could read in two ways. Nothing of it was used.
    #[error("this file is no evidence bundle: {why}")]
    NotABundle {
        /// What is wrong with it.
        why: String,
    },
    /// The file is encrypted: [`unseal`](crate::unseal) it first, with the identity of its recipient.
    #[error(
        "this file is encrypted with age; open it with the identity (AGE-SECRET-KEY-1…) that it was encrypted to"
    )]
    Sealed,
    /// Something is larger than a bundle may hold.
    #[error("`{name}` is larger than {most} bytes, the most that a bundle may hold of it")]
    TooLarge {
        /// Its name in the bundle.
        name: String,
        /// The limit.
        most: u64,
    },
    /// There are more files than a bundle may hold: leave the payloads out, or bundle conversations one by one.
    #[error("a bundle holds at most {most} files; leave the payloads out, or export less at a time")]
    TooMany {
        /// The limit.
        most: u64,
    },
    /// Whoever makes the bundle put something in twice, out of order, or into a bundle of another kind.
    #[error(
        "`{name}` has no place here in this bundle: it came twice, out of order, or belongs to another kind"
    )]
    Misplaced {
        /// Its name in the bundle.
        name: String,
    },
    /// The bundle was ended with another number of entries than its manifest says.
    #[error("the manifest says {stated} entries and {found} were put in")]
    Incomplete {
        /// What the manifest says.
        stated: u64,
        /// What came.
        found: u64,
    },
    /// No recipient to encrypt to, or one that is none. What was written is not repeated: it may be a secret key.
    #[error("recipient {place} can't be encrypted to: {why}")]
    Recipient {
        /// Which of them, from 1.
        place: usize,
        /// What is wrong with it, and what to do.
        why: &'static str,
    },
    /// No identity to decrypt with: the text is none.
    #[error(
        "this is no age identity: give the line that begins with AGE-SECRET-KEY-1, or the file that `age-keygen` wrote"
    )]
    Identity,
    /// The file is encrypted to somebody else.
    #[error(
        "this file is not encrypted to this identity; open it with the one that belongs to its recipient"
    )]
    OtherIdentity,
    /// The file is no age file, or not whole.
    #[error("this age file is damaged or cut off")]
    Damaged,
    /// Reading or writing failed.
    #[error("reading or writing the bundle: {0}")]
    Io(#[from] io::Error),
}

impl EvidenceError {
    pub(crate) fn no_bundle(why: impl Into<String>) -> Self {
        Self::NotABundle { why: why.into() }
    }

    /// What the zip library says when it opens a file.
    pub(crate) fn opening(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) if is_ours(&error) => Self::Io(error),
            other => Self::no_bundle(format!("it is no zip ({other})")),
        }
    }

    /// What the zip library says when it writes a file.
    pub(crate) fn packing(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(other)),
        }
    }
}

/// Whether reading itself failed, and not what was read: the zip library says both with an `io::Error`, and only the
/// operating system's carry a number.
pub(crate) fn is_ours(error: &io::Error) -> bool {
    error.raw_os_error().is_some()
}
