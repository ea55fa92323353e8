//! Files that are for their owner alone.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes an empty file that nobody else can read. SQLite gives its log and its index the mode of the database.
pub(crate) fn make_private(path: &Path) -> Result<(), io::Error> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Makes durable which files a folder names. Where folders can't be opened, the system sees to it.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), io::Error> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
