//! Batches: having a say while one runs, making a call again, and how they run in general.

use domain::call::Approval;
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use domain::run::{ConversationSettings, RunSettings};
use domain::view::CallDetail;

use super::Reply;
use crate::shell::Here;

/// Answers about a batch that is held, since it asks for more calls than one message may.
#[tauri::command]
#[specta::specta]
pub(crate) async fn release_batch(
    shell: Here<'_>,
    turn: TurnId,
    batch: BatchId,
    approval: Approval,
) -> Reply<()> {
    shell.reply(shell.engine().await?.release_batch(turn, batch, approval))
}

/// Takes back every call of a batch that has not ended.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_batch(shell: Here<'_>, turn: TurnId, batch: BatchId) -> Reply<()> {
    shell.reply(shell.engine().await?.cancel_batch(turn, batch))
}

/// Makes an ended call again, with other arguments if any are given: pressing the button is the person's word for it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_call(shell: Here<'_>, call: CallId, args: Option<String>) -> Reply<CallDetail> {
    let detail = shell.reply(shell.engine_to_change().await?.retry_call(call, args).await)?;
    shell.changed();
    Ok(detail)
}

/// How batches run in this workspace.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_settings(shell: Here<'_>) -> Reply<RunSettings> {
    shell.reply(shell.engine().await?.run_settings().await)
}

/// Changes how batches run, from the next question on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_run_settings(shell: Here<'_>, settings: RunSettings) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_run_settings(settings).await)?;
    shell.changed();
    Ok(())
}

/// What a conversation says otherwise than its workspace and model.
#[tauri::command]
#[specta::specta]
pub(crate) async fn conversation_settings(
    shell: Here<'_>,
    conversation: ConversationId,
) -> Reply<ConversationSettings> {
    shell.reply(shell.engine().await?.conversation_settings(conversation).await)
}

/// Changes what a conversation says otherwise, from its next question on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_conversation_settings(
    shell: Here<'_>,
    conversation: ConversationId,
    settings: ConversationSettings,
) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_conversation_settings(conversation, settings).await)?;
    shell.changed();
    Ok(())
}
