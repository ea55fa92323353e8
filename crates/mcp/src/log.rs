//! What a server's program writes to its standard error, and what we notice of it: kept apart from results, bounded, and
//! shown to a person who asks why a server does not work.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use egress::Scrubber;

/// When the file is longer than this, its older half goes.
const LONGEST: u64 = 256 << 10;

/// A server's log: a file that only we may read, without the secrets that the server was given. Clones write into the same.
#[derive(Clone, Debug)]
pub struct Log {
    file: Arc<Mutex<PathBuf>>,
    scrubber: Scrubber,
}

impl Log {
    /// The log in that file, whose folder is made when the first line is written.
    pub fn new(file: PathBuf, scrubber: Scrubber) -> Self {
        Self { file: Arc::new(Mutex::new(file)), scrubber }
    }

    /// All that is kept of the log in this file, oldest first; empty if there is none.
    pub fn read(file: &Path) -> String {
        std::fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Adds a line. A log that can't be written is no reason to stop anything.
    pub(crate) fn line(&self, line: &str) {
        let line = self.scrubber.text(line.trim_end().to_owned());
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = append(&file, &line) {
            tracing::debug!(%error, "a server's log can't be written");
        }
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{line}")?;
    let length = file.metadata()?.len();
    if length > LONGEST {
        file.seek(SeekFrom::Start(length - LONGEST / 2))?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        let begin = rest.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        file.set_len(0)?;
        file.write_all(rest.get(begin..).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::secret::Secret;

    use super::*;

    #[test]
    fn a_log_is_bounded_and_holds_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("servers/crm.log");
        let secret = ("crm".parse().unwrap(), Secret::new("hunter2-hunter2"));
        let log = Log::new(path.clone(), Scrubber::new([secret]));
        log.line("key is hunter2-hunter2");
        assert_eq!(Log::read(&path), "key is {secret:crm}\n");
        for number in 0..400 {
            log.line(&format!("{number} {}", "x".repeat(1024)));
        }
        let kept = Log::read(&path);
        assert!(
            kept.len() as u64 <= LONGEST && kept.lines().last().unwrap().starts_with("399 "),
            "{}",
            kept.len()
        );
        assert!(kept.lines().all(|line| line.len() > 1024), "no line is cut");
    }
}
