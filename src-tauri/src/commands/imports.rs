//! Sources made of an API's own description: looked at first, then picked from.

use domain::tool::SourceName;
use engine::{Arrived, ImportChanges, ImportOptions};

use super::Reply;
use crate::shell::Here;
use crate::wire::{ImportFetched, ImportInput, ImportPreview, ImportReferences, ImportSaved, PickInput};

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

/// Gets a description from the address that a person wrote, on record; another host is not asked. The page reaches no more
/// by it than by saving a source and trying it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_from(shell: Here<'_>, id: u32, address: String) -> Reply<ImportFetched> {
    let arrived = shell.reply(shell.engine_to_change().await?.fetch_description(&address).await)?;
    let said = ImportFetched::from(&arrived);
    if let Arrived::Here(fetched) = arrived {
        shell.importing.fetched(id, fetched)?;
    }
    shell.changed();
    Ok(said)
}

/// Fetches what a fetched description refers to, from these origins alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_references(
    shell: Here<'_>,
    id: u32,
    origins: Vec<String>,
) -> Reply<ImportReferences> {
    let description = shell.importing.description(id)?;
    let engine = shell.engine_to_change().await?;
    let found = shell.reply(engine.fetch_references(&description, &origins).await)?;
    let said = ImportReferences::from(&found);
    shell.importing.with_documents(id, found.documents)?;
    shell.changed();
    Ok(said)
}

/// Reads a description whose pieces have all come: every operation becomes a tool or a reason. Nothing is saved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_look(shell: Here<'_>, id: u32, input: ImportInput) -> Reply<ImportPreview> {
    let options = ImportOptions { server: input.server, ..ImportOptions::default() };
    let (imported, elsewhere) = shell.importing.look(id, input.kind, options).await?;
    Ok(ImportPreview::new(&imported, elsewhere))
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
