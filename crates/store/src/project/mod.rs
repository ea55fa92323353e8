//! Projections: the tables that screens query. One function fills them, whether an entry is being appended, or was
//! written long ago and the tables are rebuilt to be checked; so what a screen shows can always be had from the trail.
//!
//! It is total over whatever a trail may hold: entries that tell no sensible story leave rows as they are. Finding
//! fault with a story is the verifier's work.

mod alarms;
mod anchors;
mod answers;
mod calls;
mod care;
mod conversations;
mod database;
mod fill;
mod payloads;
mod requests;
mod rows;
mod settings;
mod turns;

use std::fmt;

use domain::entry::Entry;
use domain::fact::Fact;
use rusqlite::Connection;

use crate::error::StoreError;
pub(crate) use database::{Mark, PROJECTIONS, Usable, is_usable, make_tables, open};
pub(crate) use fill::{Unreadable, fill};
pub(crate) use payloads::Payloads;

use calls::Calls;
use conversations::Conversations;

/// The tables that a [`Projection`] fills, each with the columns that order its rows.
pub(crate) const TABLES: [(&str, &str); 15] = [
    ("conversation", "id"),
    ("turn", "id"),
    ("answered", "seq"),
    ("call", "seq"),
    ("call_entry", "call_seq, seq"),
    ("tool", "id"),
    ("block", "first"),
    ("block_calls", "first"),
    ("request", "seq"),
    ("source", "name"),
    ("model", "name"),
    ("setting", "key"),
    ("hold", "id"),
    ("anchor", "name"),
    ("false_alarm", "tool, kind, carried, pointer"),
];

/// What the entries of a group do to the tables. Much of it is kept back until [`Projection::write`], because the
/// entries of a batch change the same few rows again and again; whoever reads the tables in between calls that first.
#[derive(Default)]
pub(crate) struct Projection {
    calls: Calls,
    conversations: Conversations,
}

impl Projection {
    /// Takes in the next entry.
    pub(crate) fn take(
        &mut self,
        to: &Connection,
        entry: &Entry,
        payloads: &Payloads<'_>,
    ) -> Result<(), StoreError> {
        let calls = &mut self.calls;
        match &entry.fact {
            Fact::QuestionAsked { turn, question } => turns::asked(to, entry, *turn, question)?,
            Fact::AnswerGiven { turn, answer, .. } => {
                turns::answered(to, entry, *turn, answer)?;
                answers::given(to, entry, *turn, payloads.text(answer)?.as_deref())?;
            }
            Fact::TurnStopped { turn, why, words } => {
                turns::stopped(to, entry, *turn, *why, words.as_ref())?;
            }
            Fact::CallRequested { arguments, .. } => {
                calls.requested(to, entry, payloads.text(arguments)?.as_deref())?;
            }
            Fact::CallDecided { call, verdict, .. } => calls.decided(to, *call, *verdict)?,
            Fact::ApprovalGiven { call, allowed, arguments, .. } => {
                let edited = arguments.as_ref().map(|arguments| payloads.text(arguments)).transpose()?;
                calls.approved(to, *call, *allowed, edited.as_ref().map(Option::as_deref))?;
            }
            Fact::CallSent { call, page: None, .. } => calls.sent(to, *call, entry.at)?,
            Fact::ModelCalled { .. } => requests::sent(to, entry)?,
            Fact::ModelReturned { .. } => requests::returned(to, entry)?,
            Fact::CallDropped { call, why } => calls.dropped(to, *call, *why)?,
            Fact::CallEnded { findings, .. } => {
                let findings = findings.as_ref().map(|findings| payloads.text(findings)).transpose()?;
                calls.ended(to, entry, findings.flatten().as_deref())?;
            }
            // The call's row, which says of which tool it is, may be kept back.
            Fact::FindingDismissed(judged) => {
                self.write(to)?;
                alarms::dismissed(to, entry, judged)?;
            }
            Fact::FindingRestored(judged) => alarms::restored(to, judged)?,
            // Rows that are kept back would be written over what these change.
            Fact::PayloadErased { .. } => {
                self.write(to)?;
                let erased = payloads.erased(entry.seq)?;
                care::erased(to, &erased)?;
                for call in erased.iter().flat_map(|erased| &erased.calls) {
                    self.calls.erased(to, *call)?;
                }
            }
            Fact::HoldSet { .. } => {
                self.write(to)?;
                care::set(to, entry)?;
            }
            Fact::AnchorRecorded { .. } | Fact::AnchorFailed { .. } => anchors::told(to, entry)?,
            Fact::HoldReleased { hold, .. } => care::released(to, entry, *hold)?,
            Fact::SourceChanged { source, setting, .. } => {
                settings::changed(to, settings::Kind::Source, source, entry.seq, setting.as_ref(), payloads)?;
            }
            Fact::ModelChanged { model, setting, .. } => {
                settings::changed(to, settings::Kind::Model, model, entry.seq, setting.as_ref(), payloads)?;
            }
            Fact::SettingsChanged { key, setting } => {
                settings::changed(to, settings::Kind::Setting, key, entry.seq, Some(setting), payloads)?;
            }
            // Another page is the same attempt's.
            Fact::CallSent { .. }
            | Fact::ApprovalAsked { .. }
            | Fact::AttemptEnded { .. }
            | Fact::ReviewOpened { .. }
            | Fact::LabelLowered { .. }
            | Fact::TrailOpened { .. }
            | Fact::TrailRecovered { .. }
            | Fact::ConversationOpened {}
            | Fact::BatchOpened { .. }
            | Fact::BatchHeld { .. }
            | Fact::BatchReleased { .. }
            | Fact::TokenSent { .. }
            | Fact::TokenEnded { .. }
            | Fact::EpochOpened { .. }
            | Fact::ClockJumped { .. }
            | Fact::Heartbeat {}
            | Fact::AnchorSent { .. }
            | Fact::SourceAsked { .. }
            | Fact::RetentionApplied { .. }
            | Fact::ExportBegun { .. }
            | Fact::ExportSent { .. }
            | Fact::ExportMade { .. } => {}
        }
        // After them: a call has its place from the entry that asks for it.
        self.calls.named(to, entry.seq, entry.fact.calls())?;
        self.conversations.touch(entry, payloads)
    }

    /// Brings the tables up to the last entry that was taken in.
    pub(crate) fn write(&mut self, to: &Connection) -> Result<(), StoreError> {
        self.calls.write(to)?;
        self.conversations.write(to)
    }
}

impl fmt::Debug for Projection {
    /// Rows hold private words.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Projection(…)")
    }
}
