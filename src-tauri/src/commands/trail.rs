//! Reading and verifying the record.

use std::ops::ControlFlow;

use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::payload::Commitment;
use domain::view::{
    CallDetail, ConversationRow, ConversationView, EntryView, PayloadView, ProofView, VerifyReport, WireView,
};
use engine::EngineError;
use tauri::ipc::Channel;

use super::{PAYLOAD_BYTES, Reply};
use crate::shell::Here;
use crate::wire::Progress;

/// Conversations, the one in which something happened last first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn conversations(shell: Here<'_>, limit: u32) -> Reply<Vec<ConversationRow>> {
    let mut rows = shell.reply(shell.engine().await?.conversations(limit).await)?;
    shell.in_review(|review| rows.iter_mut().for_each(|row| review.close_conversation_row(row)));
    Ok(rows)
}

/// A conversation with its turns.
#[tauri::command]
#[specta::specta]
pub(crate) async fn conversation(shell: Here<'_>, id: ConversationId) -> Reply<Option<ConversationView>> {
    let mut view = shell.reply(found(shell.engine().await?.conversation(id).await))?;
    if let Some(view) = &mut view {
        shell.in_review(|review| {
            review.close_conversation_row(&mut view.row);
            view.turns.iter_mut().for_each(|turn| review.close_turn(turn));
        });
    }
    Ok(view)
}

/// Everything on record about a call, its payloads cut to what a screen shows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn call(shell: Here<'_>, id: CallId) -> Reply<Option<CallDetail>> {
    let mut detail = shell.reply(found(shell.engine().await?.call(id).await))?;
    if let Some(detail) = &mut detail {
        shell.in_review(|review| review.close_call(detail));
    }
    Ok(detail)
}

/// A payload's text from the start, longer than `call` gives it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn payload(shell: Here<'_>, seq: Seq, commitment: Commitment) -> Reply<Option<PayloadView>> {
    if !shell.shows(seq, commitment) {
        return Ok(None);
    }
    shell.reply(found(shell.engine().await?.payload(seq, commitment, PAYLOAD_BYTES).await))
}

/// What went to the model in a turn and what came back, oldest first. In a review, bodies that were not opened are left
/// out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn wire(shell: Here<'_>, turn: TurnId) -> Reply<Vec<WireView>> {
    let mut exchanges = shell.reply(shell.engine().await?.wire(turn, PAYLOAD_BYTES).await)?;
    let hide = |body: &mut Option<PayloadView>| {
        if body.as_ref().is_some_and(|body| body.erased.is_none() && !shell.shows(body.seq, body.commitment))
        {
            *body = None;
        }
    };
    for exchange in &mut exchanges {
        hide(&mut exchange.sent);
        if let Some(returned) = &mut exchange.returned {
            hide(&mut returned.received);
        }
    }
    Ok(exchanges)
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

/// Checks the whole trail. What is wrong stands in the report; an error means that it could not be checked, or that it
/// was stopped.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify(shell: Here<'_>, progress: Channel<Progress>) -> Reply<VerifyReport> {
    let stop = shell.verifying();
    let tell = move |done, total| {
        // A page that is gone needs no progress; the verification is worth finishing.
        let _page_is_gone = progress.send(Progress { done, total });
        if stop.is_wanted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = shell.reply(shell.engine().await?.verify(tell).await)?;
    let report = report.ok_or_else(|| EngineError::BadInput("the verification was stopped".to_owned()))?;
    shell.changed();
    Ok(report)
}

/// Ends every verification that runs; there is no report of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_stop(shell: Here<'_>) -> Reply<()> {
    shell.stop_verifying();
    Ok(())
}

/// What the last verification of this run found.
#[tauri::command]
#[specta::specta]
pub(crate) async fn last_verified(shell: Here<'_>) -> Reply<Option<VerifyReport>> {
    Ok(shell.engine().await?.last_verified())
}

/// The page asks whether something is there; that it isn't is an answer.
fn found<T>(said: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match said {
        Err(EngineError::NotFound(_)) => Ok(None),
        said => said.map(Some),
    }
}
