//! `cargo xtask run`: from a bare machine to the window on its demo, or to the demo in the terminal.

use std::process::Command;
use std::time::Duration;

use crate::failure::{Attempted, Failure};
use crate::machine::System;
use crate::page;
use crate::progress::{Progress, words};
use crate::repository::Repository;
use crate::setup::{self, Extent};

/// Compiling from nothing takes eight minutes on two cores where it was measured.
const COMPILE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Sets up, builds, and opens Tieout on the rehearsal company.
pub(crate) fn run(repository: &Repository) -> Result<(), Failure> {
    if System::here().has_display() { window(repository) } else { terminal(repository) }
}

fn window(repository: &Repository) -> Result<(), Failure> {
    let mut progress = Progress::new(repository, 4)?;
    progress.step("setup", |step| setup::prepare(step, repository, Extent::Window))?;
    progress.step("page-packages", |step| page::install(step, repository))?;
    progress.step("page-build", |step| page::build(step, repository))?;
    progress.step("build", |step| {
        step.run(repository.cargo(["build", "-p", "app", "-p", "cli"]), COMPILE_LIMIT)
    })?;
    println!("Opening Tieout on its demo. The command line is {}", repository.program("tieout").display());
    let mut open = Command::new(repository.program("tieout-window"));
    open.arg("--demo");
    in_foreground(open)
}

fn terminal(repository: &Repository) -> Result<(), Failure> {
    println!(
        "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): the demo runs in the terminal."
    );
    let mut progress = Progress::new(repository, 2)?;
    progress.step("setup", |step| setup::prepare(step, repository, Extent::CommandLine))?;
    progress.step("build", |step| step.run(repository.cargo(["build", "-p", "cli"]), COMPILE_LIMIT))?;
    println!();
    let mut ask = Command::new(repository.program("tieout"));
    ask.args(["demo", "--ask"]);
    in_foreground(ask)?;
    println!(
        "\nTo get the window, repeat `cargo xtask run` in a desktop session; over ssh, `ssh -X` lends yours. To ask \
         your own question here: {} demo --ask 'QUESTION'",
        repository.program("tieout").display()
    );
    Ok(())
}

/// Runs a program with this terminal, for as long as the person wishes.
fn in_foreground(mut command: Command) -> Result<(), Failure> {
    let line = words(&command);
    let status = command.status().attempted(|| format!("start `{line}`"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` ended with {status}"))) }
}
