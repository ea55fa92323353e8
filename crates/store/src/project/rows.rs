//! A call's row: what `call.requested` says once and for all, and what later entries say of it.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::columns::from_word;
use crate::error::StoreError;
use crate::sieve::{Flag, Measures, Traits};

/// What does not change after `call.requested`.
pub(super) struct Asked {
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) conversation: Option<String>,
    pub(super) turn: Option<String>,
    pub(super) batch: Option<String>,
    pub(super) position: u32,
    pub(super) handle: u32,
    pub(super) tool: String,
    pub(super) effect: String,
    pub(super) early: bool,
    pub(super) retry_of: Option<String>,
}

/// What later entries may change.
#[derive(Default)]
pub(super) struct State {
    pub(super) telling: String,
    pub(super) level: u32,
    pub(super) categories: u32,
    pub(super) verdict: Option<String>,
    pub(super) approved: Option<bool>,
    pub(super) edited: bool,
    pub(super) sent_at: Option<i64>,
    pub(super) attempts: u32,
    pub(super) dropped: Option<String>,
    pub(super) ended_seq: Option<u64>,
    pub(super) outcome: Option<String>,
    pub(super) failure: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) drew_on: Option<String>,
    pub(super) size: u64,
    pub(super) took: u64,
    pub(super) made: Option<String>,
}

impl Asked {
    /// The name of its tool's source; empty if no such tool is connected.
    pub(super) fn source(&self) -> &str {
        self.tool.split_once('.').map_or("", |(source, _)| source)
    }

    pub(super) fn traits(&self) -> Result<Traits, StoreError> {
        let flags = [
            (Flag::Early, self.early),
            (Flag::Retry, self.retry_of.is_some()),
            (Flag::ByHand, self.turn.is_none()),
        ];
        Ok(flagged(Traits::effect(from_word(&self.effect)?), &flags))
    }
}

fn flagged(traits: Traits, flags: &[(Flag, bool)]) -> Traits {
    let set = flags.iter().filter(|(_, is_set)| *is_set);
    set.fold(traits, |traits, (flag, _)| traits.with(Traits::flag(*flag)))
}

