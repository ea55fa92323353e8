//! Projections: the tables that screens query. One function fills them, whether an entry is being appended, or was
//! written long ago and the tables are rebuilt to be checked; so what a screen shows can always be had from the trail.
//!
//! It is total over whatever a trail may hold: entries that tell no sensible story leave rows as they are. Finding
//! fault with a story is the verifier's work.

mod calls;
mod conversations;
mod fill;
mod payloads;
mod settings;
mod turns;

use domain::entry::Entry;
use domain::fact::Fact;
use rusqlite::Connection;

use crate::error::StoreError;
pub(crate) use fill::{Unreadable, fill, refill};
pub(crate) use payloads::Payloads;

/// The tables that [`project`] fills, each with the columns that order its rows.
pub(crate) const TABLES: [(&str, &str); 7] = [
    ("conversation", "id"),
    ("turn", "id"),
    ("call", "seq"),
    ("call_entry", "call, seq"),
    ("source", "name"),
    ("model", "name"),
    ("setting", "key"),
];

/// Brings the tables from the entries before `entry` to those up to it.
pub(crate) fn project(to: &Connection, entry: &Entry, payloads: &Payloads<'_>) -> Result<(), StoreError> {
    match &entry.fact {
        Fact::QuestionAsked { turn, question } => turns::asked(to, entry, *turn, question)?,
        Fact::AnswerGiven { turn, answer, exposed, .. } => {
            turns::answered(to, entry, *turn, answer)?;
            calls::named(to, entry.seq, exposed)?;
        }
        Fact::TurnStopped { turn, why, words } => turns::stopped(to, entry, *turn, *why, words.as_ref())?,
        Fact::CallRequested { call, arguments, .. } => {
            calls::requested(to, entry, payloads.text(arguments)?.as_deref())?;
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::CallDecided { call, verdict, .. } => {
            calls::decided(to, *call, *verdict)?;
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::ApprovalAsked { calls, .. } => calls::named(to, entry.seq, calls)?,
        Fact::ApprovalGiven { call, allowed, arguments, .. } => {
            calls::approved(to, *call, *allowed)?;
            if let Some(arguments) = arguments {
                calls::edited(to, *call, payloads.text(arguments)?.as_deref())?;
            }
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::CallSent { call, .. } => {
            calls::sent(to, *call, entry.at)?;
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::AttemptEnded { call, .. } => calls::named(to, entry.seq, &[*call])?,
        Fact::CallDropped { call, why } => {
            calls::dropped(to, *call, *why)?;
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::CallEnded { call, .. } => {
            calls::ended(to, entry)?;
            calls::named(to, entry.seq, &[*call])?;
        }
        Fact::SourceChanged { source, setting, .. } => {
            settings::changed(to, settings::Kind::Source, source, entry.seq, setting.as_ref(), payloads)?;
        }
        Fact::ModelChanged { model, setting, .. } => {
            settings::changed(to, settings::Kind::Model, model, entry.seq, setting.as_ref(), payloads)?;
        }
        Fact::SettingsChanged { key, setting } => {
            settings::changed(to, settings::Kind::Setting, key, entry.seq, Some(setting), payloads)?;
        }
        Fact::TrailOpened { .. }
        | Fact::TrailRecovered { .. }
        | Fact::ConversationOpened {}
        | Fact::ModelCalled { .. }
        | Fact::ModelReturned { .. }
        | Fact::BatchOpened { .. }
        | Fact::BatchHeld { .. }
        | Fact::BatchReleased { .. } => {}
    }
    conversations::touched(to, entry, payloads)
}
