//! The two keys of a workspace: one opens the database, one signs its checkpoints.

use std::fmt;

use tlog::Signer;
use zeroize::Zeroizing;

/// The raw key of the database. It does not print, and its memory is overwritten when it goes.
#[derive(Clone)]
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

/// What whoever writes a workspace holds.
#[derive(Debug)]
pub struct Keys {
    /// Opens the database.
    pub database: DatabaseKey,
    /// Signs the checkpoints, under the trail's origin.
    pub signer: Signer,
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
