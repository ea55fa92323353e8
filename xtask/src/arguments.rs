//! What a person may type after `cargo xtask`.

use crate::failure::Failure;
use crate::plan::{Part, Selection};

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND

  run         set up what is missing, build, and open Tieout on its demo
              (in the terminal, where there is no display)
  test        set up what the tests need and run everything
    --fast        without what needs a browser, a window or a keychain
    --only PART   one part alone, as often as wanted; its forerunners must have run
    FILTER...     only Rust tests whose names contain a filter
  bench [NAME...]
              build for release, measure, and write target/bench/NAME.json
              (docs/benchmarks.md says what each name measures)
  eval ties FILE [--misses]
              tie the answers of a file with gold places, and print how many
              were found, by kind; with what went wrong
  setup       only what `test` would set up
  bindings    write ui/src/ipc/bindings.ts anew from the app's commands
  help        this text

Parts of test, in order:
  setup format page-packages page-types page-build clippy build tidy rust doc
  acceptance page-tests page-browser window deny
and those that run only if --only names them, for what they install:
  services    Kinto, httpbin, PocketBase (PyPI) and Prism (npm) as sources
  conformance MCP's own suite for clients, and its reference servers (npm, PyPI)
  strangers   LiteLLM, llama.cpp and the providers' own libraries (PyPI, 1 GB)

All commands may be repeated: what is there already is not done again.
Each part's output is kept in target/xtask/logs/.";

/// One task, parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Run,
    Test(Selection),
    /// With the names of benchmarks and the options of the program that runs them, which knows both.
    Bench(Vec<String>),
    /// With the file of answers, and the options of the program that ties them.
    EvalTies(Vec<String>),
    Setup,
    Bindings,
    Help,
}

impl Task {
    /// Reads the words after `cargo xtask`; anything it does not know is refused rather than ignored.
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else { return Ok(Self::Help) };
        let task = match name.as_str() {
            "test" => return selection(words).map(Self::Test),
            "bench" => return Ok(Self::Bench(words.collect())),
            "eval" => {
                return match words.next().as_deref() {
                    Some("ties") => Ok(Self::EvalTies(words.collect())),
                    _ => Err(Failure::new("`eval` takes `ties` and a file")),
                };
            }
            "run" => Self::Run,
            "setup" => Self::Setup,
            "bindings" => Self::Bindings,
            "help" | "--help" | "-h" => Self::Help,
            other => return Err(Failure::new(format!("there is no command `{other}`"))),
        };
        match words.next() {
            None => Ok(task),
            Some(word) => Err(Failure::new(format!("`{name}` takes no arguments, but was given `{word}`"))),
        }
    }
}

fn selection(mut words: impl Iterator<Item = String>) -> Result<Selection, Failure> {
    let mut selection = Selection::default();
    while let Some(word) = words.next() {
        if word == "--fast" {
            selection.fast = true;
        } else if word == "--only" {
            let name = words.next().ok_or_else(|| Failure::new("`--only` needs the name of a part"))?;
            let part =
                Part::named(&name).ok_or_else(|| Failure::new(format!("there is no part `{name}`")))?;
            selection.only.push(part);
        } else if word.starts_with('-') {
            return Err(Failure::new(format!("`test` has no option `{word}`")));
        } else {
            selection.filters.push(word);
        }
    }
    Ok(selection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parsed(line: &str) -> Result<Task, String> {
        Task::parse(line.split_whitespace().map(str::to_owned)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn commands_and_options_are_read() {
        assert_eq!(parsed(""), Ok(Task::Help));
        assert_eq!(parsed("run"), Ok(Task::Run));
        assert_eq!(parsed("bench batch"), Ok(Task::Bench(vec!["batch".into()])));
        assert_eq!(parsed("eval ties a.jsonl"), Ok(Task::EvalTies(vec!["a.jsonl".into()])));
        assert_eq!(
            parsed("test --fast --only clippy kill batch"),
            Ok(Task::Test(Selection {
                fast: true,
                only: vec![Part::Clippy],
                filters: vec!["kill".into(), "batch".into()],
            }))
        );
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert_eq!(parsed("rnu"), Err("there is no command `rnu`".into()));
        assert_eq!(parsed("test --quick"), Err("`test` has no option `--quick`".into()));
        assert_eq!(parsed("test --only paint"), Err("there is no part `paint`".into()));
        assert_eq!(parsed("test --only"), Err("`--only` needs the name of a part".into()));
        assert_eq!(parsed("eval"), Err("`eval` takes `ties` and a file".into()));
        assert_eq!(parsed("run fast"), Err("`run` takes no arguments, but was given `fast`".into()));
    }

    #[test]
    fn the_help_names_every_part() {
        let (optional, usual): (Vec<Part>, Vec<Part>) =
            Part::ALL.into_iter().partition(|part| part.is_optional());
        let names = |parts: Vec<Part>| parts.into_iter().map(Part::name).collect::<Vec<_>>();
        let lines: Vec<&str> =
            HELP.lines().skip_while(|line| !line.starts_with("Parts of test")).skip(1).collect();
        let middle = lines.iter().position(|line| line.starts_with("and those")).unwrap();
        let shown: Vec<&str> = lines[..middle].iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(shown, names(usual));
        let shown = lines[middle + 1..].iter().take_while(|line| !line.is_empty());
        let shown: Vec<&str> = shown.filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(shown, names(optional));
    }
}
