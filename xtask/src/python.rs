//! Programs from the Python registry, each in a folder of its own under `target/`, by pinned version.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::fingerprint::Stamp;
use crate::progress::Step;
use crate::repository::Repository;

const INSTALL_LIMIT: Duration = Duration::from_secs(10 * 60);

/// Installs what `xtask/tools/NAME.txt` lists, unless that was done before; gives the folder of its programs.
pub(crate) fn install(step: &mut Step, repository: &Repository, name: &str) -> Result<PathBuf, Failure> {
    let list = repository.path("xtask/tools").join(format!("{name}.txt"));
    let folder = repository.target("tools").join(name);
    let programs = folder.join("bin");
    let stamp = Stamp::new(folder.join(".tieout-stamp"), std::slice::from_ref(&list), &[])?;
    if stamp.is_fresh() {
        return Ok(programs);
    }
    let mut make = Command::new(python());
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    step.run(make, INSTALL_LIMIT)?;
    let mut fill = Command::new(programs.join("python"));
    // Wheels only: a source distribution would run code of its choice, and need a compiler.
    fill.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]);
    fill.arg("--requirement").arg(&list);
    step.run(fill, INSTALL_LIMIT)?;
    stamp.write()?;
    Ok(programs)
}

/// The system's Python, which python3-venv belongs to, before any other on the path.
fn python() -> PathBuf {
    let system = PathBuf::from("/usr/bin/python3");
    if system.is_file() { system } else { "python3".into() }
}
