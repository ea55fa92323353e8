//! A call that a person makes from the terminal: the same for one that is new and one that is made again.

use std::future::Future;
use std::pin::pin;

use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::view::CallDetail;
use engine::{Engine, EngineError};

use super::mcp::with_questions;
use crate::exit::Exit;
use crate::output::Output;
use crate::words::call_line;

/// Waits for the call, prints it, and closes the workspace. Ctrl-C closes the workspace at once, which ends the call on
/// record.
pub(crate) async fn made(
    engine: &Engine,
    tool: &str,
    call: impl Future<Output = Result<CallDetail, EngineError>>,
    output: &Output,
) -> Result<(CallDetail, Exit), EngineError> {
    let source = tool.split('.').next().unwrap_or_default();
    if engine.sources().await?.iter().any(|view| view.paused && view.spec.name.as_str() == source) {
        output.progress(format!(
            "{source} is paused, so the call waits; Ctrl-C, then `tieout sources resume {source}`"
        ));
    }
    let mut call = pin!(with_questions(engine, call, output));
    let (detail, interrupted) = tokio::select! {
        detail = &mut call => (detail?, false),
        _ = tokio::signal::ctrl_c() => {
            output.progress("stopping; if it was sent, it may still tell its outcome");
            let (detail, ()) = tokio::join!(call, engine.shutdown());
            (detail?, true)
        }
    };
    print(&detail, output);
    engine.shutdown().await;
    let exit = match detail.row.outcome {
        Some(Outcome::Returned) => Exit::Done,
        _ if interrupted => Exit::Cancelled,
        _ => Exit::Failed,
    };
    Ok((detail, exit))
}

/// Its line and words to standard error, its result to standard output.
fn print(detail: &CallDetail, output: &Output) {
    output.progress(call_line(&detail.row));
    let part = |role| detail.payloads.iter().find(|payload| payload.role == role);
    // Attempts that came to nothing have words too; the call's own come last.
    let words = detail.payloads.iter().rfind(|payload| payload.role == PayloadRole::Words);
    if let Some(words) = words {
        output.progress(&words.text);
    }
    if let Some(result) = part(PayloadRole::Result) {
        output.line(&result.text);
        if !result.whole {
            output.progress(format!("(the first part of {} bytes; the trail holds all)", result.size));
        }
    }
    output.object("call", detail);
}
