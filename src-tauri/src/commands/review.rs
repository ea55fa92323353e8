//! Reviewing the open workspace.

use domain::id::CallId;
use domain::view::CallDetail;
use engine::Roles;

use super::Reply;
use crate::shell::Here;

/// Begins to review: nothing is asked or changed until it ends, and payloads stay closed until they are opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_start(shell: Here<'_>) -> Reply<()> {
    shell.engine().await?;
    shell.begin_review();
    Ok(())
}

/// Ends the review.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_end(shell: Here<'_>) -> Reply<()> {
    shell.end_review();
    Ok(())
}

/// Opens a call's payloads, which is on record before they are shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn review_open(shell: Here<'_>, call: CallId) -> Reply<CallDetail> {
    let detail = shell.reply(shell.engine().await?.review_open(call).await)?;
    shell.opened_in_review(&detail);
    Ok(detail)
}

/// Who may do what.
#[tauri::command]
#[specta::specta]
pub(crate) async fn roles(shell: Here<'_>) -> Reply<Roles> {
    shell.reply(shell.engine().await?.roles().await)
}

/// Changes who may do what, on record. Who reviews can't.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_roles(shell: Here<'_>, roles: Roles) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_roles(roles).await)
}
