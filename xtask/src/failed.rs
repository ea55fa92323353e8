//! Reads from what test runners print which tests failed and in which words.

/// So much of what a failed test said is shown.
const WORDS: usize = 30;

/// A test that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    /// What holds it, where the runner says so: the binary (nextest) or the file (vitest).
    pub(crate) place: String,
    /// Its name in there; empty where all of the place failed at once.
    pub(crate) name: String,
    /// Where it failed and why.
    pub(crate) words: String,
}

impl Failed {
    /// Every test that failed, once each, in the order of their first mention.
    pub(crate) fn read(output: &str) -> Vec<Self> {
        let lines: Vec<&str> = output.lines().collect();
        let mut all: Vec<Self> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let Some((mut found, runner)) = Runner::names(line) else { continue };
            if all.iter().any(|known| (&known.place, &known.name) == (&found.place, &found.name)) {
                continue;
            }
            let said = lines[number + 1..].iter().take_while(|line| !runner.is_over(line));
            found.words = excerpt(said.copied());
            all.push(found);
        }
        all
    }

    /// The whole name, as a person looks for it.
    pub(crate) fn whole_name(&self) -> String {
        [self.place.as_str(), self.name.as_str()].join(" ").trim().to_owned()
    }
}

#[derive(Clone, Copy)]
enum Runner {
    Libtest,
    Nextest,
    Vitest,
}

impl Runner {
    /// The test of which this line says that it failed, where what it said comes next.
    fn names(line: &str) -> Option<(Failed, Self)> {
        let of =
            |place: &str, name: &str| Failed { place: place.into(), name: name.into(), words: String::new() };
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            return Some((of("", name), Self::Libtest));
        }
        if let Some(path) = line.strip_prefix(" FAIL  ") {
            let (place, name) = path.split_once(" > ").unwrap_or((path, ""));
            return Some((of(place, name), Self::Vitest));
        }
        // `FAIL [   0.093s] ( 3/45) crate::binary module::test`, and the same where it was killed or took too long.
        let (status, rest) = line.strip_prefix("    ")?.trim_start().split_once(" [")?;
        let failed = ["FAIL", "TIMEOUT", "ABORT"].contains(&status) || status.starts_with("SIG");
        let words: Vec<&str> = rest.split_once(") ")?.1.split(' ').collect();
        match words[..] {
            [place, name] if failed => Some((of(place, name), Self::Nextest)),
            _ => None,
        }
    }

    /// Whether a line is behind what the test said.
    fn is_over(self, line: &str) -> bool {
        match self {
            Self::Libtest => line.starts_with("---- ") || line == "failures:",
            // What a test said is indented, its headings by two.
            Self::Nextest => !line.is_empty() && !line.starts_with("    ") && !line.ends_with(" ───"),
            Self::Vitest => line.starts_with('⎯'),
        }
    }
}

/// The panic without its backtrace; else from the error on, or from the beginning.
fn excerpt<'a>(said: impl Iterator<Item = &'a str>) -> String {
    let said: Vec<&str> = said.filter(|line| !line.trim().is_empty() && !line.ends_with(" ───")).collect();
    let place = |begins: fn(&str) -> bool| said.iter().position(|line| begins(line));
    let panic = place(|line| line.contains("panicked at "));
    let start = panic.or_else(|| place(|line| line.trim_start().starts_with("Error:"))).unwrap_or(0);
    let words = said[start..].iter().take_while(|line| line.trim() != "stack backtrace:").take(WORDS);
    words.copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, expected: &[(&str, &str, &str)]) {
        let failed = Failed::read(output);
        let found: Vec<_> = failed
            .iter()
            .map(|test| (test.place.as_str(), test.name.as_str(), test.words.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nextest_says_it_twice() {
        check(
            "        PASS [   0.006s] (1/3) nx tests::good\n        FAIL [   0.989s] (2/3) nx::it tests::bad\n  \
             stdout ───\n\n    running 1 test\n    test tests::bad ... FAILED\n\n  stderr ───\n\n    thread \
             'tests::bad' (7) panicked at src/lib.rs:4:53:\n    left == right\n      left: 1\n    stack backtrace:\n       \
             0: rust_begin_unwind\n\n     SIGABRT [   1.000s] (3/3) nx tests::worse\n────────────\n     Summary [ \
             1.0s] 3 tests run: 1 passed, 2 failed\n        FAIL [   0.989s] (2/3) nx::it tests::bad\n",
            &[
                (
                    "nx::it",
                    "tests::bad",
                    "    thread 'tests::bad' (7) panicked at src/lib.rs:4:53:\n    left == right\n      left: 1",
                ),
                ("nx", "tests::worse", ""),
            ],
        );
    }

    #[test]
    fn libtest() {
        check(
            "test tests::bad ... FAILED\n\nfailures:\n\n---- tests::bad stdout ----\nwords\n\nthread 'tests::bad' (9) \
             panicked at src/lib.rs:4:53:\nwhy\nstack backtrace:\n   0: x\n\n---- tests::errs stdout ----\nError: \
             \"wrong\"\n\n\nfailures:\n    tests::bad\n    tests::errs\n",
            &[
                ("", "tests::bad", "thread 'tests::bad' (9) panicked at src/lib.rs:4:53:\nwhy"),
                ("", "tests::errs", "Error: \"wrong\""),
            ],
        );
    }

    #[test]
    fn vitest() {
        check(
            " FAIL  test/a.page.ts > settings > are kept\nTimeoutError: nothing came\n\n ❯ test/a.page.ts:24:79\n\n\
             ⎯⎯⎯⎯⎯⎯[1/2]⎯\n\n FAIL  test/b.page.ts [ test/b.page.ts ]\nError: no browser\n⎯⎯⎯[2/2]⎯\n",
            &[
                (
                    "test/a.page.ts",
                    "settings > are kept",
                    "TimeoutError: nothing came\n ❯ test/a.page.ts:24:79",
                ),
                ("test/b.page.ts [ test/b.page.ts ]", "", "Error: no browser"),
            ],
        );
    }

    #[test]
    fn what_passed_is_not_there() {
        check("        PASS [   0.1s] (1/1) nx tests::good\ntest tests::good ... ok\n", &[]);
    }
}
