//! `tieout calls`

use engine::EngineError;

use super::by_hand::made;
use crate::args::{ApproveArg, Calls, Global};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::open;

pub(crate) async fn run(global: &Global, calls: &Calls, output: &Output) -> Result<Exit, EngineError> {
    let Calls::Retry { call, arguments, approve } = calls;
    let engine = open(global).await?;
    let before = engine.call(*call).await?.row;
    if before.effect.writes() && *approve != ApproveArg::All {
        return Err(EngineError::BadInput(format!(
            "{} writes, and making a write again needs your word: add `--approve all`. Nothing was sent",
            before.tool
        )));
    }
    let again = engine.retry_call(*call, arguments.clone());
    let (detail, exit) = made(&engine, &before.tool, again, output).await?;
    if let Some(conversation) = detail.row.conversation.filter(|_| exit == Exit::Done) {
        output.progress(format!("to go on with it: tieout ask \"…\" --conversation {conversation}"));
    }
    Ok(exit)
}
