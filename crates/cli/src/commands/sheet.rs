//! The approval sheet of a terminal: each call with its exact arguments, one answer each. Without a terminal there is
//! nobody to ask, so what asks is refused.

use std::io::{BufRead, IsTerminal};

use domain::call::Approval;
use domain::event::Ask;
use domain::id::CallId;

use crate::output::Output;

/// An answer to each call that asks, each given with its label. Dropping this stops asking; the line that is being read
/// then goes to nobody.
pub(crate) async fn answers(asks: Vec<(Ask, String)>, output: &Output) -> Vec<(CallId, Approval)> {
    if !std::io::stdin().is_terminal() || output.is_json() {
        let reason = "there was no terminal to ask on; `--approve all` allows it beforehand".to_owned();
        return asks
            .iter()
            .map(|(ask, _)| (ask.call, Approval::Refused { reason: reason.clone() }))
            .collect();
    }
    let mut answers = Vec::new();
    for (position, (ask, label)) in asks.iter().enumerate() {
        output.progress(format!("\n{} of {}: {}  {label}", position + 1, asks.len(), ask.request));
        output.progress(&ask.arguments);
        output.progress(&ask.decision.reason);
        output.progress("allow? y, or n and a reason:");
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map(|_| line)
        })
        .await;
        let line = line.ok().and_then(Result::ok).unwrap_or_default();
        answers.push((ask.call, read(line.trim())));
    }
    answers
}

/// `y` allows; everything else refuses, and what follows `n` is the reason.
fn read(line: &str) -> Approval {
    match line.to_lowercase().as_str() {
        "y" | "yes" => Approval::Allowed,
        _ => {
            let reason = ["no ", "n "].iter().find_map(|no| line.strip_prefix(no)).unwrap_or(line);
            let reason = if matches!(reason, "n" | "no") { "" } else { reason };
            Approval::Refused { reason: reason.trim().to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_allows() {
        assert_eq!(read("y"), Approval::Allowed);
        assert_eq!(read("YES"), Approval::Allowed);
        for (line, reason) in [("n", ""), ("", ""), ("n wrong ticket", "wrong ticket"), ("yeah", "yeah")] {
            assert_eq!(read(line), Approval::Refused { reason: reason.to_owned() }, "{line}");
        }
    }
}
