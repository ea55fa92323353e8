//! What can't be erased now.

use std::collections::{HashMap, HashSet};

use domain::entry::Entry;
use domain::id::{CallId, ConversationId, Seq};
use rusqlite::Connection;

use crate::columns;
use crate::error::StoreError;

/// What can't be erased now: what a hold covers, and what is still under way.
pub(super) struct Stays {
    everything: bool,
    conversations: HashSet<ConversationId>,
    calls: HashSet<CallId>,
    /// Conversations with an open turn, and where it began.
    turns: HashMap<ConversationId, Seq>,
    open: HashSet<CallId>,
}

impl Stays {
    pub(super) fn now(sql: &Connection) -> Result<Self, StoreError> {
        let mut stays = Self {
            everything: false,
            conversations: HashSet::new(),
            calls: HashSet::new(),
            turns: HashMap::new(),
            open: HashSet::new(),
        };
        let mut holds =
            sql.prepare_cached("SELECT conversation, call, everything FROM hold WHERE released_at IS NULL")?;
        let mut rows = holds.query([])?;
        while let Some(row) = rows.next()? {
            stays.conversations.extend(columns::optional_id::<ConversationId>(row.get(0)?)?);
            stays.calls.extend(columns::optional_id::<CallId>(row.get(1)?)?);
            stays.everything |= row.get::<_, bool>(2)?;
        }
        let mut turns =
            sql.prepare_cached("SELECT conversation, min(seq) FROM turn WHERE ended_seq IS NULL GROUP BY 1")?;
        let turns = columns::rows(&mut turns, [], |row| {
            Ok((columns::id(&row.get::<_, String>(0)?)?, Seq(row.get(1)?)))
        })?;
        stays.turns = turns.into_iter().collect();
        let mut open = sql.prepare_cached("SELECT id FROM call WHERE outcome IS NULL")?;
        let open = columns::rows(&mut open, [], |row| columns::id(&row.get::<_, String>(0)?))?;
        stays.open = open.into_iter().collect();
        Ok(stays)
    }

    pub(super) fn is_held(&self, entry: &Entry) -> bool {
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        self.everything
            || conversation.is_some_and(|conversation| self.conversations.contains(&conversation))
            || entry.fact.calls().iter().any(|call| self.calls.contains(call))
    }

    pub(super) fn is_busy(&self, entry: &Entry) -> bool {
        let turn = entry.link.as_ref().and_then(|link| self.turns.get(&link.conversation));
        turn.is_some_and(|turn| entry.seq >= *turn)
            || entry.fact.calls().iter().any(|call| self.open.contains(call))
    }
}
