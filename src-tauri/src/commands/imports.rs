//! Sources made of an API's own description: looked at first, then picked from.

use domain::tool::SourceName;
use engine::{ImportChanges, ImportOptions};

use super::Reply;
use crate::shell::Here;
use crate::wire::{ImportInput, ImportPreview, ImportSaved, PickInput};

/// Begins a description, in the place of one that is looked at. Its text follows in pieces.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_begin(shell: Here<'_>) -> Reply<u32> {
    Ok(shell.importing.begin())
}

/// The next piece of a description's text.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_piece(shell: Here<'_>, id: u32, piece: String) -> Reply<()> {
    Ok(shell.importing.take(id, &piece)?)
}

/// Reads a description whose pieces have all come: every operation becomes a tool or a reason. Nothing is saved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_look(shell: Here<'_>, id: u32, input: ImportInput) -> Reply<ImportPreview> {
    let options = ImportOptions { address: input.address, server: input.server, ..ImportOptions::default() };
    let imported = shell.importing.look(id, input.kind, options).await?;
    Ok(ImportPreview::from(&*imported))
}

/// What a description that was read says otherwise than the source of that name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_changes(shell: Here<'_>, id: u32, name: SourceName) -> Reply<ImportChanges> {
    let imported = shell.importing.imported(id)?;
    shell.reply(shell.engine().await?.import_changes(&imported, &name).await)
}

/// Saves what was picked as a source.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_save(shell: Here<'_>, id: u32, pick: PickInput) -> Reply<ImportSaved> {
    let imported = shell.importing.imported(id)?;
    let saved = shell.reply(shell.engine_to_change().await?.save_picked(&imported, pick.into()).await)?;
    shell.changed();
    Ok(saved.into())
}

/// Forgets a description.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_close(shell: Here<'_>, id: u32) -> Reply<()> {
    shell.importing.close(id);
    Ok(())
}
