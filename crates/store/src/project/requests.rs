//! Requests to models: which model was shown what.

use domain::id::{Seq, TurnId};
use domain::label::Label;
use rusqlite::Connection;

use crate::columns::level;
use crate::error::StoreError;

pub(super) fn sent(
    to: &Connection,
    seq: Seq,
    turn: Option<TurnId>,
    model: &str,
    label: &Label,
) -> Result<(), StoreError> {
    to.prepare_cached("INSERT INTO request (seq, turn, model, level) VALUES (?1, ?2, ?3, ?4)")?.execute((
        seq.0,
        turn.map(|turn| turn.to_string()),
        model,
        level(label),
    ))?;
    Ok(())
}
