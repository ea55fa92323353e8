//! Reads from what test runners print how many tests passed and failed.

/// How many tests ended how, and the lines that say so.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// The runners' own closing lines, word for word: what reads a log of CI knows those.
    pub(crate) closing: Vec<String>,
}

impl Tally {
    /// Sums the closing lines of every runner that the project uses: libtest, nextest, vitest, node's own.
    pub(crate) fn read(output: &str) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            let counts = counts(line);
            if !counts.is_empty() {
                tally.closing.push(line.to_owned());
            }
            for (number, word) in counts {
                match word {
                    "passed" | "pass" => tally.passed += number,
                    // nextest tells apart how a test failed; each is a failure.
                    "failed" | "fail" | "timed" | "exec" => tally.failed += number,
                    _ => {}
                }
            }
        }
        tally
    }

    /// Counts so many failed tests, which is all that failed, as flaky: they have passed since. The closing lines said
    /// otherwise; in their place stands one in the words that nextest has for this.
    pub(crate) fn forgive(&mut self, flaky: usize) {
        self.passed += self.failed;
        self.failed = 0;
        let run = self.passed;
        self.closing =
            vec![format!("     Summary [ again ] {run} tests run: {run} passed ({flaky} flaky), 0 skipped")];
    }

    /// Adds what another part of the tests found.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.closing.extend(other.closing);
    }
}

/// The pairs of a number and its word in a closing line; none in any other line.
fn counts(line: &str) -> Vec<(u64, &str)> {
    // libtest and nextest print theirs at a known place; a test that prints another runner's output has it indented
    // or mixed with other words, and is not counted.
    if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
        return number_then_word(counts);
    }
    let trimmed = line.trim_start();
    if let Some((_, counts)) = trimmed.strip_prefix("Summary [").and_then(|rest| rest.split_once("run:")) {
        return number_then_word(counts);
    }
    if let Some(counts) = trimmed.strip_prefix("Tests  ") {
        return number_then_word(counts);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["#" | "ℹ", word @ ("pass" | "fail"), number] => {
            number.parse().map(|number| (number, word)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn number_then_word(text: &str) -> Vec<(u64, &str)> {
    let words: Vec<&str> = text.split([' ', ',', ';', '|']).filter(|word| !word.is_empty()).collect();
    words.windows(2).filter_map(|pair| Some((pair[0].parse().ok()?, pair[1]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, passed: u64, failed: u64) {
        let tally = Tally::read(output);
        assert_eq!((tally.passed, tally.failed), (passed, failed), "{:?}", tally.closing);
    }

    #[test]
    fn libtest() {
        check(
            "running 5 tests\n\
             test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s\n\
             test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            8,
            2,
        );
    }

    #[test]
    fn nextest() {
        check("     Summary [   0.005s] 12 tests run: 12 passed (1 slow), 3 skipped", 12, 0);
        check("     Summary [   9.1s] 7/12 tests run: 4 passed, 2 failed, 1 timed out, 3 skipped", 4, 3);
    }

    #[test]
    fn vitest() {
        check(" Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 20 passed (21)\n", 20, 1);
    }

    #[test]
    fn node() {
        check("# tests 6\n# pass 5\n# fail 1\n# cancelled 0\n", 5, 1);
        check("ℹ pass 5\nℹ fail 0\n", 5, 0);
    }

    #[test]
    fn other_lines_do_not_count() {
        check("14 passed the gate\n    test result: ok. 5 passed; 0 failed\n[1/2] 5 passed\n", 0, 0);
    }

    #[test]
    fn closing_lines_are_kept_word_for_word() {
        let line = "test result: ok. 5 passed; 0 failed; 0 ignored";
        assert_eq!(Tally::read(&format!("noise\n{line}\n")).closing, [line]);
    }
}
