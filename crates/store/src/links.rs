//! Where each conversation's own chain of entries ends.

use std::collections::HashMap;

use domain::entry::{Entry, Link};
use domain::id::{ConversationId, Seq};
use domain::json::{hex, unhex};
use rusqlite::{Connection, OptionalExtension};
use tlog::Hash;

use crate::error::StoreError;
use crate::read::Reader;

/// How many ends are remembered before all are forgotten; each is read again when it is needed.
const REMEMBERED: usize = 4096;

/// The last entry of a conversation.
#[derive(Clone, Copy, Debug)]
struct End {
    /// How many entries the conversation has.
    entries: u64,
    /// The leaf of the last; none if there is none yet.
    leaf: Option<Hash>,
}

/// The ends of the conversations that were written lately.
#[derive(Debug)]
pub(crate) struct Links {
    ends: HashMap<ConversationId, End>,
    /// What the ends were that are not durable yet, the oldest first.
    before: Vec<(ConversationId, Option<End>)>,
    /// What the others are read with.
    reader: Reader,
}

impl Links {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { ends: HashMap::new(), before: Vec::new(), reader }
    }

    /// The link of the next entry of `conversation`.
    pub(crate) fn next(&mut self, conversation: ConversationId) -> Result<Link, StoreError> {
        let end = match self.ends.get(&conversation) {
            Some(end) => *end,
            None => self.reader.run_now(|sql| stored_end(sql, conversation))?,
        };
        let cprev = end.leaf.map(|leaf| hex(leaf.as_bytes())).unwrap_or_default();
        self.ends.insert(conversation, end);
        Ok(Link { conversation, cseq: end.entries, cprev })
    }

    /// Notes that an entry with this link has this leaf.
    pub(crate) fn extend(&mut self, link: &Link, leaf: Hash) {
        let before = self.ends.insert(link.conversation, End { entries: link.cseq + 1, leaf: Some(leaf) });
        self.before.push((link.conversation, before));
    }

    /// Takes back what was noted of an entry with this link, which was not written after all.
    pub(crate) fn take_back(&mut self, link: &Link) {
        let leaf =
            unhex(&link.cprev).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).map(Hash::from_bytes);
        self.ends.insert(link.conversation, End { entries: link.cseq, leaf });
    }

    /// Takes back what was noted since the last [`Links::trim`]: none of it is durable.
    pub(crate) fn take_all_back(&mut self) {
        for (conversation, end) in self.before.drain(..).rev() {
            match end {
                Some(end) => drop(self.ends.insert(conversation, end)),
                None => drop(self.ends.remove(&conversation)),
            }
        }
    }

    /// Forgets everything once it is much. What was noted must be durable by now.
    pub(crate) fn trim(&mut self) {
        self.before.clear();
        if self.ends.len() >= REMEMBERED {
            self.ends.clear();
        }
    }
}

/// The projection says where the end is; the entry itself must agree, so that a wrong row can't fork a conversation.
fn stored_end(connection: &Connection, conversation: ConversationId) -> Result<End, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation.entries, entry.seq, entry.body, entry.leaf
         FROM conversation JOIN entry ON entry.seq = conversation.last_seq WHERE conversation.id = ?1",
    )?;
    let found = statement
        .query_row([conversation.to_string()], |row| {
            let (entries, seq, body, leaf) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok::<(u64, u64, Vec<u8>, [u8; 32]), rusqlite::Error>((entries, seq, body, leaf))
        })
        .optional()?;
    let Some((entries, seq, body, leaf)) = found else {
        return Ok(End { entries: 0, leaf: None });
    };
    let entry = Entry::from_body(&body).map_err(|error| StoreError::damaged(Seq(seq), error.to_string()))?;
    match entry.link {
        Some(link) if link.conversation == conversation && link.cseq + 1 == entries => {
            Ok(End { entries, leaf: Some(Hash::from_bytes(leaf)) })
        }
        _ => Err(StoreError::damaged(Seq(seq), format!("it is not the end of {conversation}"))),
    }
}
