//! What screens show, from one snapshot: the same queries that answer for a workspace.

use domain::filter::Filter;
use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::label::Label;
use domain::search::SearchPage;
use domain::view::{CallDetail, CallRow, ConversationRow, EntryView, TurnView};
use rusqlite::OptionalExtension;

use super::snapshot::Snapshot;
use super::{calls, conversations, search, trail, uses};
use crate::columns;
use crate::error::StoreError;

/// Where a turn stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnPlace {
    /// The turn.
    pub turn: TurnId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The entry of the question.
    pub asked: Seq,
    /// The entry that ended it, if one did.
    pub ended: Option<Seq>,
}

impl Snapshot {
    /// One entry, as it stands; `None` if there is no such entry.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn entry(&self, seq: Seq) -> Result<Option<EntryView>, StoreError> {
        let mut statement = self.sql.prepare_cached("SELECT seq, body, leaf FROM entry WHERE seq = ?1")?;
        statement.query_row([seq.0], |row| Ok(trail::entry_view(row))).optional()?.transpose()
    }

    /// One turn with everything in it; `None` if there is no such turn.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn turn(&self, id: TurnId) -> Result<Option<TurnView>, StoreError> {
        conversations::one_turn(&self.sql, id)
    }

    /// Where a turn stands; `None` if there is no such turn.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn place_of(&self, id: TurnId) -> Result<Option<TurnPlace>, StoreError> {
        let mut statement =
            self.sql.prepare_cached("SELECT conversation, ended_seq, seq FROM turn WHERE id = ?1")?;
        let found: Option<(String, Option<u64>, u64)> = statement
            .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((conversation, ended, asked)) = found else { return Ok(None) };
        let conversation = columns::id(&conversation)?;
        Ok(Some(TurnPlace { turn: id, conversation, asked: Seq(asked), ended: ended.map(Seq) }))
    }

    /// The turns that were asked last, at most `limit`, the last first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn turns(&self, limit: u32) -> Result<Vec<TurnPlace>, StoreError> {
        let mut statement = self
            .sql
            .prepare_cached("SELECT id, conversation, ended_seq, seq FROM turn ORDER BY seq DESC LIMIT ?1")?;
        columns::rows(&mut statement, [limit], |row| {
            Ok(TurnPlace {
                turn: columns::id(&row.get::<_, String>(0)?)?,
                conversation: columns::id(&row.get::<_, String>(1)?)?,
                ended: row.get::<_, Option<u64>>(2)?.map(Seq),
                asked: Seq(row.get(3)?),
            })
        })
    }

    /// A conversation as a row; `None` if there is no such conversation.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        let mut statement = self
            .sql
            .prepare_cached(&format!("SELECT {} FROM conversation WHERE id = ?1", conversations::COLUMNS))?;
        let found =
            statement.query_row([id.to_string()], |row| Ok(conversations::conversation_row(&self.sql, row)));
        found.optional()?.transpose()
    }

    /// Conversations, the one in which something happened last first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn conversations(&self, limit: u32) -> Result<Vec<ConversationRow>, StoreError> {
        let mut statement = self.sql.prepare_cached(&format!(
            "SELECT {} FROM conversation ORDER BY last_seq DESC LIMIT ?1",
            conversations::COLUMNS
        ))?;
        columns::rows(&mut statement, [limit], |row| conversations::conversation_row(&self.sql, row))
    }

    /// One call with its entries and payloads, of each payload's text the first `most` bytes, and the answers that used it;
    /// `None` if there is no such call.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn call(&self, id: CallId, most: usize) -> Result<Option<CallDetail>, StoreError> {
        let Some(mut detail) = calls::detail(&self.sql, id, most)? else { return Ok(None) };
        detail.used_by = uses::uses(&self.sql, id, uses::answers(&detail.entries)?)?;
        Ok(Some(detail))
    }

    /// The call that the entry `seq` asks for; `None` if there is none.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn call_at(&self, seq: Seq) -> Result<Option<CallRow>, StoreError> {
        let mut known = self.sql.prepare_cached("SELECT 1 FROM call WHERE seq = ?1")?;
        if !known.exists([seq.0])? {
            return Ok(None);
        }
        Ok(calls::at(&self.sql, &[seq.0])?.pop())
    }

    /// The calls that fit, newest first, as [`Reader::search`](crate::Reader::search) finds them; words as far as they
    /// are in their index.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn search(&self, filter: &Filter, before: Option<Seq>, limit: u32) -> Result<SearchPage, StoreError> {
        search::search(&self.sql, filter, before, limit)
    }

    /// The join of all calls' and conversations' labels.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub fn label(&self) -> Result<Label, StoreError> {
        let mut statement = self.sql.prepare_cached(
            "SELECT DISTINCT level, categories FROM call UNION SELECT level, categories FROM conversation",
        )?;
        let labels = columns::rows(&mut statement, [], |row| columns::label(row.get(0)?, row.get(1)?))?;
        Ok(Label::join_all(&labels))
    }
}
