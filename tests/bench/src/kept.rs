//! Where a turn by hand is kept: the requests of all calls before the first leaves, all results before the model is
//! told, each in one commit.

use bytes::Bytes;

use crate::journal::Journal;
use crate::raw::Raw;
use crate::trouble::Outcome;

/// Where.
pub(crate) enum Kept<'a> {
    /// In a file, over old bytes of it: one write and one sync a commit.
    File(&'a mut Journal),
    /// In an encrypted database with the trail's pragmas: as many rows as the trail has entries.
    Database(&'a Raw),
}

/// As many bytes as an entry of a call has in the middle.
const ENTRY: &[u8] = &[b'x'; 480];

impl Kept<'_> {
    /// All calls are about to be sent.
    pub(crate) fn requests(&mut self, requests: &[Vec<u8>]) -> Outcome<()> {
        match self {
            Self::File(journal) => journal.commit(&requests.concat()),
            // Asked for, with its arguments; allowed; about to be sent, with its request.
            Self::Database(raw) => raw.commit(requests.iter().flat_map(|request| {
                let request = request.as_slice();
                [(ENTRY, request), (ENTRY, &[][..]), (ENTRY, request)]
            })),
        }
    }

    /// All calls have ended.
    pub(crate) fn results(&mut self, results: &[Bytes]) -> Outcome<()> {
        match self {
            Self::File(journal) => journal.commit(&results.concat()),
            Self::Database(raw) => raw.commit(results.iter().map(|result| (ENTRY, &result[..]))),
        }
    }
}
