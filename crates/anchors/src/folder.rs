//! A folder or share that others can read and we can't take back from: each checkpoint is a file of its own there, and is
//! never written over.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};
use tlog::Checkpoint;

use crate::address::short;
use crate::note::{Held, NOTE, Note, Unproven, unproven};
use crate::refused::{KEEP, Refused};

/// How a checkpoint's file ends.
const ENDING: &str = ".checkpoint";
/// The file that always holds the newest.
const LATEST: &str = "latest.checkpoint";
/// No note of ours is longer.
const MOST_BYTES: u64 = 64 << 10;

/// A folder, as configured.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Absolute.
    path: PathBuf,
}

impl Folder {
    /// The folder at this path.
    ///
    /// # Errors
    /// What is wrong with the path, naming the field, its value and what to write.
    pub fn new(path: &str) -> Result<Self, Vec<String>> {
        let path_buf = PathBuf::from(path);
        if !path_buf.is_absolute() || path.contains('\0') {
            return Err(vec![format!(
                "path = {:?}: not the whole path of a folder; write it from the root, such as /mnt/share/tieout",
                short(path)
            )]);
        }
        Ok(Self { path: path_buf })
    }

    /// Writes the note as `<origin>/<size>.checkpoint`, with what can't stand in a file's name replaced, and as
    /// `<origin>/latest.checkpoint`. When this returns, both are on the disk, as far as the folder's system tells the
    /// truth. What is there already is no error; nothing that differs is ever written over but `latest.checkpoint` by
    /// what continues it.
    ///
    /// `workspace` is the workspace's own folder: what lies in it is lost and rolled back together with the trail. This
    /// waits for disks and networks: it is not for an async task.
    pub fn write(&self, workspace: &Path, note: &Note) -> Result<Held, Refused> {
        let shelf = self.shelf(workspace, note)?;
        shelf.refuse_later(note)?;
        shelf.keep(note)?;
        shelf.keep_latest(note)?;
        shelf.settled().map_err(|error| shelf.failed("be made to last", &error))?;
        Ok(Held { proof: note.as_str().as_bytes().to_vec(), media: NOTE, at: None })
    }

    /// The folder of this note's origin, made if it is not there. The folder itself is not made: a share that is not
    /// mounted would be replaced by a folder of this machine.
    fn shelf(&self, workspace: &Path, note: &Note) -> Result<Shelf, Refused> {
        let shown = self.path.display();
        let root = match fs::canonicalize(&self.path) {
            Ok(root) if root.is_dir() => root,
            Ok(_) => return Err(Refused::failed(format!("{shown} is no folder: choose one"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Refused::failed(format!(
                    "the folder {shown} is not there: is the share mounted? It is not made by itself"
                )));
            }
            Err(error) => {
                return Err(Refused::failed(format!("the folder {shown} can't be looked at: {error}")));
            }
        };
        let workspace = fs::canonicalize(workspace).unwrap_or_else(|_| workspace.to_owned());
        if root.starts_with(&workspace) {
            return Err(Refused::failed(format!(
                "the folder {shown} lies in the workspace: whoever changes the one has the other. Choose a folder that \
                 this machine can't change afterwards, such as a share that keeps what is written to it"
            )));
        }
        let shelf = Shelf { path: root.join(file_name(note.checkpoint().origin.as_str())) };
        match fs::create_dir(&shelf.path) {
            Ok(()) => sync(&root).map_err(|error| shelf.failed("be made to last", &error))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(shelf.failed("be made", &error)),
        }
        Ok(shelf)
    }
}

/// Checks a proof of a folder: that the file's bytes are this note's.
pub fn check(proof: &[u8], note: &Note) -> Result<(), Unproven> {
    if proof == note.as_str().as_bytes() {
        return Ok(());
    }
    Err(unproven(format!("the file is not the checkpoint of {} entries", note.size())))
}

/// The checkpoints of one origin.
struct Shelf {
    path: PathBuf,
}

impl Shelf {
    /// Refuses to go on beside a checkpoint that the trail's key signed and that covers more than the trail has. What the
    /// key did not sign says nothing: anybody who may write there could put it there.
    fn refuse_later(&self, note: &Note) -> Result<(), Refused> {
        let names = fs::read_dir(&self.path).map_err(|error| self.failed("be read", &error))?;
        let mut later = Vec::new();
        for name in names {
            let name = name.map_err(|error| self.failed("be read", &error))?.file_name();
            let size =
                name.to_str().and_then(|name| name.strip_suffix(ENDING)).and_then(|size| size.parse().ok());
            if let (Some(size), Some(name)) = (size, name.to_str())
                && note.size() < size
            {
                later.push(name.to_owned());
            }
        }
        later.push(LATEST.to_owned());
        for name in later {
            let Some(held) = self.opened(&name, note)? else { continue };
            if held.size > note.size() {
                return Err(Refused::RolledBack {
                    held: held.size,
                    words: format!(
                        "the folder holds a checkpoint of {} entries of this trail ({}), which has {}: its end was cut \
                         off, or an old copy was put back. {KEEP}",
                        held.size,
                        self.path.join(&name).display(),
                        note.size()
                    ),
                });
            }
            self.refuse_other(&held, &name, note)?;
        }
        Ok(())
    }

