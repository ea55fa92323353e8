//! Taking evidence out, and reading what somebody took out.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use domain::bundle::{BundleMade, BundlePreview, BundleScope, DocumentForm};
use domain::id::{CallId, Seq, TurnId};
use domain::view::{CallDetail, EntryView, WireView};
use engine::{Against, BundleView, EngineError, OpenBundle, ViewForm, age_identity};
use tauri::ipc::Channel;

use super::{PAYLOAD_BYTES, Reply};
use crate::shell::Here;
use crate::wire::Progress;

/// What a bundle would hold if it were made now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_preview(shell: Here<'_>, scope: BundleScope) -> Reply<BundlePreview> {
    shell.reply(shell.engine().await?.export_preview(scope).await)
}

/// Makes a bundle in the folder of downloads, encrypted if an age recipient is given.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_make(
    shell: Here<'_>,
    scope: BundleScope,
    payloads: bool,
    recipient: Option<String>,
    progress: Channel<Progress>,
) -> Reply<BundleMade> {
    let tell = move |done, total| {
        // A page that is gone needs no progress; the bundle is announced on record and worth finishing.
        let _page_is_gone = progress.send(Progress { done, total });
        ControlFlow::Continue(())
    };
    let ending = if recipient.is_some() { "tieout.age" } else { "tieout" };
    let to = shell.download(of(scope), ending)?;
    let engine = shell.engine_to_change().await?;
    let made = shell.reply(engine.export(scope, payloads, recipient.as_deref(), &to, tell).await)?;
    let made =
        made.ok_or_else(|| EngineError::Internal("nobody stopped it, and it was stopped".to_owned()))?;
    shell.downloads.made(Path::new(&made.path));
    Ok(made)
}

/// Writes the calls that a filter finds into the folder of downloads, in a format of other programs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_view(shell: Here<'_>, text: String, form: ViewForm) -> Reply<BundleMade> {
    let to = shell.download("calls", ending(form))?;
    let made = shell.reply(shell.engine_to_change().await?.export_view(&text, form, &to).await)?;
    shell.downloads.made(Path::new(&made.path));
    Ok(made)
}

/// Writes an answer into the folder of downloads as a document, with a footnote for each of its figures.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_save(shell: Here<'_>, turn: TurnId, form: DocumentForm) -> Reply<BundleMade> {
    let ending = match form {
        DocumentForm::Markdown => "md",
        DocumentForm::Html => "html",
    };
    let to = shell.download("answer", ending)?;
    let made = shell.reply(shell.engine_to_change().await?.export_document(turn, form, &to).await)?;
    shell.downloads.made(Path::new(&made.path));
    Ok(made)
}

/// Shows a file that this run has made where it lies.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_in_folder(shell: Here<'_>, path: PathBuf) -> Reply<()> {
    let path = shell.downloads.known(&path)?;
    let shown = tauri::async_runtime::spawn_blocking(move || {
        tauri_plugin_opener::reveal_item_in_dir(path).map_err(|error| error.to_string())
    });
    let said = shown.await.map_err(|error| error.to_string()).flatten();
    said.map_err(|words| EngineError::Internal(format!("the folder could not be shown: {words}")).into())
}

/// Opens an evidence bundle for reading, in the place of one that is open. It is verified first, against the trail's key
/// if its reader has it from elsewhere. An encrypted one needs an age identity, itself or the file that holds it, which
/// is not kept. Nothing of the bundle becomes part of the workspace.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_open(
    shell: Here<'_>,
    path: PathBuf,
    identity: Option<String>,
    vkey: Option<String>,
) -> Reply<BundleView> {
    let identity = match identity {
        Some(text) => Some(age_identity(&text).await?),
        None => None,
    };
    let bundle = OpenBundle::open(&path, identity).await?;
    let against = Against { vkey, ..Against::default() };
    bundle.verify(&against, |_, _| ControlFlow::Continue(())).await?;
    let view = bundle.view().await?;
    shell.read_bundle(Some(bundle));
    Ok(view)
}

/// Everything that the open bundle holds about a call.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_call(shell: Here<'_>, call: CallId) -> Reply<CallDetail> {
    let bundle = shell.bundle().ok_or_else(|| EngineError::NotFound("no bundle is open".to_owned()))?;
    Ok(bundle.call(call).await?)
}

/// What went to models in a turn of the open bundle and what came back, oldest first. Bodies that it does not hold are
/// left out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_wire(shell: Here<'_>, turn: TurnId) -> Reply<Vec<WireView>> {
    let bundle = shell.bundle().ok_or_else(|| EngineError::NotFound("no bundle is open".to_owned()))?;
    Ok(bundle.wire(turn, PAYLOAD_BYTES).await?)
}

/// One entry of the open bundle, as it stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_entry(shell: Here<'_>, seq: Seq) -> Reply<EntryView> {
    let bundle = shell.bundle().ok_or_else(|| EngineError::NotFound("no bundle is open".to_owned()))?;
    Ok(bundle.entry(seq).await?)
}

/// Closes the bundle.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_close(shell: Here<'_>) -> Reply<()> {
    shell.read_bundle(None);
    Ok(())
}

/// What a bundle is of, as its file's name says it.
fn of(scope: BundleScope) -> &'static str {
    match scope {
        BundleScope::Trail => "trail",
        BundleScope::Conversation { .. } => "conversation",
        BundleScope::Answer { .. } => "answer",
    }
}

/// How a view's file ends: what is in it, then what kind of text that is.
fn ending(form: ViewForm) -> &'static str {
    match form {
        ViewForm::Csv => "csv",
        ViewForm::Jsonl => "jsonl",
        ViewForm::Ocsf => "ocsf.jsonl",
        ViewForm::Otlp => "otlp.jsonl",
    }
}
