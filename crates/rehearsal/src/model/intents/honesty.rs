//! What the model says when it has no answer: what it is, and what it could do instead.

use crate::model::evidence::Evidence;
use crate::model::samples::{QUESTIONS, SampleQuestion};
use crate::model::wish::Wish;

/// The answer to a question that no intent recognises, and to *what can you do?*.
pub(in crate::model) fn honest(evidence: &Evidence) -> String {
    format!(
        "I am the rehearsal model: a small program without AI. I recognise a handful of questions and work out their \
         answers from what the connected tools return; I did not call any tool for this one.\n\n{}",
        possible(evidence)
    )
}

/// The answer to a question that was understood but takes tools which are not there.
pub(in crate::model) fn out_of_reach(evidence: &Evidence, wishes: &[Wish]) -> String {
    let mut tools: Vec<String> = wishes.iter().map(Wish::title).collect();
    tools.sort_unstable();
    tools.dedup();
    format!(
        "I understand the question, but none of the tools that it takes is connected: {}. I did not call any tool and can't \
         answer it.\n\n{}",
        tools.join(", "),
        possible(evidence)
    )
}

fn possible(evidence: &Evidence) -> String {
    let fitting: Vec<&SampleQuestion> = QUESTIONS
        .iter()
        .filter(|sample| !sample.sources.is_empty())
        .filter(|sample| sample.sources.iter().all(|source| evidence.offers_source(source)))
        .collect();
    if fitting.is_empty() {
        return "None of the questions that I know fits the tools that are connected. They need the rehearsal company's \
                sources: crm, billing, support and people."
            .to_owned();
    }
    let list: Vec<String> = fitting.iter().map(|sample| format!("- {}", sample.text)).collect();
    format!("With the tools that are connected, you can ask me:\n\n{}", list.join("\n"))
}
