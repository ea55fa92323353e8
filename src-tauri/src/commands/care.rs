//! Care for the people in the record: erasing, holds, and how long things are kept.

use domain::care::{ErasePreview, Erased, HoldScope, HoldView, Retention};
use domain::id::HoldId;
use engine::EraseInput;

use super::Reply;
use crate::shell::Here;

/// What erasing this would do now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_preview(shell: Here<'_>, scope: EraseInput) -> Reply<ErasePreview> {
    shell.reply(shell.engine().await?.erase_preview(&scope, untold).await)
}

/// Erases for good, with a reason that stays on record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase(shell: Here<'_>, scope: EraseInput, why: String) -> Reply<Erased> {
    let erased = shell.reply(shell.engine_to_change().await?.erase(&scope, &why, untold).await)?;
    shell.changed();
    Ok(erased)
}

/// Every hold, the latest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn holds(shell: Here<'_>) -> Reply<Vec<HoldView>> {
    shell.reply(shell.engine().await?.holds().await)
}

/// Keeps what this covers from being erased, until it is released.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hold_add(shell: Here<'_>, scope: HoldScope, why: String) -> Reply<HoldView> {
    let hold = shell.reply(shell.engine_to_change().await?.add_hold(scope, &why).await)?;
    shell.changed();
    Ok(hold)
}

/// Ends a hold.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hold_release(shell: Here<'_>, hold: HoldId, why: String) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.release_hold(hold, &why).await)?;
    shell.changed();
    Ok(())
}

/// How long payloads are kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retention(shell: Here<'_>) -> Reply<Retention> {
    shell.reply(shell.engine().await?.retention().await)
}

/// Changes how long payloads are kept. Nothing is erased by that alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_retention(shell: Here<'_>, retention: Retention) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_retention(&retention).await)?;
    shell.changed();
    Ok(())
}

/// What applying these rules would do now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_preview(shell: Here<'_>, retention: Retention) -> Reply<ErasePreview> {
    shell.reply(shell.engine().await?.retention_preview(&retention, untold).await)
}

/// Erases what was kept as long as the saved rules say.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_apply(shell: Here<'_>) -> Reply<Erased> {
    let erased = shell.reply(shell.engine_to_change().await?.apply_retention(untold).await)?;
    shell.changed();
    Ok(erased)
}

/// How far looking for payloads is, which no screen shows.
fn untold(_looked_at: u64, _entries: u64) {}
