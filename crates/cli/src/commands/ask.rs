//! `tieout ask`: a turn, watched from a terminal or as JSON lines.

use std::future::Future;
use std::pin::{Pin, pin};

use domain::event::Happening;
use engine::{Engine, EngineError, Question};

use super::mcp::with_questions;
use super::sheet::{self, Held, Said};
use super::telling::Telling;
use crate::args::{Ask, Global};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::open;

pub(crate) async fn run(global: &Global, ask: &Ask, output: &Output) -> Result<Exit, EngineError> {
    let engine = open(global).await?;
    let question = Question {
        conversation: ask.conversation,
        text: ask.question.clone(),
        model: ask.model.clone(),
        sequential: ask.sequential.said(),
        early: ask.early.said(),
        approve: ask.approve.into(),
        max_steps: ask.max_steps,
    };
    let exit = with_questions(&engine, watch(&engine, question, output), output).await;
    if !matches!(exit, Ok(Exit::Left)) {
        engine.shutdown().await;
    }
    exit
}

/// Asks, prints what happens, answers from the terminal what is asked, and stops the turn on Ctrl-C. The terminal's
/// answers are one thing of several to wait for: the turn may end, or a person press Ctrl-C, while a sheet lies open.
pub(crate) async fn watch(engine: &Engine, question: Question, output: &Output) -> Result<Exit, EngineError> {
    let approve = question.approve;
    let mut run = engine.ask(question).await?;
    let mut telling = Telling::of(run.conversation);
    let mut interrupted = false;
    let mut sheet: Option<Sheet<'_>> = None;
    // One listener for the whole turn: a new one would miss what was pressed between two.
    let mut pressed = pin!(tokio::signal::ctrl_c());
    loop {
        let event = tokio::select! {
            event = run.events.recv() => event,
            said = answered(&mut sheet) => {
                sheet = None;
                // The turn may have been stopped while the person thought.
                let _over_already = match said {
                    Said::Calls(answers) => engine.approve(run.turn, answers),
                    Said::Batch(batch, answer) => engine.release_batch(run.turn, batch, answer),
                };
                continue;
            }
            heard = &mut pressed => {
                if heard.is_err() || interrupted {
                    return Ok(Exit::Left);
                }
                pressed.set(tokio::signal::ctrl_c());
                interrupted = true;
                sheet = None;
                output.progress("stopping; what was sent may still tell its outcome. Ctrl-C again leaves at once");
                // A turn that has just ended can't be stopped, and needs not.
                let _over_already = engine.stop(run.turn);
                continue;
            }
        };
        let Some(event) = event else { return Ok(Exit::Failed) };
        output.object("event", &event);
        match &event.what {
            Happening::ApprovalAsked { asks, .. } => {
                let asks = asks.iter().map(|ask| (ask.clone(), telling.call(ask.call).cloned())).collect();
                sheet = Some(Box::pin(sheet::calls(engine.clone(), asks, output)));
            }
            Happening::BatchHeld { batch, calls, limit, tools } => {
                let held = Held { batch: *batch, calls: *calls, limit: *limit, tools: tools.clone() };
                sheet = Some(Box::pin(sheet::held(held, approve, output)));
            }
            _ => {}
        }
        if let Some(exit) = telling.tell(event, output) {
            return Ok(if interrupted { Exit::Cancelled } else { exit });
        }
    }
}

/// A sheet that lies open.
type Sheet<'a> = Pin<Box<dyn Future<Output = Said> + Send + 'a>>;

/// The answers of the sheet that lies open; without one, never.
async fn answered(sheet: &mut Option<Sheet<'_>>) -> Said {
    match sheet {
        Some(sheet) => sheet.await,
        None => std::future::pending().await,
    }
}
