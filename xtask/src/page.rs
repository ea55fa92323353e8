//! Installs what the page is made of, and makes it, when something of it has changed.

use std::time::Duration;

use crate::failure::Failure;
use crate::fingerprint::Stamp;
use crate::node::Node;
use crate::progress::Step;
use crate::repository::Repository;

const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);
const BUILD_LIMIT: Duration = Duration::from_secs(10 * 60);

/// What lies under `ui/` and is no input: made, installed, or left by a test run.
const NO_INPUT: &[&str] = &["node_modules", "dist", "coverage", "test-results", ".svelte-kit", ".vite"];

/// Installs the page's packages exactly as its lock file names them.
pub(crate) fn install(step: &mut Step, repository: &Repository) -> Result<(), Failure> {
    let stamp = Stamp::new(
        repository.path("ui/node_modules/.tieout-stamp"),
        &[repository.path("ui/package.json"), repository.path("ui/package-lock.json")],
        &[],
    )?;
    if stamp.is_fresh() {
        return Ok(());
    }
    let node = Node::find(repository)?;
    step.run(node.npm(repository, &["ci", "--no-audit", "--no-fund"]), INSTALL_LIMIT)?;
    stamp.write()
}

/// Builds the page into `ui/dist`, from where the window takes it into itself.
pub(crate) fn build(step: &mut Step, repository: &Repository) -> Result<(), Failure> {
    // Beside the packages and not under `target/`, which several checkouts may share while each has its own page.
    let stamp = Stamp::new(
        repository.path("ui/node_modules/.tieout-page-stamp"),
        &[repository.path("ui")],
        NO_INPUT,
    )?;
    if stamp.is_fresh() && repository.path("ui/dist/index.html").is_file() {
        return Ok(());
    }
    script(step, repository, &["run", "build"], BUILD_LIMIT, &[])?;
    stamp.write()
}

/// Runs one of the page's own scripts.
pub(crate) fn script(
    step: &mut Step,
    repository: &Repository,
    words: &[&str],
    limit: Duration,
    environment: &[(&str, std::ffi::OsString)],
) -> Result<(), Failure> {
    let mut command = Node::find(repository)?.npm(repository, words);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    step.run(command, limit)
}
