//! Which payloads a scope of erasing means, whatever keeps them.

use std::collections::{HashMap, HashSet};

use domain::care::{EraseScope, Retention};
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{BatchId, CallId, ConversationId, ModelCallId, Seq};
use domain::label::Level;
use domain::time::Micros;
use rusqlite::{Connection, OptionalExtension};

use super::super::subject::Subject;
use crate::columns;
use crate::error::StoreError;
use crate::stored;
use crate::target::Target;

/// Which payloads a scope means, before what has to stay.
pub(super) struct Meant {
    /// No entry before this is meant.
    pub(super) from: Seq,
    /// Only entries in which one of these texts stands, if there are any.
    texts: Vec<String>,
    which: Which,
}

enum Which {
    Calls(Calls),
    Conversation(ConversationId),
    Subject(Subject),
    Before(Micros),
    Overdue(Overdue),
}

/// What was kept as long as the rules say.
struct Overdue {
    rules: Retention,
    now: Micros,
}

impl Overdue {
    fn includes(&self, sql: &Connection, entry: &Entry, target: &Target) -> Result<bool, StoreError> {
        if self.rules.rules.is_empty() {
            return Ok(false);
        }
        let kept = self.rules.keeps(target.role, level(sql, entry)?);
        Ok(kept.is_some_and(|kept| entry.at.0.saturating_add_unsigned(kept.0) <= self.now.0))
    }
}

/// The level of what an entry belongs to: of its call, or of its conversation.
fn level(sql: &Connection, entry: &Entry) -> Result<Level, StoreError> {
    let (text, id) = match (entry.fact.calls(), &entry.link) {
        ([call], _) => ("SELECT level FROM call WHERE id = ?1", call.to_string()),
        (_, Some(link)) => ("SELECT level FROM conversation WHERE id = ?1", link.conversation.to_string()),
        _ => return Ok(Level::Confidential),
    };
    let found: Option<u32> = sql.prepare_cached(text)?.query_row([id], |row| row.get(0)).optional()?;
    Ok(found
        .map(|level| columns::label(level, 0))
        .transpose()?
        .map_or(Level::Confidential, |label| label.level))
}

/// Calls, and where else their words stand: in the responses that asked for them, and in the prompts that told the model
/// of them.
struct Calls {
    calls: HashSet<CallId>,
    responses: HashSet<ModelCallId>,
    /// Where the first of them was asked for.
    conversations: HashMap<ConversationId, Seq>,
}

impl Meant {
    pub(super) fn of(sql: &Connection, scope: &EraseScope) -> Result<Self, StoreError> {
        match scope {
            EraseScope::Calls { calls } => Self::calls(sql, calls),
            EraseScope::Conversation { conversation } => {
                let mut statement = sql.prepare_cached("SELECT seq FROM conversation WHERE id = ?1")?;
                let from = statement.query_row([conversation.to_string()], |row| row.get(0)).optional()?;
                Ok(Self {
                    from: Seq(from.ok_or(StoreError::NotFound)?),
                    texts: vec![conversation.to_string()],
                    which: Which::Conversation(*conversation),
                })
            }
            EraseScope::Subject { words } => {
                Ok(Self { from: Seq(0), texts: Vec::new(), which: Which::Subject(Subject::new(words)) })
            }
            EraseScope::Overdue { rules, now } => {
                let overdue = Overdue { rules: rules.clone(), now: *now };
                Ok(Self { from: Seq(0), texts: Vec::new(), which: Which::Overdue(overdue) })
            }
            EraseScope::Before { at } => {
                Ok(Self { from: Seq(0), texts: Vec::new(), which: Which::Before(*at) })
            }
        }
    }

    fn calls(sql: &Connection, calls: &[CallId]) -> Result<Self, StoreError> {
        let mut from = u64::MAX;
        let (mut texts, mut batches) = (HashSet::new(), HashSet::new());
        let mut conversations: HashMap<ConversationId, Seq> = HashMap::new();
        for call in calls {
            let mut statement = sql.prepare_cached(
                "SELECT call.seq, coalesce(turn.seq, call.seq), call.conversation, call.batch
                 FROM call LEFT JOIN turn ON turn.id = call.turn WHERE call.id = ?1",
            )?;
            let found: Option<(u64, u64, Option<String>, Option<String>)> = statement
                .query_row([call.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let (asked, turn, conversation, batch) = found.ok_or(StoreError::NotFound)?;
            from = from.min(turn);
            texts.insert(conversation.clone().unwrap_or_else(|| call.to_string()));
            batches.extend(columns::optional_id::<BatchId>(batch)?);
            if let Some(conversation) = columns::optional_id(conversation)? {
                let first = conversations.entry(conversation).or_insert(Seq(asked));
                *first = Seq(asked).min(*first);
            }
        }
        let from = Seq(from.min(i64::MAX as u64));
        let responses = requests_of(sql, from, &batches)?;
        // Many texts are no quicker to look for than to read the entry.
        let texts = if texts.len() > 8 { Vec::new() } else { texts.into_iter().collect() };
        let calls = Calls { calls: calls.iter().copied().collect(), responses, conversations };
        Ok(Self { from, texts, which: Which::Calls(calls) })
    }

    /// Whether a body that was not read yet can't be meant: cheap, and never wrong.
    pub(super) fn passes_over(&self, body: &[u8]) -> bool {
        !self.texts.is_empty()
            && !self.texts.iter().any(|text| memchr::memmem::find(body, text.as_bytes()).is_some())
    }

    pub(super) fn includes(
        &self,
        sql: &Connection,
        entry: &Entry,
        target: &Target,
    ) -> Result<bool, StoreError> {
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        Ok(match &self.which {
            Which::Conversation(meant) => conversation == Some(*meant),
            Which::Before(at) => entry.at < *at,
            Which::Overdue(overdue) => overdue.includes(sql, entry, target)?,
            Which::Subject(subject) => {
                let stored = stored::payload(sql, target.seq, &target.commitment, u64::MAX)?;
                stored.is_some_and(|stored| subject.is_in(&stored.bytes))
            }
            Which::Calls(meant) => match &entry.fact {
                Fact::AnswerGiven { .. } => false,
                Fact::ModelCalled { .. } => conversation
                    .and_then(|conversation| meant.conversations.get(&conversation))
                    .is_some_and(|first| *first < entry.seq),
                Fact::ModelReturned { request, .. } => meant.responses.contains(request),
                fact => fact.calls().iter().any(|call| meant.calls.contains(call)),
            },
        })
    }
}

/// The requests to a model whose responses asked for these batches.
fn requests_of(
    sql: &Connection,
    from: Seq,
    batches: &HashSet<BatchId>,
) -> Result<HashSet<ModelCallId>, StoreError> {
    let mut requests = HashSet::new();
    let mut missing = batches.len();
    let mut statement = sql.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 ORDER BY seq")?;
    let mut rows = statement.query([from.0])?;
    while missing > 0
        && let Some(row) = rows.next()?
    {
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if memchr::memmem::find(body, b"batch.opened").is_none() {
            continue;
        }
        let seq = Seq(row.get(0)?);
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        if let Fact::BatchOpened { batch, request, .. } = entry.fact
            && batches.contains(&batch)
        {
            requests.insert(request);
            missing -= 1;
        }
    }
    Ok(requests)
}
