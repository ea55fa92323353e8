//! `tieout ask`: a turn, watched from a terminal or as JSON lines.

use std::collections::HashMap;
use std::future::Future;
use std::pin::{Pin, pin};

use domain::call::{Approval, ToolCall};
use domain::event::{Happening, RunEvent};
use domain::fact::Stopped;
use domain::id::CallId;
use domain::outcome::Outcome;
use engine::{Engine, EngineError, Question, Run};

use super::sheet;
use crate::args::{Ask, Global};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::open;
use crate::words::{count, millis};

pub(crate) async fn run(global: &Global, ask: &Ask, output: &Output) -> Result<Exit, EngineError> {
    let engine = open(global).await?;
    let question = Question {
        conversation: ask.conversation,
        text: ask.question.clone(),
        model: ask.model.clone(),
        sequential: ask.sequential,
        approve: ask.approve.into(),
        max_steps: ask.max_steps,
    };
    let exit = watch(&engine, question, output).await;
    if !matches!(exit, Ok(Exit::Left)) {
        engine.shutdown().await;
    }
    exit
}

/// Asks, prints what happens, answers approvals from the terminal, and stops the turn on Ctrl-C. The terminal's answers
/// are one thing of several to wait for: the turn may end, or a person press Ctrl-C, while a sheet lies open.
pub(crate) async fn watch(engine: &Engine, question: Question, output: &Output) -> Result<Exit, EngineError> {
    let mut run = engine.ask(question).await?;
    let mut calls = HashMap::new();
    let mut interrupted = false;
    let mut sheet: Option<Sheet<'_>> = None;
    // One listener for the whole turn: a new one would miss what was pressed between two.
    let mut pressed = pin!(tokio::signal::ctrl_c());
    loop {
        let event = tokio::select! {
            event = run.events.recv() => event,
            answers = answered(&mut sheet) => {
                sheet = None;
                // The turn may have been stopped while the person thought.
                let _over_already = engine.approve(run.turn, answers);
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
        if let Happening::ApprovalAsked { asks, .. } = &event.what {
            let asks = asks.iter().map(|ask| (ask.clone(), label_of(&calls, ask.call))).collect();
            sheet = Some(Box::pin(sheet::answers(asks, output)));
        }
        if let Some(exit) = print(&run, &mut calls, event, output) {
            return Ok(if interrupted { Exit::Cancelled } else { exit });
        }
    }
}

/// A sheet that lies open.
type Sheet<'a> = Pin<Box<dyn Future<Output = Vec<(CallId, Approval)>> + Send + 'a>>;

/// The answers of the sheet that lies open; without one, never.
async fn answered(sheet: &mut Option<Sheet<'_>>) -> Vec<(CallId, Approval)> {
    match sheet {
        Some(sheet) => sheet.await,
        None => std::future::pending().await,
    }
}

fn label_of(calls: &HashMap<CallId, ToolCall>, call: CallId) -> String {
    calls.get(&call).map(|call| call.label.to_string()).unwrap_or_default()
}

fn print(run: &Run, calls: &mut HashMap<CallId, ToolCall>, event: RunEvent, output: &Output) -> Option<Exit> {
    let say = |text: String| {
        if !output.is_json() {
            output.progress(text);
        }
    };
    match event.what {
        Happening::TurnStarted { model, .. } => say(format!("asking {model} …")),
        Happening::CallReady { call } => {
            calls.insert(call.id, call);
        }
        Happening::BatchStarted { calls: batch, label, .. } => {
            say(format!("{} at once, {label}", count(batch.len() as u64, "call")));
        }
        Happening::CallEnded { call, ended } => {
            let call = calls.get(&call)?;
            let tool = call.tool.as_ref().map_or_else(|| call.asked_for.clone(), ToString::to_string);
            let words = if ended.words.is_empty() {
                String::new()
            } else {
                format!("  {}", first_line(&ended.words))
            };
            let mark = if ended.outcome == Outcome::Returned { "·" } else { "✗" };
            say(format!(
                "  {mark} [{}] {:<48} {:>9}  {}{words}",
                call.handle,
                format!("{tool} {}", call.telling),
                millis(ended.took_ms),
                ended.outcome.word(),
            ));
        }
        Happening::BatchEnded { elapsed_ms, sequential_ms, label, .. } => say(format!(
            "{} together, {} one after another, {label}",
            millis(elapsed_ms),
            millis(sequential_ms)
        )),
        // A person watches the answer grow, citation marks and all; a file gets it whole, without them.
        Happening::TextDelta { text } => {
            if output.is_watched() {
                output.piece(&text);
            }
        }
        Happening::Answer { answer } => {
            if output.is_watched() {
                output.piece("\n\n");
            } else {
                output.line(format!("\n{}\n", answer.text.trim_end()));
            }
            let read =
                answer.exposure.iter().filter(|item| item.mode != domain::answer::Exposure::Words).count();
            say(format!(
                "{} · drew on {read} of {} · {} · {} in, {} out · {} · {}",
                answer.label,
                count(answer.exposure.len() as u64, "call"),
                answer.model,
                answer.usage.input,
                answer.usage.output,
                millis(answer.timings.turn_ms),
                run.conversation
            ));
        }
        Happening::TurnEnded { stopped, words, .. } => {
            return Some(match stopped {
                None => Exit::Done,
                Some(stopped) => {
                    output.problem(&words);
                    match stopped {
                        Stopped::Trail => Exit::TrailFatal,
                        Stopped::Cancelled => Exit::Cancelled,
                        Stopped::Model | Stopped::StepLimit | Stopped::Crashed => Exit::Failed,
                    }
                }
            });
        }
        Happening::ModelCalled { .. }
        | Happening::Decided { .. }
        | Happening::ApprovalAsked { .. }
        | Happening::Dispatched { .. } => {}
    }
    None
}

fn first_line(words: &str) -> &str {
    words.lines().next().unwrap_or_default()
}
