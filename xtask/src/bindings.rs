//! `cargo xtask bindings`: writes the page's view of the window's commands anew.

use std::time::Duration;

use crate::failure::Failure;
use crate::page;
use crate::progress::Progress;
use crate::repository::Repository;

const COMPILE_LIMIT: Duration = Duration::from_secs(60 * 60);

/// The generated file, from the checkout's root.
const BINDINGS: &str = "ui/src/ipc/bindings.ts";

/// Has the app write its bindings over the checked-in ones.
pub(crate) fn write(repository: &Repository) -> Result<(), Failure> {
    let mut progress = Progress::new(repository, 3)?;
    // The app does not compile without a page to take in, and the bundler does not mind bindings that are stale.
    progress.step("page-packages", |step| page::install(step, repository))?;
    progress.step("page-build", |step| page::build(step, repository))?;
    progress.step("bindings", |step| {
        let words = ["run", "-p", "app", "--bin", "tieout-window", "--", "--write-bindings", BINDINGS];
        step.run(repository.cargo(words), COMPILE_LIMIT)
    })
}
