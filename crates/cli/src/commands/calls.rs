//! `tieout calls`

use domain::outcome::Outcome;
use engine::EngineError;

use super::tools::print_call;
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
    let detail = engine.retry_call(*call, arguments.clone()).await?;
    print_call(&detail, output);
    let returned = detail.row.outcome == Some(Outcome::Returned);
    if let Some(conversation) = detail.row.conversation.filter(|_| returned) {
        output.progress(format!("to go on with it: tieout ask \"…\" --conversation {conversation}"));
    }
    engine.shutdown().await;
    Ok(if returned { Exit::Done } else { Exit::Failed })
}
