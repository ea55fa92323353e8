//! Reading and verifying the record.

use domain::id::{CallId, ConversationId, Seq};
use domain::payload::Commitment;
use domain::view::{
    CallDetail, CallRow, ConversationRow, ConversationView, EntryView, PayloadView, ProofView, TrailStats,
    VerifyReport,
};
use engine::{CallQuery, EngineError};
use tauri::ipc::Channel;

use super::Reply;
use crate::shell::Here;
use crate::wire::Progress;

/// The most of a payload that travels to the page, in bytes.
const PAYLOAD_BYTES: usize = 8 << 20;

/// Conversations, the one in which something happened last first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn conversations(shell: Here<'_>, limit: u32) -> Reply<Vec<ConversationRow>> {
    shell.reply(shell.engine().await?.conversations(limit).await)
}

/// A conversation with its turns.
#[tauri::command]
#[specta::specta]
pub(crate) async fn conversation(shell: Here<'_>, id: ConversationId) -> Reply<Option<ConversationView>> {
    shell.reply(found(shell.engine().await?.conversation(id).await))
}

/// Calls, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn calls(shell: Here<'_>, query: CallQuery) -> Reply<Vec<CallRow>> {
    shell.reply(shell.engine().await?.calls(query).await)
}

/// Everything on record about a call, its payloads cut to what a screen shows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn call(shell: Here<'_>, id: CallId) -> Reply<Option<CallDetail>> {
    shell.reply(found(shell.engine().await?.call(id).await))
}

/// A payload's text from the start, longer than `call` gives it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn payload(
    shell: Here<'_>,
    seq: Seq,
    commitment: Commitment,
) -> Reply<Option<PayloadView>> {
    shell.reply(found(shell.engine().await?.payload(seq, commitment, PAYLOAD_BYTES).await))
}

/// Proof that an entry is in the trail, checked before it is handed out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prove(shell: Here<'_>, seq: Seq) -> Reply<ProofView> {
    shell.reply(shell.engine().await?.prove(seq).await)
}

/// One entry as it stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn entry(shell: Here<'_>, seq: Seq) -> Reply<Option<EntryView>> {
    shell.reply(found(shell.engine().await?.entry(seq).await))
}

/// What the trail holds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stats(shell: Here<'_>) -> Reply<TrailStats> {
    shell.reply(shell.engine().await?.stats().await)
}

/// Checks the whole trail. What is wrong stands in the report; an error means that it could not be checked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify(shell: Here<'_>, progress: Channel<Progress>) -> Reply<VerifyReport> {
    let tell = move |done, total| {
        // A page that is gone needs no progress; the verification is worth finishing.
        let _page_is_gone = progress.send(Progress { done, total });
    };
    let report = shell.reply(shell.engine().await?.verify(tell).await)?;
    shell.changed();
    Ok(report)
}

/// The page asks whether something is there; that it isn't is an answer.
fn found<T>(said: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match said {
        Err(EngineError::NotFound(_)) => Ok(None),
        said => said.map(Some),
    }
}
