//! Whether files have changed since something was made from them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::{Attempted, Failure};

/// A remark left beside something made, that says from what it was made.
pub(crate) struct Stamp {
    path: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The stamp at `path` for what would be made now from `inputs`, each a file or a folder.
    /// Folders named in `except` are passed over, wherever they lie.
    pub(crate) fn new(path: PathBuf, inputs: &[PathBuf], except: &[&str]) -> Result<Self, Failure> {
        // Not a cryptographic hash: it guards against work done twice, not against an adversary, who could as well
        // change what was made. It may differ between versions of Rust, which costs one more build.
        let mut hasher = DefaultHasher::new();
        for input in inputs {
            add(input, except, &mut hasher).attempted(|| format!("read {}", input.display()))?;
        }
        Ok(Self { path, fingerprint: format!("{:016x}\n", hasher.finish()) })
    }

    /// Whether the inputs are what they were when the stamp was written.
    pub(crate) fn is_fresh(&self) -> bool {
        std::fs::read_to_string(&self.path).is_ok_and(|written| written == self.fingerprint)
    }

    /// Says that the thing was made. Written only after making succeeded, so a broken-off making is done again.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let written = match self.path.parent() {
            Some(folder) => std::fs::create_dir_all(folder),
            None => Ok(()),
        };
        written
            .and_then(|()| std::fs::write(&self.path, &self.fingerprint))
            .attempted(|| format!("write {}", self.path.display()))
    }
}

fn add(path: &Path, except: &[&str], hasher: &mut DefaultHasher) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default();
    name.hash(hasher);
    if !path.is_dir() {
        return std::fs::read(path).map(|bytes| bytes.hash(hasher));
    }
    let mut inside: Vec<PathBuf> =
        std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    inside.retain(|path| !except.iter().any(|name| path.file_name().is_some_and(|own| own == *name)));
    inside.sort();
    inside.len().hash(hasher);
    inside.iter().try_for_each(|path| add(path, except, hasher))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("src")).unwrap();
        std::fs::create_dir_all(path.join("dist")).unwrap();
        std::fs::write(path.join("src/a.ts"), "a").unwrap();
        Folder(path)
    }

    fn stamp(folder: &Folder) -> Stamp {
        Stamp::new(folder.0.join("dist/stamp"), std::slice::from_ref(&folder.0), &["dist"]).unwrap()
    }

    #[test]
    fn a_stamp_is_fresh_until_an_input_changes() {
        let folder = folder("changes");
        assert!(!stamp(&folder).is_fresh());
        stamp(&folder).write().unwrap();
        assert!(stamp(&folder).is_fresh());
        std::fs::write(folder.0.join("src/a.ts"), "b").unwrap();
        assert!(!stamp(&folder).is_fresh());
    }

    #[test]
    fn a_new_or_a_renamed_file_is_a_change_and_an_excepted_one_is_not() {
        let folder = folder("renames");
        stamp(&folder).write().unwrap();
        std::fs::write(folder.0.join("dist/page.js"), "made").unwrap();
        assert!(stamp(&folder).is_fresh());
        std::fs::rename(folder.0.join("src/a.ts"), folder.0.join("src/b.ts")).unwrap();
        assert!(!stamp(&folder).is_fresh());
    }

    #[test]
    fn an_input_that_is_missing_is_named() {
        let failure = Stamp::new("stamp".into(), &["no/such/file".into()], &[]).err().unwrap();
        assert!(failure.to_string().starts_with("could not read no/such/file: "), "{failure}");
    }
}
