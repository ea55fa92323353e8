//! Files that a person takes out: they go into the Downloads folder under names of their own, and only these are shown
//! where they lie.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use engine::EngineError;

use crate::locked::locked;

/// The folder of downloads where the account has not said which one it is.
const USUAL: &str = "Downloads";

/// What this run has made.
#[derive(Default)]
pub(crate) struct Downloads {
    made: Mutex<HashSet<PathBuf>>,
}

impl Downloads {
    /// Remembers a file that was made.
    pub(crate) fn made(&self, path: &Path) {
        locked(&self.made).insert(path.to_owned());
    }

    /// The file, if this run has made it: any other path is one that a page has thought up.
    ///
    /// # Errors
    /// If it has not.
    pub(crate) fn known(&self, path: &Path) -> Result<PathBuf, EngineError> {
        let known = locked(&self.made).get(path).cloned();
        known.ok_or_else(|| EngineError::NotFound(format!("this run has not made {}", path.display())))
    }
}

/// A path that nothing has yet, `tieout-<what>-<day>.<ending>` in the account's folder of downloads, which is made if
/// it is missing.
///
/// # Errors
/// If there is no such folder and none can be made.
pub(crate) fn path_for(
    downloads: Option<PathBuf>,
    home: Option<PathBuf>,
    what: &str,
    ending: &str,
) -> Result<PathBuf, EngineError> {
    let folder = downloads.or_else(|| Some(home?.join(USUAL)));
    let folder = folder.ok_or_else(|| {
        EngineError::BadInput("this account has no folder for downloads, nor one of its own".to_owned())
    })?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| EngineError::BadInput(format!("{} can't be made: {error}", folder.display())))?;
    let day = jiff::Zoned::now().date();
    Ok(free(&folder, &format!("tieout-{what}-{day}"), ending))
}

/// The first of `<stem>.<ending>`, `<stem>-2.<ending>` and so on that nothing has.
fn free(folder: &Path, stem: &str, ending: &str) -> PathBuf {
    let mut path = folder.join(format!("{stem}.{ending}"));
    let mut number = 1;
    // A link that leads nowhere is something too.
    while path.symlink_metadata().is_ok() {
        number += 1;
        path = folder.join(format!("{stem}-{number}.{ending}"));
    }
    path
}

#[cfg(test)]
mod tests {
    use engine::Code;

    use super::*;

    #[test]
    fn what_lies_there_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let taken = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        let next = || free(folder.path(), "tieout-answer-2026-11-22", "tieout.age");
        assert_eq!(next(), folder.path().join("tieout-answer-2026-11-22.tieout.age"));
        taken("tieout-answer-2026-11-22.tieout.age");
        taken("tieout-answer-2026-11-22-2.tieout.age");
        assert_eq!(next(), folder.path().join("tieout-answer-2026-11-22-3.tieout.age"));
    }

    #[test]
    fn an_account_that_says_nothing_gets_a_folder_in_its_home() {
        let home = tempfile::tempdir().unwrap();
        let path = path_for(None, Some(home.path().to_owned()), "trail", "tieout").unwrap();
        assert_eq!(path.parent().unwrap(), home.path().join("Downloads"));
        assert!(path.parent().unwrap().is_dir());
        let nowhere = path_for(None, None, "trail", "tieout").unwrap_err();
        assert_eq!(nowhere.code(), Code::BadInput);
    }

    #[test]
    fn only_what_was_made_is_known() {
        let downloads = Downloads::default();
        downloads.made(Path::new("/made/here"));
        assert_eq!(downloads.known(Path::new("/made/here")).unwrap(), Path::new("/made/here"));
        for other in ["/made", "/made/here/../there", "/etc/passwd", ""] {
            assert!(downloads.known(Path::new(other)).is_err_and(|error| error.code() == Code::NotFound));
        }
    }
}
