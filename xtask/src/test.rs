//! `cargo xtask test`: everything that must hold, in order, with one line at the end that says how much held.

use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

use crate::failed::Failed;
use crate::failure::Failure;
use crate::machine;
use crate::node::Node;
use crate::page;
use crate::plan::{Part, Selection};
use crate::prism;
use crate::progress::{Progress, Step};
use crate::python;
use crate::report::Report;
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

/// So many failed tests are run once more, each alone. More than these are no accident of a busy machine.
const FEW: usize = 3;

/// Which tests of a part.
#[derive(Clone, Copy)]
enum Which<'a> {
    /// Those whose names hold one of these words; all if there are none.
    Filtered(&'a [String]),
    Alone(&'a Failed),
}

/// Runs the selected parts. A part that fails stops only those that rest upon it, so that one run tells all.
pub(crate) fn test(repository: &Repository, selection: &Selection) -> Result<(), Failure> {
    let parts = selection.parts();
    let mut progress = Progress::new(repository, parts.len())?;
    let mut unfit: Vec<Part> = Vec::new();
    let mut report = Report::default();
    let extent = if selection.fast { Extent::Window } else { Extent::Tests };
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
        let ended = progress.step(part.name(), |step| {
            let ended = run(step, repository, part, extent, Which::Filtered(&selection.filters));
            if !runs_tests(part) {
                return ended;
            }
            let output = step.output();
            let (tally, failed) = (Tally::read(&output), Failed::read(&output));
            let flaky = ended.is_err()
                && may_be_flaky(part, &tally, &failed)
                && pass_alone(step, repository, part, &failed);
            report.add(part.name(), tally, failed, flaky);
            if flaky { Ok(()) } else { ended }
        });
        if ended.is_err() {
            println!("again, alone: cargo xtask test --only {}", part.name());
            unfit.push(part);
        }
    }
    println!("\n{}", progress.table());
    println!("{report}");
    if unfit.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = unfit.into_iter().map(Part::name).collect();
    Err(Failure::new(format!("not in order: {}", names.join(", "))))
}

/// Whether it is worth a second look at what failed: few tests, each of which can be run by itself, and nothing beside
/// them.
fn may_be_flaky(part: Part, tally: &Tally, failed: &[Failed]) -> bool {
    let counted = usize::try_from(tally.failed) == Ok(failed.len()) && (1..=FEW).contains(&failed.len());
    counted && !matches!(part, Part::Tidy | Part::Doc) && failed.iter().all(|test| !test.name.is_empty())
}

/// Runs each of the tests once more, alone; whether all pass now.
fn pass_alone(step: &mut Step, repository: &Repository, part: Part, failed: &[Failed]) -> bool {
    failed.iter().all(|test| {
        let before = step.output().len();
        let ended = run(step, repository, part, Extent::Tests, Which::Alone(test));
        // A name that fits no test passes too, with nothing run.
        let tally = Tally::read(step.output().get(before..).unwrap_or_default());
        ended.is_ok() && tally.passed > 0 && tally.failed == 0
    })
}

fn run(
    step: &mut Step,
    repository: &Repository,
    part: Part,
    extent: Extent,
    which: Which<'_>,
) -> Result<(), Failure> {
    match part {
        Part::Setup => setup::prepare(step, repository, extent),
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
        Part::Rust => step.run(unit_tests(repository, which), TESTS_LIMIT),
        Part::Doc => {
            step.run(repository.cargo(["test", "--workspace", "--doc", "--no-fail-fast"]), TESTS_LIMIT)
        }
        Part::Acceptance => in_session(step, acceptance_tests(repository, which), part, Display::None),
        Part::Services => services(step, repository, which),
        Part::Conformance => conformance(step, repository, which),
        Part::PageTests => page_tests(step, repository, &["test"], which, &[]),
        Part::PageBrowser => {
            let browser =
                machine::chromium().ok_or_else(|| Failure::new("no Chromium: run `cargo xtask setup`"))?;
            let environment = [("CHROMIUM", browser.into_os_string())];
            page_tests(step, repository, &["run", "test:page"], which, &environment)
        }
        Part::Window => in_session(step, window_tests(repository, which), part, Display::Virtual),
        Part::Strangers => {
            let programs = python::install(step, repository, "strangers")?;
            let mut command = match which {
                Which::Filtered(_) => {
                    acceptance_tests(repository, Which::Filtered(&["strangers::".to_owned()]))
                }
                Which::Alone(_) => acceptance_tests(repository, which),
            };
            command.env("TIEOUT_STRANGERS", programs);
            step.run(command, TESTS_LIMIT)
        }
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
            | Part::Services
            | Part::Conformance
            | Part::PageTests
            | Part::PageBrowser
            | Part::Window
            | Part::Strangers
    )
}

