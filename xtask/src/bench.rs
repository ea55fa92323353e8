//! `cargo xtask bench`: builds what is measured as it would be shipped, and measures it.

use std::time::Duration;

use crate::failure::{Attempted, Failure};
use crate::progress::Progress;
use crate::repository::Repository;

/// Compiling engine and benchmarks for release, from nothing, on two slow cores.
const COMPILE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Builds the benchmarks, and the command line that one of them starts, and runs those named, or all. They write where
/// the folder `bench` of the target folder is.
pub(crate) fn bench(repository: &Repository, words: &[String]) -> Result<(), Failure> {
    let mut progress = Progress::new(repository, 1)?;
    progress.step("bench-build", |step| {
        step.run(
            repository.cargo(["build", "--release", "--package", "bench", "--package", "cli"]),
            COMPILE_LIMIT,
        )
    })?;
    println!();
    let program = repository.release_program("bench");
    let mut run = repository.command(&program);
    run.arg("--into").arg(repository.target("bench")).args(words);
    // Its own time has no limit: how long a measurement takes is what a person has asked for, and Ctrl-C ends it.
    let status = run.status().attempted(|| format!("start {}", program.display()))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the benchmarks ended with {status}; what they said stands above")))
}
