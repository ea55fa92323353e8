//! Models: connecting and trying.

use domain::model::ModelSpec;
use engine::ModelReport;

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
