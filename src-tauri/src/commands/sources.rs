//! Sources: connecting, trying, and calling their tools by hand.

use domain::advice::Advice;
use domain::call::Approve;
use domain::tool::{SourceName, ToolId};
use domain::view::CallDetail;
use engine::{Engine, EngineError, RequestPreview, SourceReport};

use super::Reply;
use super::page::browse;
use crate::shell::Here;
use crate::wire::{SourceCheck, SourceDraft};

/// Reads a source's file and says every mistake in it. Nothing is saved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_check(toml: String) -> Reply<SourceCheck> {
    SourceCheck::of(Engine::read_source(&toml))
}

/// Checks a source that a form describes (JSON of its definition), and says what a call of its tool at that place would
/// send with these arguments. Nothing is saved or sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_draft(draft: String, tool: Option<u32>, args: String) -> Reply<SourceDraft> {
    SourceDraft::of(&draft, tool, &args)
}

/// Adds a source, or replaces the one of that name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_save(shell: Here<'_>, toml: String) -> Reply<()> {
    let spec = shell.reply(Engine::read_source(&toml))?;
    shell.reply(shell.engine_to_change().await?.save_source(spec).await)?;
    shell.changed();
    Ok(())
}

/// Removes a source. Its calls stay on record; its secret stays in the keychain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_remove(shell: Here<'_>, name: SourceName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.remove_source(&name).await)?;
    shell.changed();
    Ok(())
}

/// A source's file: reading it gives the same source.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_toml(shell: Here<'_>, name: SourceName) -> Reply<String> {
    shell.reply(shell.engine().await?.source_toml(&name).await)
}

/// Writes a source's file into the folder of downloads, and says where.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_export(shell: Here<'_>, name: SourceName) -> Reply<String> {
    let toml = shell.reply(shell.engine().await?.source_toml(&name).await)?;
    let to = shell.download(name.as_str(), "toml")?;
    let failed = |error| EngineError::BadInput(format!("{} can't be written: {error}", to.display()));
    tokio::fs::write(&to, toml).await.map_err(failed)?;
    shell.downloads.made(&to);
    Ok(to.display().to_string())
}

/// Tries a source with a harmless call, which is recorded like any other.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_test(shell: Here<'_>, name: SourceName) -> Reply<SourceReport> {
    let report = shell.reply(shell.engine_to_change().await?.test_source(&name).await)?;
    shell.changed();
    Ok(report)
}

/// Lets a person sign in to a source in the system's browser; it is over when they have, or when they were refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_sign_in(shell: Here<'_>, name: SourceName) -> Reply<()> {
    let sign_in = shell.reply(shell.engine_to_change().await?.sign_in(&name, &[]).await)?;
    shell.reply(browse(sign_in.url().clone()).await)?;
    shell.reply(sign_in.finish().await)?;
    shell.changed();
    Ok(())
}

/// Takes a person's sign-in to a source out of the keychain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn source_sign_out(shell: Here<'_>, name: SourceName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.sign_out(&name).await)?;
    shell.changed();
    Ok(())
}

/// Calls a tool by hand: pressing the button is the person's word for it, a write's too. `args` is a JSON object.
#[tauri::command]
#[specta::specta]
pub(crate) async fn tool_call(shell: Here<'_>, tool: ToolId, args: String) -> Reply<CallDetail> {
    let detail = shell.reply(shell.engine_to_change().await?.call_tool(&tool, &args, Approve::All).await)?;
    shell.changed();
    Ok(detail)
}

/// Pauses a source: calls to it wait until it is resumed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_source(shell: Here<'_>, name: SourceName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.pause_source(&name).await)?;
    shell.changed();
    Ok(())
}

/// Lets a paused source go on, also one that asked for a pause itself.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_source(shell: Here<'_>, name: SourceName) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.resume_source(&name).await)?;
    shell.changed();
    Ok(())
}

/// Advice on every connected tool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lint(shell: Here<'_>) -> Reply<Vec<Advice>> {
    shell.reply(shell.engine().await?.lint().await)
}

/// What is wrong with arguments for a tool, a sentence each. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_arguments(shell: Here<'_>, tool: ToolId, args: String) -> Reply<Vec<String>> {
    shell.reply(shell.engine().await?.check_arguments(&tool, &args).await)
}

/// What a call of a tool with these arguments would send, the key named and not shown. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn tool_request(shell: Here<'_>, tool: ToolId, args: String) -> Reply<RequestPreview> {
    shell.reply(shell.engine().await?.preview_call(&tool, &args).await)
}
