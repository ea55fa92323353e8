//! The checkout as the checks see it: its packages, its sources, its documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::rust::RustFile;

/// Folders that hold nothing that a person has written.
const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", ".git", ".artifacts", "gen"];

/// One package of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder, from the root of the checkout.
    pub(crate) folder: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's manifest that names another.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// For tests and benches alone.
    pub(crate) dev: bool,
    /// Of this workspace.
    pub(crate) ours: bool,
}

impl Package {
    /// The manifest, from the root of the checkout.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }

    /// Where the manifest names a dependency: `path:line`.
    pub(crate) fn place_of(&self, dependency: &str) -> String {
        let text = fs::read_to_string(root().join(self.manifest())).unwrap_or_default();
        let line = text.lines().position(|line| {
            let name = line.trim_start().trim_start_matches('"');
            name.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=', '"']))
        });
        format!("{}:{}", self.manifest().display(), line.map_or(1, |line| line + 1))
    }

    /// The Rust files under `src/`, tests apart.
    pub(crate) fn sources(&self) -> Vec<RustFile> {
        files(&self.folder.join("src"), &["rs"])
            .into_iter()
            .filter(|path| !is_test(path))
            .map(|path| RustFile::parse(path.clone(), read(&path)))
            .collect()
    }
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR for tests");
    Path::new(&manifest).parent().expect("the package lies in a folder of the checkout").to_owned()
}

/// All packages of the workspace, and the folder that cargo builds into.
pub(crate) fn workspace() -> (Vec<Package>, PathBuf) {
    let asked = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo can be started");
    assert!(asked.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&asked.stderr));
    let metadata: Value = serde_json::from_slice(&asked.stdout).expect("cargo metadata prints JSON");
    let packages =
        metadata["packages"].as_array().expect("metadata has packages").iter().map(package).collect();
    (packages, metadata["target_directory"].as_str().expect("metadata has a target directory").into())
}

/// All packages of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    workspace().0
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let folder = manifest.parent().unwrap_or(&manifest);
    let root = root();
    let dependencies = value["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&value["name"]),
        folder: folder.strip_prefix(&root).unwrap_or(folder).to_owned(),
        dependencies: dependencies
            .map(|dependency| Dependency {
                name: text(&dependency["name"]),
                dev: dependency["kind"] == "dev",
                ours: dependency["path"].is_string(),
            })
            .collect(),
    }
}

/// The text of a file of the checkout.
#[track_caller]
pub(crate) fn read(path: &Path) -> String {
    match fs::read_to_string(root().join(path)) {
        Ok(text) => text,
        Err(error) => {
            panic!("{}: can't be read ({error}), but a rule of tests/tidy.rs needs it", path.display())
        }
    }
}

/// The files under a folder of the checkout whose names end in one of the extensions, sorted, from the root.
/// None if there is no such folder.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    gather(&root(), folder, extensions, &mut found);
    found.sort();
    found
}

fn gather(root: &Path, folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        if root.join(&path).is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                gather(root, &path, extensions, found);
            }
        } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| extensions.contains(&end)) {
            found.push(path);
        }
    }
}

/// Whether a source file is a test and nothing else.
pub(crate) fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name == "tests.rs"
        || name.contains(".test.")
        || name.contains(".spec.")
        || path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "test")
}
