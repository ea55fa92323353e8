//! What the page reads first, and its own settings.

use std::collections::BTreeMap;

use domain::json::Json;
use engine::{Engine, EngineError, Keeps};
use rehearsal::Rehearsal;

use super::Reply;
use crate::shell::{Here, Shell};
use crate::stage::{Open, Stage};
use crate::wire::{KeychainState, Locked, SampleQuestion, Session, TrailState};

/// The settings that the page may have. They are on record like every other setting.
const SETTINGS: [&str; 3] = ["theme", "model", "sequential"];

/// Everything that the page needs to begin.
#[tauri::command]
#[specta::specta]
pub(crate) async fn session(shell: Here<'_>) -> Reply<Session> {
    match &*shell.stage().await {
        Stage::Open(open) => shell.reply(of_workspace(&shell, open).await),
        Stage::Locked(why) => {
            let locked = Locked { why: why.clone(), keeps: Engine::keeps(&shell.dir).ok() };
            Ok(Session { locked: Some(locked), ..without_workspace().await })
        }
        Stage::NoWorkspace => Ok(without_workspace().await),
    }
}

/// Changes one of the page's settings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn setting_set(shell: Here<'_>, key: String, value: Json) -> Reply<()> {
    if !SETTINGS.contains(&key.as_str()) {
        let words = format!("there is no setting `{key}`; there are: {}", SETTINGS.join(", "));
        return Err(EngineError::BadInput(words).into());
    }
    shell.reply(shell.engine().await?.set_setting(&key, value).await)?;
    shell.changed();
    Ok(())
}

async fn of_workspace(shell: &Shell, open: &Open) -> Result<Session, EngineError> {
    let Open { engine, demo } = open;
    let about = engine.about();
    Ok(Session {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        demo: demo.is_some(),
        locked: None,
        reviewing: shell.is_reviewed(),
        trail: TrailState {
            entries: engine.size().await?,
            last_verify: engine.standing().await?,
            fatal: shell.fatal(),
        },
        models: engine.models().await?,
        known_at: engine::known_at().to_owned(),
        sources: engine.sources().await?,
        questions: if demo.is_some() { sample_questions() } else { Vec::new() },
        keychain: keychain_of(about.keeps),
        settings: settings(engine).await?,
        workspace: Some(about),
    })
}

async fn without_workspace() -> Session {
    Session {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        workspace: None,
        demo: false,
        locked: None,
        reviewing: false,
        trail: TrailState::default(),
        models: Vec::new(),
        known_at: engine::known_at().to_owned(),
        sources: Vec::new(),
        questions: Vec::new(),
        keychain: probed_keychain().await,
        settings: BTreeMap::new(),
    }
}

async fn settings(engine: &Engine) -> Result<BTreeMap<String, Json>, EngineError> {
    let mut settings = BTreeMap::new();
    for key in SETTINGS {
        if let Some(value) = engine.setting(key).await? {
            settings.insert(key.to_owned(), value);
        }
    }
    Ok(settings)
}

fn sample_questions() -> Vec<SampleQuestion> {
    Rehearsal::questions().iter().map(SampleQuestion::from).collect()
}

fn keychain_of(keeps: Keeps) -> KeychainState {
    let (os_available, words) = match keeps {
        Keeps::Os => (true, "Keys are kept by the operating system’s keychain."),
        Keeps::File => (false, "Keys are kept in a file of the workspace that its passphrase opens."),
        Keeps::Memory => (false, "Keys are kept in memory and are gone when Tieout closes."),
    };
    KeychainState { os_available, words: words.to_owned() }
}

/// Whether a new workspace could keep its keys with the operating system.
async fn probed_keychain() -> KeychainState {
    match engine::keychain_answers().await {
        Ok(()) => keychain_of(Keeps::Os),
        Err(error) => KeychainState { os_available: false, words: error.to_string() },
    }
}
