//! A turn's events as a person at a terminal reads them: what goes on to standard error, the answer to standard output.

use std::collections::HashMap;

use domain::answer::{Answer, Exposure, Unseen};
use domain::call::ToolCall;
use domain::event::{Ended, Happening, RunEvent};
use domain::fact::Stopped;
use domain::id::{CallId, ConversationId};
use domain::outcome::Outcome;

use crate::exit::Exit;
use crate::figures;
use crate::output::Output;
use crate::waiting::waiting;
use crate::words::{count, dropped, millis};

/// What has been told of a turn so far.
pub(crate) struct Telling {
    conversation: ConversationId,
    calls: HashMap<CallId, ToolCall>,
    /// How many calls the batch has that is under way.
    batch: usize,
}

impl Telling {
    pub(crate) fn of(conversation: ConversationId) -> Self {
        Self { conversation, calls: HashMap::new(), batch: 0 }
    }

    /// A call that was told of.
    pub(crate) fn call(&self, call: CallId) -> Option<&ToolCall> {
        self.calls.get(&call)
    }

    /// Tells the next event; after the last one, how the program ends.
    pub(crate) fn tell(&mut self, event: RunEvent, output: &Output) -> Option<Exit> {
        match event.what {
            Happening::TurnEnded { stopped, words, .. } => return Some(ended(stopped, &words, output)),
            // A person watches the answer grow, citation marks and all; a file gets it whole, without them.
            Happening::TextDelta { text } if output.is_watched() => output.piece(&text),
            Happening::TextDelta { .. } => {}
            Happening::Answer { answer } => self.answer(&answer, output),
            what => {
                if let Some(line) = self.progress(what).filter(|_| !output.is_json()) {
                    output.progress(line);
                }
            }
        }
        None
    }

    /// What goes on, in one line; nothing of what a person needs not follow.
    fn progress(&mut self, what: Happening) -> Option<String> {
        Some(match what {
            Happening::TurnStarted { model, .. } => format!("asking {model} …"),
            Happening::ModelWaits { attempt, words, wait_ms, .. } => {
                let when =
                    if wait_ms == 0 { "at once".to_owned() } else { format!("in {}", millis(wait_ms)) };
                format!("  … the model is asked again {when} (attempt {attempt}): {}", first_line(&words))
            }
            Happening::Shortened { results } => {
                format!("  … {} shortened to fit", count(u64::from(results), "earlier result"))
            }
            Happening::CallReady { call } => {
                self.calls.insert(call.id, call);
                return None;
            }
            Happening::BatchStarted { calls, label, .. } => {
                self.batch = calls.len();
                format!("{} at once, {label}", count(calls.len() as u64, "call"))
            }
            Happening::Waits { call, waiting: what } => format!("  … {} {}", self.name(call), waiting(&what)),
            Happening::Dispatched { call, attempt: 2.. } => format!("  … {} is sent again", self.name(call)),
            Happening::Progress { call, words } => format!("  … {} is at {words}", self.name(call)),
            Happening::AttemptEnded { call, attempt, words, took_ms } => format!(
                "  … {} attempt {attempt} came to nothing after {}: {}",
                self.name(call),
                millis(took_ms),
                first_line(&words)
            ),
            Happening::CallDropped { call, why } => {
                format!("  ✗ {} started early and is not used: {}", self.name(call), dropped(why))
            }
            Happening::Pending { call } => {
                format!("  … {} is still under way; the others go back without it", self.name(call))
            }
            Happening::CallEnded { call, ended } => self.call_ended(call, &ended)?,
            Happening::BatchEnded { elapsed_ms, sequential_ms, saved_ms, requests, label, .. } => {
                let mut line =
                    format!("{} together, {} one after another", millis(elapsed_ms), millis(sequential_ms));
                if saved_ms > 0 {
                    line += &format!(", {} sooner by early start", millis(saved_ms));
                }
                if requests as usize != self.batch {
                    line += &format!(", {}", count(u64::from(requests), "request"));
                }
                format!("{line}, {label}")
            }
            Happening::ModelCalled { .. }
            | Happening::Decided { .. }
            | Happening::ApprovalAsked { .. }
            | Happening::BatchHeld { .. }
            | Happening::Dispatched { .. }
            | Happening::TextDelta { .. }
            | Happening::Answer { .. }
            | Happening::TurnEnded { .. } => return None,
        })
    }

    fn call_ended(&self, call: CallId, ended: &Ended) -> Option<String> {
        let call = self.calls.get(&call)?;
        let mark = if ended.outcome == Outcome::Returned { "·" } else { "✗" };
        let took = if ended.from.is_some() { "shared".to_owned() } else { millis(ended.took_ms) };
        let words = match (first_line(&ended.words), ended.from.and_then(|from| self.calls.get(&from))) {
            ("", Some(from)) => format!("  by [{}]", from.handle),
            ("", None) => String::new(),
            (words, _) => format!("  {words}"),
        };
        Some(format!(
            "  {mark} [{}] {:<48} {took:>9}  {}{words}",
            call.handle,
            format!("{} {}", tool(call), call.telling),
            ended.outcome.word(),
        ))
    }

