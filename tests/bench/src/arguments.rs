//! What a person may type after `cargo xtask bench`.

use std::path::PathBuf;

use crate::trouble::{Outcome, trouble};

/// What `bench --help` prints.
pub(crate) const HELP: &str = "\
bench [--into DIR] [--rounds N] [--batches N] [--calls N] [--entries N] [NAME...]

  append        intents durable per second, beside a database by hand
  batch         question to final text, N calls of 50 ms, beside the same by hand
  decode        a long answer taken apart, in megabytes a second
  digest        256 calls that arrive at once: last byte to first request
  early         calls that start while the model writes, beside the same after it
  import        published OpenAPI documents made into tools, beside reading them
  interference  64 calls, a tenth of them writes, beside one after another
  grown         what a trail of many entries takes, beside an empty one
  intent_wait   what a durable intent adds, beside one fsync
  memory        what 1,000 batches leave behind, and 1,000 results of 1 MB hold
  policy        a decision at 50 rules, and what a batch of 64 adds
  search        a page of calls by a filter, by words, by both, and the next one
  start         the command line's list of calls, from process start to end
  tie           an answer tied to its results, beside parsing the same
  verify        a large trail verified, beside SHA-256 over the same bytes

  --into DIR    where NAME.json goes, and workspaces while they are measured: a
                folder on a real disk (default: target/bench)
  --rounds N    how often each figure is measured (default: each has its own)
  --batches N   how many batches `memory` runs (default: 1,000)
  --calls N     how many calls `search` looks through, beside a tenth of them
                (default: 1,000,000, made in some minutes and kept in DIR)
  --entries N   how many entries `grown`, `verify` and `start` have before them
                (default: 100,000, made once and kept in DIR)

Without a name all of them run, one after another. docs/benchmarks.md says how to
read what they print.";

/// A benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Append,
    Batch,
    Decode,
    Digest,
    Early,
    Grown,
    Import,
    Interference,
    IntentWait,
    Memory,
    Policy,
    Search,
    Start,
    Tie,
    Verify,
}

impl Name {
    const ALL: [Self; 15] = [
        Self::Append,
        Self::Batch,
        Self::Decode,
        Self::Digest,
        Self::Early,
        Self::Grown,
        Self::Import,
        Self::Interference,
        Self::IntentWait,
        Self::Memory,
        Self::Policy,
        Self::Search,
        Self::Start,
        Self::Tie,
        Self::Verify,
    ];

    /// The name by which a person asks for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Batch => "batch",
            Self::Decode => "decode",
            Self::Digest => "digest",
            Self::Early => "early",
            Self::Grown => "grown",
            Self::Import => "import",
            Self::Interference => "interference",
            Self::IntentWait => "intent_wait",
            Self::Memory => "memory",
            Self::Policy => "policy",
            Self::Search => "search",
            Self::Start => "start",
            Self::Tie => "tie",
            Self::Verify => "verify",
        }
    }
}

/// What a person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) into: PathBuf,
    pub(crate) rounds: Option<usize>,
    pub(crate) batches: usize,
    pub(crate) calls: usize,
    pub(crate) entries: usize,
    pub(crate) names: Vec<Name>,
}

impl Arguments {
    /// Reads the words; `None` asks for help. What it does not know is refused rather than ignored.
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Outcome<Option<Self>> {
        let mut words = words.into_iter();
        let mut arguments = Self {
            into: "target/bench".into(),
            rounds: None,
            batches: 1_000,
            calls: 1_000_000,
            entries: 100_000,
            names: Vec::new(),
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" | "help" => return Ok(None),
                "--into" => match words.next() {
                    Some(folder) => arguments.into = folder.into(),
                    None => return trouble("`--into` needs a folder"),
                },
                "--rounds" => arguments.rounds = Some(number(&word, words.next())?),
                "--batches" => arguments.batches = number(&word, words.next())?,
                "--calls" => arguments.calls = number(&word, words.next())?,
                "--entries" => arguments.entries = number(&word, words.next())?,
                name => match Name::ALL.into_iter().find(|known| known.word() == name) {
                    Some(name) => arguments.names.push(name),
                    None => return trouble(format!("there is no benchmark `{name}`")),
                },
            }
        }
        if arguments.names.is_empty() {
            arguments.names = Name::ALL.to_vec();
        }
        Ok(Some(arguments))
    }
}

fn number(option: &str, word: Option<String>) -> Outcome<usize> {
    match word.as_deref().map(str::parse) {
        Some(Ok(number)) if number > 0 => Ok(number),
        _ => trouble(format!("`{option}` needs a whole number from 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::read(line.split_whitespace().map(str::to_owned)).map_err(|trouble| trouble.to_string())
    }

    #[test]
    fn names_and_options_are_read_and_all_run_by_default() {
        let asked = read("--rounds 3 early batch --into /x").unwrap().unwrap();
        assert_eq!(asked.names, [Name::Early, Name::Batch]);
        assert_eq!((asked.rounds, asked.into), (Some(3), PathBuf::from("/x")));
        assert_eq!(read("").unwrap().unwrap().names, Name::ALL);
        assert_eq!(read("--help"), Ok(None));
        assert_eq!(read("fast"), Err("there is no benchmark `fast`".into()));
        assert_eq!(read("--rounds 0"), Err("`--rounds` needs a whole number from 1".into()));
    }

    #[test]
    fn the_help_names_every_benchmark() {
        for name in Name::ALL {
            assert!(HELP.contains(&format!("\n  {} ", name.word())), "{}", name.word());
        }
    }
}
