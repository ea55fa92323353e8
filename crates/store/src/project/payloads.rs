//! The texts that rows are filled with.

use std::borrow::Cow;
use std::sync::Arc;

use domain::id::Seq;
use domain::payload::Commitment;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::packed::Packed;
use crate::stored::{self, Erased};

/// Where an entry's payloads are to be had.
pub(crate) enum Payloads<'a> {
    /// They come with the entry, and with the payloads that the entry erased.
    Fresh(&'a [Arc<Packed>], &'a [Erased]),
    /// They lie in this database, with the entry of this number.
    Stored(&'a Connection, Seq),
}

impl Payloads<'_> {
    /// The payloads that the entry `seq` erased.
    pub(super) fn erased(&self, seq: Seq) -> Result<Vec<Erased>, StoreError> {
        match self {
            Self::Fresh(_, erased) => Ok(erased.to_vec()),
            Self::Stored(connection, _) => stored::erased_by(connection, seq),
        }
    }

    /// A payload as text; `None` if it was erased.
    pub(super) fn text(&self, commitment: &Commitment) -> Result<Option<Cow<'_, str>>, StoreError> {
        match self {
            Self::Fresh(packed, _) => {
                let found = packed.iter().find(|packed| packed.payload.commitment() == *commitment);
                Ok(found.map(|packed| String::from_utf8_lossy(packed.payload.bytes())))
            }
            Self::Stored(connection, seq) => {
                let stored = stored::payload(connection, *seq, commitment, u64::MAX)?;
                Ok(stored.map(|stored| Cow::Owned(String::from_utf8_lossy(&stored.bytes).into_owned())))
            }
        }
    }
}
