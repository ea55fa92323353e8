//! Prism from the registry of npm, in a folder of its own under `target/`, by its lock file.

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Attempted, Failure};
use crate::fingerprint::Stamp;
use crate::node::Node;
use crate::progress::Step;
use crate::repository::Repository;

const INSTALL_LIMIT: Duration = Duration::from_secs(10 * 60);
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs what `xtask/tools/prism` locks, unless that was done before; gives the program.
pub(crate) fn install(step: &mut Step, repository: &Repository, node: &Node) -> Result<PathBuf, Failure> {
    let lists = FILES.map(|name| repository.path("xtask/tools/prism").join(name));
    let folder = repository.target("tools/prism");
    let program = folder.join("node_modules/.bin/prism");
    let stamp = Stamp::new(folder.join(".tieout-stamp"), &lists, &[])?;
    if stamp.is_fresh() {
        return Ok(program);
    }
    std::fs::create_dir_all(&folder).attempted(|| format!("make {}", folder.display()))?;
    for (list, name) in lists.iter().zip(FILES) {
        std::fs::copy(list, folder.join(name)).attempted(|| format!("copy {}", list.display()))?;
    }
    // A package's scripts would run code of its choice.
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    step.run(node.npm_in(repository, &folder, &words), INSTALL_LIMIT)?;
    stamp.write()?;
    Ok(program)
}
