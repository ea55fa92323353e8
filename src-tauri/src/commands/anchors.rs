//! Anchors, and the key that signs checkpoints.

use domain::anchor::{AnchorSpec, AnchorView, AnchorWrites};

use super::Reply;
use crate::shell::Here;

/// The anchors, by name, with what the record says of each.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchors(shell: Here<'_>) -> Reply<Vec<AnchorView>> {
    shell.reply(shell.engine().await?.anchors().await)
}

/// Adds an anchor, or replaces the one of that name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_save(shell: Here<'_>, spec: AnchorSpec) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_anchor(spec).await)?;
    shell.changed();
    Ok(())
}

/// Removes an anchor. What it holds stays there, and on record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_remove(shell: Here<'_>, name: String) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.remove_anchor(&name).await)?;
    shell.changed();
    Ok(())
}

/// Shows the newest checkpoint to every anchor, and gives what the record says of each then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_now(shell: Here<'_>) -> Reply<Vec<AnchorView>> {
    let views = shell.reply(shell.engine_to_change().await?.anchor_now().await)?;
    shell.changed();
    Ok(views)
}

/// Tries an anchor, which need not be saved for that, and says what happened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_test(shell: Here<'_>, spec: AnchorSpec) -> Reply<String> {
    shell.reply(shell.engine_to_change().await?.test_anchor(&spec).await)
}

/// Whether writes wait for an anchor.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_writes(shell: Here<'_>) -> Reply<AnchorWrites> {
    shell.reply(shell.engine().await?.anchor_writes().await)
}

/// Says whether writes wait for an anchor.
#[tauri::command]
#[specta::specta]
pub(crate) async fn anchor_writes_save(shell: Here<'_>, how: AnchorWrites) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_anchor_writes(how).await)?;
    shell.changed();
    Ok(())
}

/// Lets a new key sign the trail from here on, and gives its verifier key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn key_rotate(shell: Here<'_>) -> Reply<String> {
    let vkey = shell.reply(shell.engine_to_change().await?.rotate_key().await)?;
    shell.changed();
    Ok(vkey)
}
