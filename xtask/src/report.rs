//! What a run found: how many tests passed, which failed and in which words. It stands last in a log, where CI shows it.

use std::fmt;

use crate::failed::Failed;
use crate::tally::Tally;

/// So many failed tests are shown with their words.
const SHOWN: usize = 20;

/// What the parts found that have run.
#[derive(Default)]
pub(crate) struct Report {
    tally: Tally,
    failed: Vec<(&'static str, Failed)>,
    flaky: Vec<(&'static str, Failed)>,
}

impl Report {
    /// Adds what a part found. Where it was `flaky`, what failed in it has passed since, alone.
    pub(crate) fn add(&mut self, part: &'static str, mut tally: Tally, failed: Vec<Failed>, flaky: bool) {
        if flaky {
            tally.forgive(failed.len());
        }
        tally.closing.iter().for_each(|line| println!("{line}"));
        self.tally.add(tally);
        let list = if flaky { &mut self.flaky } else { &mut self.failed };
        list.extend(failed.into_iter().map(|test| (part, test)));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.tally.passed, self.tally.failed)?;
        if !self.flaky.is_empty() {
            write!(out, ", {} of those that passed flaky", self.flaky.len())?;
        }
        for (_, test) in &self.flaky {
            write!(out, "\n\nflaky: {} failed once, passed alone\n{}", test.whole_name(), test.words)?;
        }
        for (part, test) in self.failed.iter().take(SHOWN) {
            write!(out, "\n\nfailed: {part}: {}\n{}", test.whole_name(), test.words)?;
        }
        match self.failed.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(out, "\n\nand {more} more failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(name: &str) -> Vec<Failed> {
        vec![Failed { place: "crate".into(), name: name.into(), words: "panicked at x.rs:1\nwhy".into() }]
    }

    #[test]
    fn what_failed_stands_last_and_what_passed_alone_is_told() {
        let mut report = Report::default();
        let line = "     Summary [   2.1s] 3 tests run: 2 passed, 1 failed, 0 skipped";
        report.add("rust", Tally::read(line), failed("a"), true);
        report.add("window", Tally::read(line), failed("b"), false);
        assert_eq!(
            report.to_string(),
            "5 passed, 1 failed, 1 of those that passed flaky\n\nflaky: crate a failed once, passed alone\npanicked at \
             x.rs:1\nwhy\n\nfailed: window: crate b\npanicked at x.rs:1\nwhy"
        );
    }
}
