//! Models: connecting and trying.

use domain::model::ModelSpec;
use domain::time::Micros;
use domain::view::DaySpent;
use engine::{Engine, FoundServer, ModelReport, Preset};

use super::Reply;
use crate::shell::Here;

/// Adds a model, or replaces the one of that name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_save(shell: Here<'_>, spec: ModelSpec) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_model(spec).await)?;
    shell.changed();
    Ok(())
}

/// Removes a model. Its key stays in the keychain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_remove(shell: Here<'_>, name: String) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.remove_model(&name).await)?;
    shell.changed();
    Ok(())
}

/// Sends a model a question that it can answer only by asking for tools. It need not be saved for that.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_test(shell: Here<'_>, spec: ModelSpec) -> Reply<ModelReport> {
    let report = shell.reply(shell.engine_to_change().await?.test_model(&spec).await)?;
    shell.changed();
    Ok(report)
}

/// The providers and servers that models can be had from, the best known first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn model_presets() -> Reply<Vec<Preset>> {
    Ok(Engine::model_presets().to_vec())
}

/// Looks for servers of models on this machine, on their usual ports.
#[tauri::command]
#[specta::specta]
pub(crate) async fn models_discover(shell: Here<'_>) -> Reply<Vec<FoundServer>> {
    shell.reply(shell.engine_to_change().await?.find_local_models().await)
}

/// What each model used on each day since then, the newest day first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn usage(shell: Here<'_>, since: Micros) -> Reply<Vec<DaySpent>> {
    shell.reply(shell.engine().await?.usage(since).await)
}
