//! Turns: asking, and having a say while the answer is made.

use domain::call::Approve;
use domain::event::RunEvent;
use domain::id::{CallId, TurnId};
use engine::Question;
use tauri::ipc::Channel;

use super::Reply;
use crate::shell::Here;
use crate::wire::{ApprovalInput, AskInput, Asked};

/// Begins a turn. Its events arrive in order; after `turn_ended` none follows. Reads run without asking; what writes
/// asks.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask(shell: Here<'_>, question: AskInput, events: Channel<RunEvent>) -> Reply<Asked> {
    let AskInput { conversation, question, model, sequential, early } = question;
    let question = Question {
        conversation,
        model,
        sequential,
        early,
        approve: Approve::Reads,
        ..Question::new(question)
    };
    let run = shell.reply(shell.engine_to_change().await?.ask(question).await)?;
    let asked = Asked { turn: run.turn, conversation: run.conversation };
    shell.carry(run, events);
    Ok(asked)
}

/// Stops a turn: nothing new is sent; what was sent gets a short grace to learn its outcome.
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop(shell: Here<'_>, turn: TurnId) -> Reply<()> {
    shell.reply(shell.engine().await?.stop(turn))
}

/// Takes one call of a turn back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_call(shell: Here<'_>, turn: TurnId, call: CallId) -> Reply<()> {
    shell.reply(shell.engine().await?.cancel_call(turn, call))
}

/// Answers what a turn asked about.
#[tauri::command]
#[specta::specta]
pub(crate) async fn approve(shell: Here<'_>, turn: TurnId, answers: Vec<ApprovalInput>) -> Reply<()> {
    let answers = answers.into_iter().map(|answer| (answer.call, answer.approval)).collect();
    shell.reply(shell.engine().await?.approve(turn, answers))
}