    /// The note under its own name, never over another.
    fn keep(&self, note: &Note) -> Result<(), Refused> {
        let name = format!("{}{ENDING}", note.size());
        let file = self.written(note)?;
        let Err(taken) = file.persist_noclobber(self.path.join(&name)) else { return Ok(()) };
        if taken.error.kind() != io::ErrorKind::AlreadyExists {
            return Err(self.failed("be written to", &taken.error));
        }
        match self.opened(&name, note)? {
            Some(held) => self.refuse_other(&held, &name, note),
            None => Err(Refused::failed(format!(
                "{} is there already and is no checkpoint of this trail: find out who wrote it, and take it away",
                self.path.join(&name).display()
            ))),
        }
    }

    /// The note as the newest. `refuse_later` has found that what it replaces is no later.
    fn keep_latest(&self, note: &Note) -> Result<(), Refused> {
        let latest = self.written(note)?.persist(self.path.join(LATEST));
        latest.map(drop).map_err(|error| self.failed("be written to", &error.error))
    }

    /// Refuses another checkpoint of the same size.
    fn refuse_other(&self, held: &Checkpoint, name: &str, note: &Note) -> Result<(), Refused> {
        if held.size != note.size() || held == note.checkpoint() {
            return Ok(());
        }
        Err(Refused::Forked {
            words: format!(
                "the folder holds another checkpoint of {} entries that this trail's key signed ({}): the history was \
                 changed, or a copy of it went on elsewhere. {KEEP}",
                held.size,
                self.path.join(name).display()
            ),
        })
    }

    /// The checkpoint in this file, if the trail's key signed it.
    fn opened(&self, name: &str, note: &Note) -> Result<Option<Checkpoint>, Refused> {
        let path = self.path.join(name);
        let file = match fs::metadata(&path) {
            Ok(found) if found.is_file() => {
                File::open(&path).map_err(|error| self.failed("be read", &error))?
            }
            // Nobody who reads a pipe knows for how long.
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("be read", &error)),
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| self.failed("be read", &error))?;
        Ok(std::str::from_utf8(&bytes).ok().and_then(|text| note.trail().open(text).ok()))
    }

    /// The note in a file without a name yet that anybody would look for, whole and on the disk.
    fn written(&self, note: &Note) -> Result<NamedTempFile, Refused> {
        let mut builder = Builder::new();
        builder.prefix(".writing-").suffix(".tmp");
        // Others are to read it: a temporary file is its owner's alone otherwise.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let write = || {
            let mut file = builder.tempfile_in(&self.path)?;
            file.write_all(note.as_str().as_bytes())?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map_err(|error: io::Error| self.failed("be written to", &error))
    }

    /// Makes the names last.
    fn settled(&self) -> io::Result<()> {
        sync(&self.path)
    }

    fn failed(&self, what: &str, error: &io::Error) -> Refused {
        Refused::failed(format!("the folder {} could not {what}: {error}", self.path.display()))
    }
}

/// The origin as one file's name on every system: two origins that give the same name are told apart by what is in the
/// files.
fn file_name(origin: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
    let name: String = origin.chars().map(|char| if plain(char) { char } else { '_' }).collect();
    // Neither hidden nor a way up, nor ended by a dot, which Windows drops.
    match name.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => name,
    }
}

/// A name that was given is on the disk when its folder is. Windows has no such call, and needs none.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
