//! Which results the model named for which part of its answer.

use super::kind::{Hint, ResultText};

/// The marks of an answer, and which results they name.
pub(crate) struct Hints<'a> {
    given: &'a [Hint],
    /// Marks that still stand in the text, as in answers that nobody took them out of.
    written: Vec<Hint>,
}

impl<'a> Hints<'a> {
    pub(crate) fn of(answer: &str, results: &[ResultText<'_>], given: &'a [Hint]) -> Self {
        let mut written = Vec::new();
        for (at, _) in answer.match_indices("[^") {
            let names = answer[at + 2..].split(']').next().unwrap_or_default();
            for name in names.split(',').map(|name| name.trim().trim_start_matches('^')) {
                let result = results.iter().position(|result| result.call == name);
                written.extend(result.map(|result| Hint { at, result: Some(result) }));
            }
        }
        Self { given, written }
    }

    /// The results that are named in a sentence.
    pub(crate) fn named(&self, start: usize, end: usize) -> Vec<usize> {
        let here = |hint: &&Hint| start < hint.at && hint.at <= end;
        self.given.iter().chain(&self.written).filter(here).filter_map(|hint| hint.result).collect()
    }

    /// The mark that vouches for what ends at `end` in a sentence that ends at `stop`: the next one behind it. Of marks that
    /// stand together, the one that names the result that it was found in.
    pub(crate) fn behind(&self, end: usize, stop: usize, found: &[usize]) -> Option<usize> {
        let (first, next) =
            self.given.iter().enumerate().find(|(_, hint)| (end..=stop).contains(&hint.at))?;
        let together = self.given.iter().enumerate().skip(first).take_while(|(_, hint)| hint.at == next.at);
        let agrees = |(_, hint): &(usize, &Hint)| hint.result.is_some_and(|result| found.contains(&result));
        Some(together.clone().find(agrees).map_or(first, |(place, _)| place))
    }
}
