//! `cargo xtask test`: everything that must hold, in order, with one line at the end that says how much held.

use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::machine;
use crate::page;
use crate::plan::{Part, Selection};
use crate::progress::{Progress, Step};
use crate::repository::Repository;
use crate::session::{Display, Session};
use crate::setup::{self, Extent};
use crate::tally::Tally;

/// Checks that read and print.
const CHECK_LIMIT: Duration = Duration::from_secs(10 * 60);
/// Compiling everything from nothing: eight minutes where it was measured, on two cores.
const COMPILE_LIMIT: Duration = Duration::from_secs(50 * 60);
/// Running tests, the two hundred crashes included.
const TESTS_LIMIT: Duration = Duration::from_secs(40 * 60);

/// Runs the selected parts. A part that fails stops only those that rest upon it, so that one run tells all.
pub(crate) fn test(repository: &Repository, selection: &Selection) -> Result<(), Failure> {
    let parts = selection.parts();
    let mut progress = Progress::new(repository, parts.len())?;
    let mut unfit: Vec<Part> = Vec::new();
    let mut tally = Tally::default();
    for part in parts {
        if let Some(missing) = part.needs().iter().find(|need| unfit.contains(need)) {
            progress.skip(part.name(), &format!("it needs {}", missing.name()));
            unfit.push(part);
            continue;
        }
        if let Some(why) = does_not_apply(part) {
            progress.skip(part.name(), why);
            continue;
        }
        let ended = progress.step(part.name(), |step| run(step, repository, part, selection));
        if ended.is_err() {
            println!("again, alone: cargo xtask test --only {}", part.name());
            unfit.push(part);
        }
        if runs_tests(part) {
            let found = Tally::read(&progress.output(part.name()));
            found.closing.iter().for_each(|line| println!("{line}"));
            tally.add(found);
        }
    }
    println!("\n{}", progress.table());
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if unfit.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = unfit.into_iter().map(Part::name).collect();
    Err(Failure::new(format!("not in order: {}", names.join(", "))))
}

fn run(step: &mut Step, repository: &Repository, part: Part, selection: &Selection) -> Result<(), Failure> {
    let filters = selection.filters.as_slice();
    match part {
        Part::Setup => {
            setup::prepare(step, repository, if selection.fast { Extent::Window } else { Extent::Tests })
        }
        Part::Format => step.run(repository.cargo(["fmt", "--all", "--check"]), CHECK_LIMIT),
        Part::PagePackages => page::install(step, repository),
        Part::PageTypes => page::script(step, repository, &["run", "check"], CHECK_LIMIT, &[]),
        Part::PageBuild => page::build(step, repository),
        Part::Clippy => {
            // Not by RUSTFLAGS: other flags would compile every dependency once more.
            let words = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
            step.run(repository.cargo(words), COMPILE_LIMIT)
        }
        Part::Build => step.run(repository.cargo(["build", "--workspace", "--all-targets"]), COMPILE_LIMIT),
        Part::Tidy => step.run(repository.cargo(["test", "--workspace", "--test", "tidy"]), TESTS_LIMIT),
        Part::Rust => step.run(unit_tests(repository, filters), TESTS_LIMIT),
        Part::Doc => {
            step.run(repository.cargo(["test", "--workspace", "--doc", "--no-fail-fast"]), TESTS_LIMIT)
        }
        Part::Acceptance => in_session(step, acceptance_tests(repository, filters), part, Display::None),
        Part::PageTests => page::script(step, repository, &["test"], TESTS_LIMIT, &[]),
        Part::PageBrowser => {
            let browser =
                machine::chromium().ok_or_else(|| Failure::new("no Chromium: run `cargo xtask setup`"))?;
            let environment = [("TIEOUT_CHROMIUM", browser.into_os_string())];
            page::script(step, repository, &["run", "test:page"], TESTS_LIMIT, &environment)
        }
        Part::Window => in_session(step, window_tests(repository, filters), part, Display::Virtual),
        // The list of advisories lies on a host that not every machine reaches; the other checks need nothing.
        Part::Deny => {
            step.run(repository.cargo(["deny", "check", "bans", "licenses", "sources"]), CHECK_LIMIT)
        }
    }
}

/// Why a part is not done on this machine, though nothing is wrong.
fn does_not_apply(part: Part) -> Option<&'static str> {
    match part {
        Part::Window if !cfg!(target_os = "linux") => {
            Some("the driver of the window's tests runs on Linux alone")
        }
        Part::Deny if machine::program("cargo-deny").is_none() => Some("cargo-deny is not installed"),
        _ => None,
    }
}

fn runs_tests(part: Part) -> bool {
    matches!(
        part,
        Part::Tidy
            | Part::Rust
            | Part::Doc
            | Part::Acceptance
            | Part::PageTests
            | Part::PageBrowser
            | Part::Window
    )
}

/// The tests of every crate but `acceptance`. All of them name `--workspace`: a selection of packages has other
/// features, and with those half of the dependencies would be compiled once more.
fn unit_tests(repository: &Repository, filters: &[String]) -> Command {
    if has_nextest() {
        let mut command = nextest(repository);
        command.args(["-E", "not package(acceptance)"]).args(filters);
        return command;
    }
    let mut command = repository.cargo(["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]);
    for name in repository.integration_tests() {
        command.args(["--test", &name]);
    }
    command.arg("--").args(filters);
    command
}

fn acceptance_tests(repository: &Repository, filters: &[String]) -> Command {
    let mut command = if has_nextest() {
        let mut command = nextest(repository);
        command.args(["--test", "acceptance"]).args(filters);
        command
    } else {
        let words = ["test", "--workspace", "--no-fail-fast", "--test", "acceptance", "--"];
        let mut command = repository.cargo(words);
        command.args(filters);
        command
    };
    command.env("TIEOUT_DATASETTE", repository.target("tools/datasette/bin/datasette"));
    command
}

/// The window's tests run one after another: they share a display, and each measures what it sees.
fn window_tests(repository: &Repository, filters: &[String]) -> Command {
    let words = ["test", "--workspace", "--no-fail-fast", "--test", "window", "--", "--test-threads=1"];
    let mut command = repository.cargo(words);
    command.args(filters).env("TIEOUT_WINDOW_TESTS", "1");
    command
}

fn in_session(step: &mut Step, command: Command, part: Part, display: Display) -> Result<(), Failure> {
    let session = Session::begin(part.name())?;
    step.run(session.holding(command, display), TESTS_LIMIT)
}

fn nextest(repository: &Repository) -> Command {
    repository.cargo(["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass"])
}

fn has_nextest() -> bool {
    machine::program("cargo-nextest").is_some()
}
