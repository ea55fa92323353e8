//! Looking for calls and answers in the record.

use domain::id::{Seq, TurnId};
use domain::search::{AnswerRow, Completion, Facets, FilterMistake, Overview, SearchPage};
use domain::tie::TieWeek;
use domain::time::Micros;
use domain::view::TurnView;
use engine::SavedFilter;

use super::Reply;
use crate::shell::Here;

/// Calls that a filter finds, newest first: those asked for before an entry, if one is given. A filter with a mistake
/// is refused.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search(
    shell: Here<'_>,
    text: String,
    before: Option<Seq>,
    limit: u32,
) -> Reply<SearchPage> {
    let mut page = shell.reply(shell.engine().await?.search(&text, before, limit).await)?;
    shell.in_review(|review| page.rows.iter_mut().for_each(|row| review.close_call_row(row)));
    Ok(page)
}

/// What is wrong with a filter, if something is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn filter_check(shell: Here<'_>, text: String) -> Reply<Option<FilterMistake>> {
    Ok(shell.engine().await?.filter_check(&text))
}

/// What would go well at the cursor, a place in UTF-16 code units.
#[tauri::command]
#[specta::specta]
pub(crate) async fn complete(shell: Here<'_>, text: String, cursor: u32) -> Reply<Vec<Completion>> {
    shell.reply(shell.engine().await?.complete(&text, cursor).await)
}

/// How many calls a filter finds, by what.
#[tauri::command]
#[specta::specta]
pub(crate) async fn facets(shell: Here<'_>, text: String) -> Reply<Facets> {
    shell.reply(shell.engine().await?.facets(&text).await)
}

/// What charts show of the calls that a filter finds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(shell: Here<'_>, text: String) -> Reply<Overview> {
    shell.reply(shell.engine().await?.overview(&text).await)
}

/// Questions with what became of them, newest first: those asked before an entry, if one is given.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answers(shell: Here<'_>, before: Option<Seq>, limit: u32) -> Reply<Vec<AnswerRow>> {
    let mut rows = shell.reply(shell.engine().await?.answers(before, limit).await)?;
    shell.in_review(|review| rows.iter_mut().for_each(|row| review.close_answer_row(row)));
    Ok(rows)
}

/// A turn with everything that a screen shows of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn turn_view(shell: Here<'_>, turn: TurnId) -> Reply<TurnView> {
    let mut view = shell.reply(shell.engine().await?.turn(turn).await)?;
    shell.in_review(|review| review.close_turn(&mut view));
    Ok(view)
}

/// The filters that were saved, in their order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn saved_filters(shell: Here<'_>) -> Reply<Vec<SavedFilter>> {
    shell.reply(shell.engine().await?.saved_filters().await)
}

/// Puts these in the place of the filters that were saved.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_filters(shell: Here<'_>, list: Vec<SavedFilter>) -> Reply<()> {
    shell.reply(shell.engine_to_change().await?.save_filters(list).await)
}

/// How the figures of answers fared since then, by week and model.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ties_by_week(shell: Here<'_>, since: Micros) -> Reply<Vec<TieWeek>> {
    shell.reply(shell.engine().await?.ties_by_week(since).await)
}
