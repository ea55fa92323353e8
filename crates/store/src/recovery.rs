//! What an earlier run left open is closed, through the same door as everything else.

use domain::entry::{Draft, Entry};
use domain::fact::{Fact, Stopped};
use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::label::Label;
use domain::outcome::Outcome;
use domain::payload::{Payload, PayloadRole};
use domain::time::{Moment, Span};
use rusqlite::Connection;

use crate::columns;
use crate::error::StoreError;
use crate::store::Store;

const UNKNOWN: &str = "The program ended while this call was under way. It was sent; whether the source did what it \
                       asks can't be known from here. It was not sent again.";
const BETWEEN: &str = "The program ended while this call waited to be tried again: what it had sent came to nothing. \
                       Whether the source did any of it can't be known from here. It was not sent again.";
const CANCELLED: &str = "The program ended before this call was sent. Nothing left this machine.";
const CRASHED: &str = "The program ended in the middle of this turn. Ask again to go on.";

/// What recovery closed; all empty if the earlier run ended well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Calls that had been sent: how they ended is unknown.
    pub unknown: Vec<CallId>,
    /// Calls that had not been sent.
    pub cancelled: Vec<CallId>,
    /// Turns that had no end.
    pub turns: Vec<TurnId>,
}

impl Recovery {
    /// Whether there was nothing to close.
    pub fn is_empty(&self) -> bool {
        self.unknown.is_empty() && self.cancelled.is_empty() && self.turns.is_empty()
    }
}

/// Closes everything in one append, so that a crash in the middle leaves it to be done again, whole.
pub(crate) async fn run(
    store: &Store,
    moment: Moment,
    mint: &mut (dyn FnMut() -> [u8; 32] + Send),
) -> Result<Recovery, StoreError> {
    let left = store.reader().run(left_open).await?;
    let mut recovery = Recovery::default();
    let mut drafts = Vec::new();
    let mut words = |text: &str| {
        Payload::seal(mint(), PayloadRole::Words, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    };
    for OpenCall { id, conversation, stood, label } in left.calls {
        let (outcome, text, list) = match stood {
            Stood::UnderWay => (Outcome::Unknown, UNKNOWN, &mut recovery.unknown),
            Stood::BetweenAttempts => (Outcome::Unknown, BETWEEN, &mut recovery.unknown),
            Stood::Unsent => (Outcome::Cancelled, CANCELLED, &mut recovery.cancelled),
        };
        list.push(id);
        let payload = words(text);
        let fact = Fact::CallEnded {
            call: id,
            outcome,
            failure: None,
            status: None,
            result: None,
            words: Some(payload.commitment()),
            size: 0,
            cut_from: None,
            took: Span(0),
            label,
            from: None,
            phases: None,
            findings: None,
        };
        drafts.push(Draft { moment, conversation, fact, payloads: vec![payload] });
    }
    for (turn, conversation) in left.turns {
        recovery.turns.push(turn);
        let payload = words(CRASHED);
        let fact = Fact::TurnStopped { turn, why: Stopped::Crashed, words: Some(payload.commitment()) };
        drafts.push(Draft { moment, conversation: Some(conversation), fact, payloads: vec![payload] });
    }
    if !recovery.is_empty() {
        let fact = Fact::TrailRecovered {
            unknown: count(&recovery.unknown),
            cancelled: count(&recovery.cancelled),
            after: left.last,
        };
        drafts.push(Draft { moment, conversation: None, fact, payloads: Vec::new() });
        store.append(drafts).await?;
    }
    Ok(recovery)
}

/// What has no end yet, in the order in which it began.
struct LeftOpen {
    calls: Vec<OpenCall>,
    turns: Vec<(TurnId, ConversationId)>,
    last: Seq,
}

struct OpenCall {
    id: CallId,
    conversation: Option<ConversationId>,
    stood: Stood,
    label: Label,
}

/// How far a call had come.
enum Stood {
    Unsent,
    UnderWay,
    BetweenAttempts,
}

fn left_open(connection: &Connection) -> Result<LeftOpen, StoreError> {
    let mut calls = connection.prepare_cached(
        "SELECT id, conversation, attempts, level, categories, seq FROM call WHERE outcome IS NULL ORDER BY seq",
    )?;
    let calls = columns::rows(&mut calls, [], |row| {
        Ok(OpenCall {
            id: columns::id(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?,
            conversation: columns::optional_id(row.get(1)?)?,
            stood: stood(connection, Seq(row.get(5)?), row.get(2)?)?,
            label: columns::label(row.get(3)?, row.get(4)?)?,
        })
    })?;
    let mut turns = connection
        .prepare_cached("SELECT id, conversation FROM turn WHERE ended_seq IS NULL ORDER BY seq")?;
    let turns = columns::rows(&mut turns, [], |row| {
        let (turn, conversation): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((columns::id(&turn)?, columns::id(&conversation)?))
    })?;
    let last = connection.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0))?;
    Ok(LeftOpen { calls, turns, last: Seq(last) })
}

/// A call that was sent is under way unless each of its attempts has ended.
fn stood(connection: &Connection, call: Seq, attempts: usize) -> Result<Stood, StoreError> {
    if attempts == 0 {
        return Ok(Stood::Unsent);
    }
    let mut named = connection.prepare_cached(
        "SELECT entry.seq, entry.body FROM call_entry JOIN entry USING (seq) WHERE call_entry.call_seq = ?1",
    )?;
    let ended = columns::rows(&mut named, [call.0], |row| {
        let seq = Seq(row.get(0)?);
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        let entry = Entry::from_body(body).map_err(|error| StoreError::damaged(seq, error.to_string()))?;
        Ok(matches!(entry.fact, Fact::AttemptEnded { .. }))
    })?;
    let ended = ended.into_iter().filter(|ended| *ended).count();
    Ok(if ended < attempts { Stood::UnderWay } else { Stood::BetweenAttempts })
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
