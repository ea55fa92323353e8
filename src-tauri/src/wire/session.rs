//! What the page reads first.

use std::collections::BTreeMap;

use domain::json::Json;
use domain::view::{SourceView, VerifyReport};
use engine::{About, Keeps, ModelView};
use serde::Serialize;

use super::CommandError;

/// Everything that the page needs to begin.
#[derive(Serialize, specta::Type)]
pub(crate) struct Session {
    /// The program's.
    pub(crate) version: String,
    /// The open workspace, if one is.
    pub(crate) workspace: Option<About>,
    /// Whether it is the demo's.
    pub(crate) demo: bool,
    /// There is a workspace that did not open.
    pub(crate) locked: Option<Locked>,
    /// Whether it is reviewed: then nothing is asked or changed, and payloads stay closed until they are opened.
    pub(crate) reviewing: bool,
    /// The trail's state.
    pub(crate) trail: TrailState,
    /// The connected models; a question goes to the first unless it names another.
    pub(crate) models: Vec<ModelView>,
    /// The day of what is known of models without anybody's word, such as `2026-11-23`: prices change.
    pub(crate) known_at: String,
    /// The connected sources.
    pub(crate) sources: Vec<SourceView>,
    /// Questions to begin with.
    pub(crate) questions: Vec<SampleQuestion>,
    /// Where keys are, or could be.
    pub(crate) keychain: KeychainState,
    /// The page's own settings.
    pub(crate) settings: BTreeMap<String, Json>,
}

/// A workspace that did not open.
#[derive(Serialize, specta::Type)]
pub(crate) struct Locked {
    /// Why: `wrong_key` asks for the passphrase or the recovery key.
    pub(crate) why: CommandError,
    /// Where its keys are, if its folder says so.
    pub(crate) keeps: Option<Keeps>,
}

/// The trail's state.
#[derive(Default, Serialize, specta::Type)]
pub(crate) struct TrailState {
    /// How many entries it has.
    #[specta(type = u32)]
    pub(crate) entries: u64,
    /// What the last verification of this run found.
    pub(crate) last_verify: Option<VerifyReport>,
    /// Why nothing more is sent until the workspace is opened anew, if that is so.
    pub(crate) fatal: Option<String>,
}

/// A question to begin with.
#[derive(Serialize, specta::Type)]
pub(crate) struct SampleQuestion {
    /// A short name that stays.
    pub(crate) id: String,
    /// The question.
    pub(crate) text: String,
    /// What it shows, in words for people.
    pub(crate) shows: String,
}

impl From<&rehearsal::SampleQuestion> for SampleQuestion {
    fn from(question: &rehearsal::SampleQuestion) -> Self {
        let rehearsal::SampleQuestion { id, text, shows, .. } = *question;
        Self { id: id.to_owned(), text: text.to_owned(), shows: shows.to_owned() }
    }
}

/// Where keys are, or could be.
#[derive(Serialize, specta::Type)]
pub(crate) struct KeychainState {
    /// Whether the operating system's keychain holds them, or could.
    pub(crate) os_available: bool,
    /// That in words; if it can't be used, what to do.
    pub(crate) words: String,
}
