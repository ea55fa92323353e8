//! Labels: what else is looked for, what is a false alarm, what models may see, and lowering.

use domain::finding::{Carried, FalseAlarm, Finding};
use domain::hidden::{AboveClearance, OwnDetectors};
use domain::id::{CallId, ConversationId};
use domain::label::{Label, Level};
use engine::Engine;
use serde::{Deserialize, Serialize};

use super::Reply;
use crate::shell::Here;

/// What a text holds, and the label that it gives.
#[derive(Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct ClassifiedText {
    /// Public if nothing was found.
    label: Label,
    /// In the order of the text.
    findings: Vec<Finding>,
}

/// A person's own patterns and lists of words.
#[tauri::command]
#[specta::specta]
pub(crate) async fn own_detectors(shell: Here<'_>) -> Reply<OwnDetectors> {
    shell.reply(shell.engine().await?.own_detectors().await)
}

/// Changes what is looked for besides what Tieout knows, from the next question on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_own_detectors(shell: Here<'_>, own: OwnDetectors) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_own_detectors(own).await)?;
    shell.changed();
    Ok(())
}

/// What is found in a text or a JSON document with these patterns and lists. Nothing of it is recorded.
#[tauri::command]
#[specta::specta]
pub(crate) async fn classified(shell: Here<'_>, text: String, own: OwnDetectors) -> Reply<ClassifiedText> {
    let found = shell.reply(Engine::classified(&text, &own))?;
    Ok(ClassifiedText { label: found.label, findings: found.findings })
}

/// What becomes of what is above a model's clearance.
#[tauri::command]
#[specta::specta]
pub(crate) async fn above_clearance(shell: Here<'_>) -> Reply<AboveClearance> {
    shell.reply(shell.engine().await?.above_clearance().await)
}

/// Changes what becomes of it, from the next question on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_above_clearance(shell: Here<'_>, above: AboveClearance) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_above_clearance(above).await)?;
    shell.changed();
    Ok(())
}

/// What people called false alarms, by tool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn false_alarms(shell: Here<'_>) -> Reply<Vec<FalseAlarm>> {
    shell.reply(shell.engine().await?.false_alarms().await)
}

/// Calls a finding a false alarm, with a reason that stays on record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_finding(
    shell: Here<'_>,
    call: CallId,
    kind: String,
    carried: Carried,
    pointer: String,
    why: String,
) -> Reply<()> {
    let engine = shell.engine_to_change().await?;
    shell.reply(engine.dismiss_finding(call, &kind, carried, &pointer, &why).await)?;
    shell.changed();
    Ok(())
}

/// Takes a false alarm back, with a reason that stays on record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_finding(shell: Here<'_>, alarm: FalseAlarm, why: String) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.restore_finding(&alarm, &why).await)?;
    shell.changed();
    Ok(())
}

/// Lowers a conversation's label, with a reason that stays on record.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lower_label(
    shell: Here<'_>,
    conversation: ConversationId,
    to: Level,
    why: String,
) -> Reply<Label> {
    let lowered = shell.reply(shell.engine_to_change().await?.lower_label(conversation, to, &why).await)?;
    shell.changed();
    Ok(lowered)
}