/// The tests of every crate but `acceptance`. All of them name `--workspace`: a selection of packages has other
/// features, and with those half of the dependencies would be compiled once more.
fn unit_tests(repository: &Repository, which: Which<'_>) -> Command {
    if has_nextest() {
        return nextest(repository, &["-E", "not package(acceptance)"], which);
    }
    let mut command = repository.cargo(["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]);
    for name in repository.integration_tests() {
        command.args(["--test", &name]);
    }
    libtest(command, which)
}

fn acceptance_tests(repository: &Repository, which: Which<'_>) -> Command {
    let mut command = if has_nextest() {
        nextest(repository, &["--test", "acceptance"], which)
    } else {
        libtest(repository.cargo(["test", "--workspace", "--no-fail-fast", "--test", "acceptance"]), which)
    };
    command.env("TIEOUT_DATASETTE", repository.target("tools/datasette/bin/datasette"));
    command
}

/// The tests against services that are not ours. Where those can't be had, they are not tried, and that says why.
fn services(step: &mut Step, repository: &Repository, which: Which<'_>) -> Result<(), Failure> {
    let programs = match python::install(step, repository, "services") {
        Ok(programs) => programs,
        Err(why) => {
            step.say(&format!("not tried, since the services can't be installed: {why}"));
            return Ok(());
        }
    };
    let theirs = ["services::".to_owned()];
    let which = match which {
        Which::Filtered([]) => Which::Filtered(&theirs),
        which => which,
    };
    let mut command = acceptance_tests(repository, which);
    command.env("TIEOUT_SERVICES", programs);
    match Node::find(repository).and_then(|node| Ok((prism::install(step, repository, &node)?, node))) {
        Ok((program, node)) => {
            command.env("TIEOUT_PRISM", program);
            if let Some(programs) = node.own_programs() {
                let path = std::env::var_os("PATH").unwrap_or_default();
                let folders = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
                command.env("PATH", std::env::join_paths(folders).unwrap_or(path));
            }
        }
        Err(why) => step.say(&format!("Prism is not tried, since it can't be installed: {why}")),
    }
    in_session(step, command, Part::Services, Display::None)
}

/// MCP's own suite for clients, and its reference servers as sources.
fn conformance(step: &mut Step, repository: &Repository, which: Which<'_>) -> Result<(), Failure> {
    let python = python::install(step, repository, "mcp-servers")?;
    let node = Node::install(step, repository)?;
    let modules = node.install_modules(step, repository, "conformance")?;
    let theirs = ["conformance::".to_owned()];
    let which = match which {
        Which::Filtered([]) => Which::Filtered(&theirs),
        which => which,
    };
    let mut command = acceptance_tests(repository, which);
    command.env("TIEOUT_MCP_NODE", node.program()).env("TIEOUT_MCP_MODULES", modules);
    command.env("TIEOUT_MCP_PYTHON", python);
    in_session(step, command, Part::Conformance, Display::None)
}

/// The window's tests run one after another: they share a display, and each measures what it sees.
fn window_tests(repository: &Repository, which: Which<'_>) -> Command {
    let command = repository.cargo(["test", "--workspace", "--no-fail-fast", "--test", "window"]);
    let mut command = libtest(command, which);
    command.arg("--test-threads=1").env("TIEOUT_WINDOW_TESTS", "1");
    command
}

/// Tests of the page, by its script of these words.
fn page_tests(
    step: &mut Step,
    repository: &Repository,
    script: &[&str],
    which: Which<'_>,
    environment: &[(&str, OsString)],
) -> Result<(), Failure> {
    let mut words: Vec<&str> = script.to_vec();
    let name = match which {
        Which::Filtered(_) => String::new(),
        Which::Alone(test) => literal(&test.name.replace(" > ", " ")),
    };
    if let Which::Alone(test) = which {
        words.extend(["--", test.place.as_str(), "-t", &name]);
    }
    page::script(step, repository, &words, TESTS_LIMIT, environment)
}

/// A pattern of JavaScript's that fits this text and nothing else.
fn literal(text: &str) -> String {
    let escaped = text.chars().flat_map(|character| {
        let escape = r"\^$.*+?()[]{}|/".contains(character).then_some('\\');
        escape.into_iter().chain([character])
    });
    format!("^{}$", escaped.collect::<String>())
}

fn libtest(mut command: Command, which: Which<'_>) -> Command {
    command.arg("--");
    match which {
        Which::Filtered(filters) => command.args(filters),
        Which::Alone(test) => command.args(["--exact", &test.name]),
    };
    command
}

fn in_session(step: &mut Step, command: Command, part: Part, display: Display) -> Result<(), Failure> {
    let session = Session::begin(part.name())?;
    step.run(session.holding(command, display), TESTS_LIMIT)
}

fn nextest(repository: &Repository, selected: &[&str], which: Which<'_>) -> Command {
    let mut command = repository.cargo(["nextest", "run", "--workspace"]);
    match which {
        Which::Filtered(filters) => {
            command.args(["--no-fail-fast", "--no-tests=pass"]).args(selected).args(filters);
        }
        Which::Alone(test) => {
            command.arg("-E").arg(format!("binary_id(={}) & test(={})", test.place, test.name));
        }
    }
    command
}

fn has_nextest() -> bool {
    machine::program("cargo-nextest").is_some()
}
