//! Holds, and what a scope of erasing means: which payloads would go, and which stay and why.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::care::{ErasePreview, EraseScope, HoldScope, HoldView, RoleCount};
use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{BatchId, CallId, ConversationId, ModelCallId, Seq};
use domain::payload::{Commitment, PayloadRole};
use domain::time::Micros;
use rusqlite::{Connection, OptionalExtension, Row};

use super::Reader;
use super::subject::Subject;
use crate::care::{Selection, Target};
use crate::columns;
use crate::error::StoreError;
use crate::stored;

impl Reader {
    /// Every hold, the latest first.
    pub async fn holds(&self) -> Result<Vec<HoldView>, StoreError> {
        self.run(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT id, seq, at, conversation, call, released_at FROM hold ORDER BY seq DESC",
            )?;
            columns::rows(&mut statement, [], |row| hold(sql, row))
        })
        .await
    }

    /// What erasing this would mean now. For a scope without a bound it reads the whole trail, and for a subject every
    /// payload; `progress` hears how many entries of how many were looked at.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the call or conversation does not exist.
    pub async fn erasable(
        &self,
        scope: EraseScope,
        mut progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Selection, StoreError> {
        self.run(move |sql| select(sql, &scope, &mut progress)).await
    }
}

fn hold(sql: &Connection, row: &Row<'_>) -> Result<HoldView, StoreError> {
    let seq = Seq(row.get(1)?);
    let conversation: Option<ConversationId> = columns::optional_id(row.get(3)?)?;
    let call: Option<CallId> = columns::optional_id(row.get(4)?)?;
    let scope = match (call, conversation) {
        (Some(call), _) => HoldScope::Call { call },
        (None, Some(conversation)) => HoldScope::Conversation { conversation },
        (None, None) => HoldScope::Everything,
    };
    let reason = stored::payloads_of(sql, seq, u64::MAX)?.into_iter().next();
    Ok(HoldView {
        id: columns::id(&row.get::<_, String>(0)?)?,
        scope,
        reason: reason.map(|reason| String::from_utf8_lossy(&reason.bytes).into_owned()).unwrap_or_default(),
        seq,
        at: Micros(row.get(2)?),
        released_at: row.get::<_, Option<i64>>(5)?.map(Micros),
    })
}

fn select(
    sql: &Connection,
    scope: &EraseScope,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Selection, StoreError> {
    let meant = Meant::of(sql, scope)?;
    let stays = Stays::now(sql)?;
    let mut found = Found::default();
    let total: u64 = sql.query_row("SELECT coalesce(max(seq) + 1, 0) FROM entry", [], |row| row.get(0))?;
    let mut statement =
        sql.prepare_cached("SELECT seq, body FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
    let mut rows = statement.query((meant.from.0, total))?;
    while let Some(row) = rows.next()? {
        let seq = Seq(row.get(0)?);
        if seq.0.is_multiple_of(1024) {
            progress(seq.0, total);
        }
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if meant.passes_over(body) {
            continue;
        }
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        if !entry.fact.can_be_erased() {
            continue;
        }
        for (place, (role, commitment)) in entry.fact.payloads().into_iter().enumerate() {
            let target = Target { seq, place, role, commitment };
            if meant.includes(sql, &entry, &target)? {
                found.take(sql, &entry, target, &stays)?;
            }
        }
    }
    progress(total, total);
    Ok(found.finish())
}

/// Which payloads a scope means, before what has to stay.
struct Meant {
    /// No entry before this is meant.
    from: Seq,
    /// Only entries in which one of these texts stands, if there are any.
    texts: Vec<String>,
    which: Which,
}

enum Which {
    Calls(Calls),
    Conversation(ConversationId),
    Subject(Subject),
    Before(Micros),
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
    fn of(sql: &Connection, scope: &EraseScope) -> Result<Self, StoreError> {
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
    fn passes_over(&self, body: &[u8]) -> bool {
        !self.texts.is_empty()
            && !self.texts.iter().any(|text| memchr::memmem::find(body, text.as_bytes()).is_some())
    }

    fn includes(&self, sql: &Connection, entry: &Entry, target: &Target) -> Result<bool, StoreError> {
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        Ok(match &self.which {
            Which::Conversation(meant) => conversation == Some(*meant),
            Which::Before(at) => entry.at < *at,
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

/// What can't be erased now: what a hold covers, and what is still under way.
struct Stays {
    everything: bool,
    conversations: HashSet<ConversationId>,
    calls: HashSet<CallId>,
    /// Conversations with an open turn, and where it began.
    turns: HashMap<ConversationId, Seq>,
    open: HashSet<CallId>,
}

impl Stays {
    fn now(sql: &Connection) -> Result<Self, StoreError> {
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

    fn is_held(&self, entry: &Entry) -> bool {
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        self.everything
            || conversation.is_some_and(|conversation| self.conversations.contains(&conversation))
            || entry.fact.calls().iter().any(|call| self.calls.contains(call))
    }

    fn is_busy(&self, entry: &Entry) -> bool {
        let turn = entry.link.as_ref().and_then(|link| self.turns.get(&link.conversation));
        turn.is_some_and(|turn| entry.seq >= *turn)
            || entry.fact.calls().iter().any(|call| self.open.contains(call))
    }
}

#[derive(Default)]
struct Found {
    targets: Vec<Target>,
    preview: ErasePreview,
    roles: BTreeMap<&'static str, RoleCount>,
    calls: HashSet<CallId>,
    conversations: HashSet<ConversationId>,
}

impl Found {
    fn take(
        &mut self,
        sql: &Connection,
        entry: &Entry,
        target: Target,
        stays: &Stays,
    ) -> Result<(), StoreError> {
        let Some(size) = size(sql, target.seq, &target.commitment)? else {
            self.preview.gone += 1;
            return Ok(());
        };
        if stays.is_held(entry) {
            self.preview.held += 1;
        } else if stays.is_busy(entry) {
            self.preview.busy += 1;
        } else {
            self.preview.payloads += 1;
            self.preview.bytes += size;
            let counted =
                self.roles.entry(target.role.word()).or_insert(RoleCount { role: target.role, count: 0 });
            counted.count += 1;
            if target.role != PayloadRole::Answer {
                self.calls.extend(entry.fact.calls());
            }
            self.conversations.extend(entry.link.as_ref().map(|link| link.conversation));
            self.targets.push(target);
        }
        Ok(())
    }

    fn finish(self) -> Selection {
        let Self { targets, mut preview, roles, calls, conversations } = self;
        preview.by_role = roles.into_values().collect();
        preview.by_role.sort_by_key(|counted| std::cmp::Reverse(counted.count));
        (preview.calls, preview.conversations) = (calls.len() as u64, conversations.len() as u64);
        Selection { targets, preview }
    }
}

fn size(sql: &Connection, seq: Seq, commitment: &Commitment) -> Result<Option<u64>, StoreError> {
    Ok(stored::payload(sql, seq, commitment, 0)?.map(|stored| stored.size))
}
