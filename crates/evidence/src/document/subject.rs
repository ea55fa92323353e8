//! What a document is made of.

use domain::answer::Answer;
use domain::time::Micros;
use domain::view::CallRow;

/// What a document is made of.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The question; empty if it was erased.
    pub question: &'a str,
    /// When it was asked.
    pub at: Micros,
    /// The answer with its ties.
    pub answer: &'a Answer,
    /// The calls that the model had results of. A place in the result of another is named by its call's id.
    pub calls: &'a [CallRow],
}

impl Document<'_> {
    /// `42 figures tied, 1 untied`; empty if none were looked for.
    pub(super) fn counted(&self) -> String {
        let counts = self.answer.ties.counts;
        let others =
            [(counts.contradicted, "contradicted"), (counts.untied, "untied"), (counts.possible, "possible")];
        if counts.tied == 0 && others.iter().all(|(many, _)| *many == 0) {
            return String::new();
        }
        let mut words =
            format!("{} {} tied", counts.tied, if counts.tied == 1 { "figure" } else { "figures" });
        for (many, what) in others.into_iter().filter(|(many, _)| *many > 0) {
            words.push_str(&format!(", {many} {what}"));
        }
        words
    }
}