    fn answer(&self, answer: &Answer, output: &Output) {
        if output.is_watched() {
            output.piece("\n\n");
        } else {
            output.line(format!("\n{}\n", answer.text.trim_end()));
        }
        if output.is_json() {
            return;
        }
        let names = answer.exposure.iter().map(|exposed| {
            let tool = self.calls.get(&exposed.call).map(tool).unwrap_or_default();
            (exposed.call, format!("{} {tool}", exposed.handle).trim_end().to_owned())
        });
        let names = names.collect();
        let figures = figures::counted(&answer.ties).into_iter();
        for line in figures.chain(figures::doubtful(&answer.ties, &names)).chain(beside(answer)) {
            output.progress(line);
        }
        let read = answer.exposure.iter().filter(|item| item.mode != Exposure::Words).count();
        output.progress(format!(
            "{} · drew on {read} of {} · {} · {} in, {} out · {} · {}",
            answer.label,
            count(answer.exposure.len() as u64, "call"),
            answer.model,
            answer.usage.input,
            answer.usage.output,
            millis(answer.timings.turn_ms),
            self.conversation
        ));
    }

    /// `[c3] crm.get_customer id 7`
    fn name(&self, call: CallId) -> String {
        match self.calls.get(&call) {
            Some(call) => format!("[{}] {} {}", call.handle, tool(call), call.telling).trim_end().to_owned(),
            None => call.to_string(),
        }
    }
}

/// What an answer's results say together, and what its model did not see.
fn beside(answer: &Answer) -> Vec<String> {
    let Unseen { values, results, .. } = &answer.unseen;
    let mut lines: Vec<String> = answer.combined.iter().map(|combined| combined.words()).collect();
    let hidden = |number: u64, one: &str| (number > 0).then(|| count(number, one));
    let unseen: Vec<String> = hidden(u64::from(*values), "value")
        .into_iter()
        .chain(hidden(results.len() as u64, "result"))
        .collect();
    if !unseen.is_empty() {
        lines.push(format!("{} hidden from the model", unseen.join(" and ")));
    }
    lines
}

fn tool(call: &ToolCall) -> String {
    call.tool.as_ref().map_or_else(|| call.asked_for.clone(), ToString::to_string)
}

fn ended(stopped: Option<Stopped>, words: &str, output: &Output) -> Exit {
    let Some(stopped) = stopped else { return Exit::Done };
    output.problem(words);
    match stopped {
        Stopped::Trail => Exit::TrailFatal,
        Stopped::Cancelled => Exit::Cancelled,
        Stopped::Model | Stopped::StepLimit | Stopped::Crashed => Exit::Failed,
    }
}

fn first_line(words: &str) -> &str {
    words.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::effect::Effect;
    use domain::fact::Dropped;
    use domain::id::Handle;
    use domain::label::Label;

    use super::*;

    fn id(last: char) -> CallId {
        format!("call_01M81SKYP621PKT9MZ4BAEDFB{last}").parse().unwrap()
    }

    /// The line for something that happened to `[c2] crm.get id 7`.
    #[track_caller]
    fn check(what: Happening, line: Option<&str>) {
        let mut telling = Telling::of("conv_01M81SKYP621PKT9MZ4BAEDFB0".parse().unwrap());
        for (last, handle) in [('0', 1), ('1', 2)] {
            let call = ToolCall {
                id: id(last),
                batch: None,
                position: 0,
                handle: Handle(handle),
                asked_as: String::new(),
                asked_for: "crm__get".to_owned(),
                tool: Some("crm.get".parse().unwrap()),
                tool_version: String::new(),
                effect: Effect::Read,
                label: Label::unlabelled(),
                arguments: String::new(),
                telling: "id 7".to_owned(),
            };
            assert_eq!(telling.progress(Happening::CallReady { call }), None);
        }
        assert_eq!(telling.progress(what).as_deref(), line);
    }

    #[test]
    fn one_line_says_what_happened_to_whom() {
        let call = id('1');
        let gone = "503 of crm, which may do better later\nmore".to_owned();
        check(Happening::Dispatched { call, attempt: 1 }, None);
        check(Happening::Dispatched { call, attempt: 2 }, Some("  … [c2] crm.get id 7 is sent again"));
        check(
            Happening::AttemptEnded { call, attempt: 1, words: gone, took_ms: 1_200 },
            Some(
                "  … [c2] crm.get id 7 attempt 1 came to nothing after 1.2 s: 503 of crm, which may do better later",
            ),
        );
        check(
            Happening::CallDropped { call, why: Dropped::Changed },
            Some(
                "  ✗ [c2] crm.get id 7 started early and is not used: the model wrote something else after all",
            ),
        );
    }

    #[test]
    fn a_shared_answer_names_the_call_that_was_sent() {
        let ended = Ended {
            outcome: Outcome::Returned,
            failure: None,
            status: Some(200),
            words: String::new(),
            size: 9,
            took_ms: 0,
            label: Label::unlabelled(),
            made: None,
            from: Some(id('0')),
            phases: None,
        };
        let line = format!("  · [c2] {:<48} {:>9}  returned  by [c1]", "crm.get id 7", "shared");
        check(Happening::CallEnded { call: id('1'), ended }, Some(&line));
    }
}