/// The place of the call with this id, if it has a row.
pub(super) fn place(sql: &Connection, id: &str) -> Result<Option<u64>, StoreError> {
    let mut statement = sql.prepare_cached("SELECT seq FROM call WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

impl State {
    pub(super) fn traits(&self) -> Result<Traits, StoreError> {
        let outcome = self.outcome.as_deref().map(from_word).transpose()?;
        let mut traits = Traits::level(self.level)
            .with(Traits::categories(self.categories))
            .with(Traits::outcome(outcome));
        if let Some(status) = self.status {
            traits = traits.with(Traits::status_class(status));
        }
        if let Some(verdict) = &self.verdict {
            traits = traits.with(Traits::verdict(from_word(verdict)?));
        }
        if let Some(failure) = &self.failure {
            traits = traits.with(Traits::failure(from_word(failure)?));
        }
        let flags = [
            (Flag::Shared, self.drew_on.is_some()),
            (Flag::Edited, self.edited),
            (Flag::Dropped, self.dropped.is_some()),
            (Flag::Sent, self.attempts > 0),
            (Flag::Allowed, self.approved == Some(true)),
            (Flag::Refused, self.approved == Some(false)),
        ];
        Ok(flagged(traits, &flags))
    }

    /// All but when it was asked for.
    pub(super) fn measures(&self) -> Measures {
        Measures {
            at: 0,
            took: self.took,
            size: self.size,
            attempts: u16::try_from(self.attempts).unwrap_or(u16::MAX),
            status: self.status.unwrap_or(0),
        }
    }

    /// As it stands in the row of the call at `seq`.
    pub(super) fn stored(sql: &Connection, seq: u64) -> Result<Self, StoreError> {
        let mut statement = sql.prepare_cached(
            "SELECT telling, level, categories, verdict, approved, edited, sent_at, attempts, dropped, ended_seq,
                    outcome, failure, status, drew_on, size, took, made
             FROM call WHERE seq = ?1",
        )?;
        let state = statement.query_row([seq], |row| {
            Ok(Self {
                telling: row.get(0)?,
                level: row.get(1)?,
                categories: row.get(2)?,
                verdict: row.get(3)?,
                approved: row.get(4)?,
                edited: row.get(5)?,
                sent_at: row.get(6)?,
                attempts: row.get(7)?,
                dropped: row.get(8)?,
                ended_seq: row.get(9)?,
                outcome: row.get(10)?,
                failure: row.get(11)?,
                status: row.get(12)?,
                drew_on: row.get(13)?,
                size: row.get(14)?,
                took: row.get(15)?,
                made: row.get(16)?,
            })
        })?;
        Ok(state)
    }

    /// Writes it into the row at `seq`, which exists.
    pub(super) fn update(&self, sql: &Connection, seq: u64) -> Result<(), StoreError> {
        let mut statement = sql.prepare_cached(
            "UPDATE call SET telling = :telling, level = :level, categories = :categories, verdict = :verdict,
                             approved = :approved, edited = :edited, sent_at = :sent_at, attempts = :attempts,
                             dropped = :dropped, ended_seq = :ended_seq, outcome = :outcome, failure = :failure,
                             status = :status, drew_on = :drew_on, size = :size, took = :took, made = :made
             WHERE seq = :seq",
        )?;
        statement.execute(named_params! {
            ":seq": seq,
            ":telling": self.telling,
            ":level": self.level,
            ":categories": self.categories,
            ":verdict": self.verdict,
            ":approved": self.approved,
            ":edited": self.edited,
            ":sent_at": self.sent_at,
            ":attempts": self.attempts,
            ":dropped": self.dropped,
            ":ended_seq": self.ended_seq,
            ":outcome": self.outcome,
            ":failure": self.failure,
            ":status": self.status,
            ":drew_on": self.drew_on,
            ":size": self.size,
            ":took": self.took,
            ":made": self.made,
        })?;
        Ok(())
    }

    /// Writes the row of a new call.
    pub(super) fn insert(&self, sql: &Connection, seq: u64, asked: &Asked) -> Result<(), StoreError> {
        let mut statement = sql.prepare_cached(
            "INSERT INTO call (seq, id, at, conversation, turn, batch, position, handle, source, tool, effect, telling,
                               level, categories, early, retry_of, verdict, approved, edited, sent_at, attempts,
                               dropped, ended_seq, outcome, failure, status, drew_on, size, took, made)
             VALUES (:seq, :id, :at, :conversation, :turn, :batch, :position, :handle, :source, :tool, :effect,
                     :telling, :level, :categories, :early, :retry_of, :verdict, :approved, :edited, :sent_at,
                     :attempts, :dropped, :ended_seq, :outcome, :failure, :status, :drew_on, :size, :took, :made)",
        )?;
        statement.execute(named_params! {
            ":seq": seq,
            ":id": asked.id,
            ":at": asked.at,
            ":conversation": asked.conversation,
            ":turn": asked.turn,
            ":batch": asked.batch,
            ":position": asked.position,
            ":handle": asked.handle,
            ":source": asked.source(),
            ":tool": asked.tool,
            ":effect": asked.effect,
            ":telling": self.telling,
            ":level": self.level,
            ":categories": self.categories,
            ":early": asked.early,
            ":retry_of": asked.retry_of,
            ":verdict": self.verdict,
            ":approved": self.approved,
            ":edited": self.edited,
            ":sent_at": self.sent_at,
            ":attempts": self.attempts,
            ":dropped": self.dropped,
            ":ended_seq": self.ended_seq,
            ":outcome": self.outcome,
            ":failure": self.failure,
            ":status": self.status,
            ":drew_on": self.drew_on,
            ":size": self.size,
            ":took": self.took,
            ":made": self.made,
        })?;
        Ok(())
    }
}
