//! The sheets of a terminal: the calls that ask, each with its exact arguments, and a batch that is held for its size.
//! Without a terminal there is nobody to ask, so what asks is refused.

use std::io::IsTerminal;

use domain::call::{Approval, Approve, ToolCall};
use domain::event::Ask;
use domain::id::{BatchId, CallId};
use domain::view::Count;
use engine::Engine;

use crate::editor;
use crate::output::Output;
use crate::words::{count, origin_lines, thousands};

/// What a person said on a sheet.
pub(crate) enum Said {
    /// Of each call that asked.
    Calls(Vec<(CallId, Approval)>),
    /// Of a held batch.
    Batch(BatchId, Approval),
}

/// A batch of more calls than one message may ask for.
pub(crate) struct Held {
    pub(crate) batch: BatchId,
    pub(crate) calls: u32,
    pub(crate) limit: u32,
    pub(crate) tools: Vec<Count>,
}

/// An answer to each call that asks, each given with the call itself. Dropping this stops asking; the line that is
/// being read then goes to nobody.
pub(crate) async fn calls(engine: Engine, asks: Vec<(Ask, Option<ToolCall>)>, output: &Output) -> Said {
    if !is_answered(output) {
        let nobody = || Approval::Refused { reason: NOBODY.to_owned() };
        return Said::Calls(asks.iter().map(|(ask, _)| (ask.call, nobody())).collect());
    }
    let mut answers = Vec::new();
    for (position, (ask, call)) in asks.iter().enumerate() {
        let label = call.as_ref().map(|call| call.label.to_string()).unwrap_or_default();
        output.progress(format!("\n{} of {}: {}  {label}", position + 1, asks.len(), ask.request));
        output.progress(&ask.decision.reason);
        origin_lines(&ask.decision.origins).iter().for_each(|line| output.progress(format!("  {line}")));
        answers.push((ask.call, one(&engine, ask, call.as_ref(), output).await));
    }
    Said::Calls(answers)
}

/// An answer about a held batch. `all` lets it go, as it does whatever else would be asked about.
pub(crate) async fn held(held: Held, approve: Approve, output: &Output) -> Said {
    let Held { batch, calls, limit, tools } = held;
    let asked = count(u64::from(calls), "call");
    let answer = if approve == Approve::All {
        output.progress(format!("{asked} in one message, more than {limit}; `--approve all` lets them go"));
        Approval::Allowed
    } else if is_answered(output) {
        output.progress(format!("\nthe model asks for {asked} in one message; {limit} are let go unasked:"));
        for Count { name, count } in &tools {
            output.progress(format!("  {:>6}  {name}", thousands(*count)));
        }
        output.progress("let them go? y, or n and a reason:");
        match Answer::read(&editor::line().await) {
            Answer::Yes => Approval::Allowed,
            // There is nothing to edit in a number of calls.
            Answer::Edit => Approval::Refused { reason: String::new() },
            Answer::No(reason) => Approval::Refused { reason },
        }
    } else {
        Approval::Refused { reason: NOBODY.to_owned() }
    };
    Said::Batch(batch, answer)
}

const NOBODY: &str = "there was no terminal to ask on; `--approve all` allows it beforehand";

fn is_answered(output: &Output) -> bool {
    std::io::stdin().is_terminal() && !output.is_json()
}

/// Asks about one call until it is answered. What is shown last is what a yes allows.
async fn one(engine: &Engine, ask: &Ask, call: Option<&ToolCall>, output: &Output) -> Approval {
    let mut arguments = ask.arguments.clone();
    // What the next edit begins with: also what could not be used stays to be mended.
    let mut draft = arguments.clone();
    let mut is_edited = false;
    loop {
        output.progress(&arguments);
        output.progress("allow? y, e to edit the arguments, or n and a reason:");
        match Answer::read(&editor::line().await) {
            Answer::Yes if is_edited => return Approval::Edited { arguments },
            Answer::Yes => return Approval::Allowed,
            Answer::No(reason) => return Approval::Refused { reason },
            Answer::Edit => {}
        }
        let Some(changed) = editor::edited(&draft, output).await else {
            output.progress("nothing was changed");
            continue;
        };
        let mistakes = mistakes(engine, call, &changed).await;
        draft.clone_from(&changed);
        if mistakes.is_empty() {
            arguments = changed;
            is_edited = true;
        } else {
            output.progress("these can't be its arguments, so they stay as they were; e goes on with yours:");
            mistakes.iter().for_each(|mistake| output.progress(format!("  {mistake}")));
        }
    }
}

/// What is wrong with arguments; a call of no known tool never asks.
async fn mistakes(engine: &Engine, call: Option<&ToolCall>, arguments: &str) -> Vec<String> {
    match call.and_then(|call| call.tool.as_ref()) {
        Some(tool) => {
            engine.check_arguments(tool, arguments).await.unwrap_or_else(|error| vec![error.to_string()])
        }
        None => vec!["its tool is not connected".to_owned()],
    }
}

/// What a person typed.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    Edit,
    No(String),
}

impl Answer {
    /// `y` allows, `e` edits; everything else refuses, and what follows `n` is the reason.
    fn read(line: &str) -> Self {
        match line.to_lowercase().as_str() {
            "y" | "yes" => Self::Yes,
            "e" | "edit" => Self::Edit,
            _ => {
                let reason = ["no ", "n "].iter().find_map(|no| line.strip_prefix(no)).unwrap_or(line);
                let reason = if matches!(reason, "n" | "no") { "" } else { reason };
                Self::No(reason.trim().to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_held_batch_is_refused_where_nobody_can_be_asked_unless_all_was_allowed_beforehand() {
        for (approve, expected) in [
            (Approve::Reads, Approval::Refused { reason: NOBODY.to_owned() }),
            (Approve::None, Approval::Refused { reason: NOBODY.to_owned() }),
            (Approve::All, Approval::Allowed),
        ] {
            let batch: BatchId = "batch_01M81SKYP621PKT9MZ4BAEDFB0".parse().unwrap();
            let batch = Held { batch, calls: 800, limit: 128, tools: Vec::new() };
            match held(batch, approve, &Output::new(true)).await {
                Said::Batch(_, answer) => assert_eq!(answer, expected, "{approve:?}"),
                Said::Calls(_) => panic!("that is no answer about a batch"),
            }
        }
    }

    #[test]
    fn only_a_plain_yes_allows() {
        assert_eq!(Answer::read("y"), Answer::Yes);
        assert_eq!(Answer::read("YES"), Answer::Yes);
        assert_eq!(Answer::read("e"), Answer::Edit);
        for (line, reason) in [
            ("n", ""),
            ("", ""),
            ("n wrong ticket", "wrong ticket"),
            ("yeah", "yeah"),
            ("edit it", "edit it"),
        ] {
            assert_eq!(Answer::read(line), Answer::No(reason.to_owned()), "{line}");
        }
    }
}
