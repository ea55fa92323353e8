//! The two keys of a workspace: one opens the database, one signs its checkpoints.

use std::fmt;

use tlog::{Signer, Verifier};
use zeroize::Zeroizing;

/// The raw key of the database. It does not print, and its memory is overwritten when it goes.
#[derive(Clone)]
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

/// What whoever writes a workspace holds.
#[derive(Debug)]
pub struct Keys {
    /// Opens the database.
    pub database: DatabaseKey,
    /// Sign the checkpoints, each under the origin of its epoch.
    pub signer: Signers,
}

/// The keys that sign a workspace's checkpoints, one for each epoch. Which epoch the trail is in, the trail itself says;
/// nothing else keeps count of it.
pub struct Signers {
    /// Of the first epoch.
    first: Signer,
    later: Box<Later>,
}

/// The signer of a later origin; `None` if that is none of this workspace.
type Later = dyn Fn(&str) -> Option<Signer> + Send;

impl Signers {
    /// The first epoch's, and how the signer of each later origin is had, which gives `None` for an origin that is none
    /// of this workspace.
    pub fn new(first: Signer, later: impl Fn(&str) -> Option<Signer> + Send + 'static) -> Self {
        Self { first, later: Box::new(later) }
    }

    /// Of the first epoch.
    pub(crate) fn first(&self) -> &Signer {
        &self.first
    }

    /// The one that signs under this origin.
    pub(crate) fn into_signer(self, origin: &str) -> Option<Signer> {
        if self.first.origin().as_str() == origin { Some(self.first) } else { (self.later)(origin) }
    }

    /// The key that opens what is signed under this origin.
    pub(crate) fn verifier(&self, origin: &str) -> Option<Verifier> {
        if self.first.origin().as_str() == origin {
            return Some(self.first.verifier());
        }
        (self.later)(origin).map(|signer| signer.verifier())
    }
}

impl From<Signer> for Signers {
    /// For a trail that has one epoch.
    fn from(first: Signer) -> Self {
        Self::new(first, |_| None)
    }
}

impl fmt::Debug for Signers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Signers").field("first", &self.first).finish_non_exhaustive()
    }
}

impl DatabaseKey {
    /// Takes the key over.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// The pragma that hands it to SQLCipher as it is, without stretching: it has 256 random bits already.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(96));
        text.push_str("PRAGMA key = \"");
        text.push_str(&self.literal());
        text.push('"');
        text
    }

    /// The key as SQLCipher takes it where a statement has room for one.
    pub(crate) fn literal(&self) -> Zeroizing<String> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        // Of its full size from the start: growing would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(96));
        text.push_str("x'");
        for byte in self.0.iter() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        text.push('\'');
        text
    }
}

impl From<[u8; 32]> for DatabaseKey {
    fn from(key: [u8; 32]) -> Self {
        Self::new(key)
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DatabaseKey(…)")
    }
}
