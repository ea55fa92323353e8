//! Where things lie, and how cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One checkout of the project, and the folder that cargo builds into.
pub(crate) struct Repository {
    root: PathBuf,
    target: PathBuf,
}

impl Repository {
    /// The checkout that this program was built from.
    pub(crate) fn here() -> Self {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
        let manifest = manifest.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        // `join` with an absolute path is that path, which is what cargo makes of the variable as well.
        let target = root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Self { root, target }
    }

    /// A path of the checkout.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path inside cargo's target folder, whichever that is.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// A program that a debug build has made.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program that a release build has made.
    pub(crate) fn release_program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A command that runs in the checkout's root.
    ///
    /// `cargo run` describes xtask to xtask in the environment. Those variables are taken away again: build scripts
    /// (ring's, for one) watch some of them and would run anew whenever a person switches between `cargo xtask` and
    /// plain `cargo`.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(describes_this_package) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Cargo, the very one that runs this program, with the given words.
    pub(crate) fn cargo<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(words).env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
        command
    }

    /// The names of the integration tests under `crates/*/tests` and `src-tauri/tests`, without doubles.
    pub(crate) fn integration_tests(&self) -> Vec<String> {
        let mut packages = vec![self.path("src-tauri")];
        packages.extend(entries(&self.path("crates")));
        let mut names: Vec<String> = packages
            .iter()
            .flat_map(|package| entries(&package.join("tests")))
            .filter(|path| path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").is_file())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

fn describes_this_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|start| variable.starts_with(start))
        || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&variable)
}

/// What a folder holds; nothing, if there is no such folder.
fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_lie_in_the_target_folder_wherever_that_is() {
        let repository = Repository { root: "/checkout".into(), target: "/elsewhere".into() };
        assert!(repository.program("tieout").starts_with("/elsewhere/debug"));
        assert_eq!(repository.path("ui"), Path::new("/checkout/ui"));
    }

    #[test]
    fn only_the_description_of_a_package_is_taken_away() {
        assert!(describes_this_package("CARGO_PKG_NAME"));
        assert!(describes_this_package("CARGO_MANIFEST_DIR"));
        assert!(!describes_this_package("CARGO_HOME"));
        assert!(!describes_this_package("CARGO_TARGET_DIR"));
    }
}
