//! Tool calls and the entries that name them. A call is asked for, decided upon and sent within one group as a rule, so
//! its row is changed here, and written once when the group is whole.

use std::collections::{BTreeMap, HashMap};

use domain::call::Verdict;
use domain::entry::Entry;
use domain::fact::{Dropped, Fact};
use domain::finding::Detected;
use domain::id::{CallId, Seq};
use domain::telling::telling;
use domain::time::Micros;
use rusqlite::Connection;

use super::rows::{Asked, State, place};
use crate::columns::{categories, level, word};
use crate::error::StoreError;
use crate::sieve::{Blocks, Flag, Measures, Record, Traits};
use crate::words;

/// How many calls' places are remembered before all are forgotten; each is read again when it is needed.
const REMEMBERED: usize = 8192;

/// The rows that changed and are not written yet.
#[derive(Default)]
pub(super) struct Calls {
    /// By their places.
    changed: BTreeMap<u64, Row>,
    places: HashMap<CallId, u64>,
    blocks: Blocks,
}

struct Row {
    /// If it is new.
    asked: Option<Asked>,
    state: State,
}

impl Calls {
    /// Writes what changed.
    pub(super) fn write(&mut self, to: &Connection) -> Result<(), StoreError> {
        for (seq, Row { asked, state }) in std::mem::take(&mut self.changed) {
            match asked {
                Some(asked) => {
                    state.insert(to, seq, &asked)?;
                    let tool = self.blocks.tool(to, &asked.tool, asked.source())?;
                    let traits = asked.traits()?.with(state.traits()?);
                    let measures = Measures { at: asked.at, ..state.measures() };
                    self.blocks.add(to, Record { seq, traits, tool, measures })?;
                }
                None => {
                    state.update(to, seq)?;
                    let (traits, measures) = (state.traits()?, state.measures());
                    self.blocks.change(to, seq, |record| {
                        record.traits = record.traits.changed(traits);
                        record.measures = Measures { at: record.measures.at, ..measures };
                    })?;
                }
            }
            words::lacking(to, seq)?;
        }
        if self.places.len() > REMEMBERED {
            self.places.clear();
        }
        self.blocks.write(to)
    }

    pub(super) fn requested(
        &mut self,
        to: &Connection,
        entry: &Entry,
        arguments: Option<&str>,
    ) -> Result<(), StoreError> {
        let Fact::CallRequested {
            call,
            batch,
            turn,
            position,
            handle,
            tool,
            tool_version: _,
            effect,
            arguments: _,
            label,
            early,
            retry_of,
        } = &entry.fact
        else {
            return Ok(());
        };
        // A call is asked for once; of a second entry that claims to ask for it the first stands.
        if self.place(to, *call)?.is_some() {
            return Ok(());
        }
        let asked = Asked {
            id: call.to_string(),
            at: entry.at.0,
            conversation: entry.link.as_ref().map(|link| link.conversation.to_string()),
            turn: turn.map(|turn| turn.to_string()),
            batch: batch.map(|batch| batch.to_string()),
            position: *position,
            handle: handle.0,
            tool: tool.clone(),
            effect: word(effect),
            early: early.is_some(),
            retry_of: retry_of.map(|call| call.to_string()),
        };
        let state = State {
            telling: arguments.map(telling).unwrap_or_default(),
            level: level(label),
            categories: categories(label),
            ..State::default()
        };
        self.places.insert(*call, entry.seq.0);
        self.changed.insert(entry.seq.0, Row { asked: Some(asked), state });
        Ok(())
    }

    pub(super) fn decided(
        &mut self,
        to: &Connection,
        call: CallId,
        verdict: Verdict,
    ) -> Result<(), StoreError> {
        self.change(to, call, |state| state.verdict = Some(word(&verdict)))
    }

    /// From here on the row tells what a person put in the place of the model's arguments, if they did: that runs.
    pub(super) fn approved(
        &mut self,
        to: &Connection,
        call: CallId,
        allowed: bool,
        edited: Option<Option<&str>>,
    ) -> Result<(), StoreError> {
        self.change(to, call, |state| {
            state.approved = Some(allowed);
            if let Some(arguments) = edited {
                state.edited = true;
                state.telling = arguments.map(telling).unwrap_or_default();
            }
        })
    }

    /// A call's time runs from its first attempt.
    pub(super) fn sent(&mut self, to: &Connection, call: CallId, at: Micros) -> Result<(), StoreError> {
        self.change(to, call, |state| {
            state.sent_at.get_or_insert(at.0);
            state.attempts = state.attempts.saturating_add(1);
        })
    }

    pub(super) fn dropped(&mut self, to: &Connection, call: CallId, why: Dropped) -> Result<(), StoreError> {
        self.change(to, call, |state| {
            state.dropped.get_or_insert_with(|| word(&why));
        })
    }

    /// `findings` is what was detected in it, as recorded.
    pub(super) fn ended(
        &mut self,
        to: &Connection,
        entry: &Entry,
        findings: Option<&str>,
    ) -> Result<(), StoreError> {
        let Fact::CallEnded { call, outcome, failure, status, size, took, label, from, .. } = &entry.fact
        else {
            return Ok(());
        };
        self.change(to, *call, |state| {
            // Exactly one outcome: of a second the first stands.
            if state.ended_seq.is_some() {
                return;
            }
            state.ended_seq = Some(entry.seq.0);
            state.outcome = Some(word(outcome));
            state.failure = failure.as_ref().map(word);
            state.status = *status;
            state.drew_on = from.map(|call| call.to_string());
            state.size = *size;
            state.took = took.0;
            state.level = state.level.max(level(label));
            state.categories |= categories(label);
            state.made = findings.and_then(made_of);
        })
    }

    /// Something of it is gone. What is kept back is written before.
    pub(super) fn erased(&mut self, to: &Connection, call: CallId) -> Result<(), StoreError> {
        let Some(seq) = self.place(to, call)? else {
            return Ok(());
        };
        self.blocks
            .change(to, seq, |record| record.traits = record.traits.with(Traits::flag(Flag::Erased)))?;
        words::lacking(to, seq)
    }

    /// Notes that the entry `seq` names these calls.
    pub(super) fn named(&mut self, to: &Connection, seq: Seq, calls: &[CallId]) -> Result<(), StoreError> {
        for call in calls {
            if let Some(place) = self.place(to, *call)? {
                to.prepare_cached(
                    "INSERT INTO call_entry (call_seq, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute((place, seq.0))?;
            }
        }
        Ok(())
    }

    /// Of a call that nobody asked for there is no row, and nothing to change.
    fn change(
        &mut self,
        to: &Connection,
        call: CallId,
        change: impl FnOnce(&mut State),
    ) -> Result<(), StoreError> {
        let Some(place) = self.place(to, call)? else {
            return Ok(());
        };
        if let Some(row) = self.changed.get_mut(&place) {
            change(&mut row.state);
            return Ok(());
        }
        let mut state = State::stored(to, place)?;
        change(&mut state);
        self.changed.insert(place, Row { asked: None, state });
        Ok(())
    }

    fn place(&mut self, to: &Connection, call: CallId) -> Result<Option<u64>, StoreError> {
        if let Some(place) = self.places.get(&call) {
            return Ok(Some(*place));
        }
        let found = place(to, &call.to_string())?;
        if let Some(place) = found {
            self.places.insert(call, place);
        }
        Ok(found)
    }
}

/// What a row says of findings; nothing of what a later program may have recorded otherwise.
fn made_of(findings: &str) -> Option<String> {
    let detected: Detected = serde_json::from_str(findings).ok()?;
    serde_json::to_string(&detected.made()).ok()
}
