//! `cargo xtask`: one command that opens Tieout on a fresh machine, and one that tests all of it.
//!
//! This crate keeps dependencies out: it is what a person compiles first, often before the machine can compile
//! anything else, so it stands on the standard library alone and is built in two seconds.

#![allow(
    clippy::print_stdout,
    reason = "telling a person at a terminal what happens is this program's whole work"
)]

mod arguments;
mod bench;
mod bindings;
mod child;
mod eval;
mod failed;
mod failure;
mod fingerprint;
mod machine;
mod node;
mod packages;
mod page;
mod plan;
mod prism;
mod progress;
mod python;
mod report;
mod repository;
mod run;
mod session;
mod setup;
mod tally;
mod test;

use std::process::ExitCode;

use arguments::Task;
use repository::Repository;

fn main() -> ExitCode {
    let task = match Task::parse(std::env::args().skip(1)) {
        Ok(task) => task,
        Err(failure) => {
            eprintln!("xtask: {failure}\n\n{}", arguments::HELP);
            return ExitCode::from(2);
        }
    };
    let repository = Repository::here();
    let ended = match task {
        Task::Help => {
            println!("{}", arguments::HELP);
            Ok(())
        }
        Task::Run => run::run(&repository),
        Task::Test(selection) => test::test(&repository, &selection),
        Task::Bench(words) => bench::bench(&repository, &words),
        Task::EvalTies(words) => eval::ties(&repository, &words),
        Task::Setup => setup::setup(&repository),
        Task::Bindings => bindings::write(&repository),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
