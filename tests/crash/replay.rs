//! What a program did to the files of a folder, and what a power cut in the middle would have left of them.
//!
//! The disk that is played here keeps what was synced, and of everything else what it likes: a file's bytes are safe
//! once that file was synced, a name (a file made, removed or renamed) once the folder was. That is less than what
//! file systems of today promise.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use crate::trail::tale::Chance;

/// Disks write this much or nothing of it.
const SECTOR: usize = 512;

/// One thing that happened, as the shim wrote it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Made {
        inode: u64,
        name: String,
    },
    Removed {
        name: String,
    },
    Renamed {
        from: String,
        to: String,
    },
    Written {
        inode: u64,
        offset: usize,
        bytes: Vec<u8>,
    },
    Cut {
        inode: u64,
        size: usize,
    },
    Synced {
        inode: u64,
    },
    FolderSynced,
    Mapped {
        name: String,
    },
    /// What the program said on standard output.
    Said(String),
}

/// Reads the shim's record.
pub(crate) fn events(log: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut rest = log;
    while let Some((head, after)) = rest.split_first_chunk::<24>() {
        let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap());
        let length = u32::from_le_bytes(head[4..8].try_into().unwrap()) as usize;
        let (inode, offset) = (number(8), usize::try_from(number(16)).unwrap());
        let (bytes, after) = after.split_at(length);
        let text = || String::from_utf8_lossy(bytes).into_owned();
        events.push(match head[0] {
            b'c' => Event::Made { inode, name: text() },
            b'u' => Event::Removed { name: text() },
            b'r' => {
                let names = text();
                let (from, to) = names.split_once('\n').unwrap();
                Event::Renamed { from: from.to_owned(), to: to.to_owned() }
            }
            b'w' => Event::Written { inode, offset, bytes: bytes.to_vec() },
            b't' => Event::Cut { inode, size: offset },
            b's' => Event::Synced { inode },
            b'd' => Event::FolderSynced,
            b'm' => Event::Mapped { name: text() },
            b'a' => Event::Said(text()),
            other => panic!("the record has a {other}"),
        });
        rest = after;
    }
    assert!(rest.is_empty());
    events
}

/// In which way a disk loses what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Some changes are there and some are not.
    Drop,
    /// The same, and those that are there came in any order.
    Reorder,
    /// Of each write some sectors are there and some are not.
    Tear,
}

impl Loss {
    pub(crate) const ALL: [Self; 3] = [Self::Drop, Self::Reorder, Self::Tear];
}

/// The folder as it is so far.
#[derive(Default)]
pub(crate) struct Disk {
    files: Vec<File>,
    /// Which file an inode is now: numbers are used again.
    inodes: HashMap<u64, usize>,
    names: BTreeMap<String, usize>,
    unsynced_names: Vec<Naming>,
}

#[derive(Default)]
struct File {
    synced: Vec<u8>,
    unsynced: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Cut(usize),
}

#[derive(Clone)]
enum Naming {
    Make(String, usize),
    Remove(String),
    Rename(String, String),
}

impl Disk {
    pub(crate) fn take(&mut self, event: &Event) {
        match event {
            Event::Made { inode, name } => {
                self.files.push(File::default());
                self.inodes.insert(*inode, self.files.len() - 1);
                self.unsynced_names.push(Naming::Make(name.clone(), self.files.len() - 1));
            }
            Event::Removed { name } => self.unsynced_names.push(Naming::Remove(name.clone())),
            Event::Renamed { from, to } => {
                self.unsynced_names.push(Naming::Rename(from.clone(), to.clone()));
            }
            Event::Written { inode, offset, bytes } => {
                self.file(*inode).unsynced.push(Change::Write { offset: *offset, bytes: bytes.clone() });
            }
            Event::Cut { inode, size } => self.file(*inode).unsynced.push(Change::Cut(*size)),
            Event::Synced { inode } => {
                let file = self.file(*inode);
                for change in std::mem::take(&mut file.unsynced) {
                    change.apply(&mut file.synced);
                }
            }
            Event::FolderSynced => {
                for naming in std::mem::take(&mut self.unsynced_names) {
                    naming.apply(&mut self.names);
                }
            }
            Event::Mapped { .. } | Event::Said(_) => {}
        }
    }

    /// Puts into an empty folder what a power cut leaves.
    pub(crate) fn cut(&self, folder: &Path, loss: Loss, chance: &mut Chance) {
        // A disk that had just written everything, one that had written nothing, and all between.
        let kept_in_four = chance.below(5);
        let mut names = self.names.clone();
        // Names change in order, as journals have it: the last few may be missing.
        let kept_names = chance.below(self.unsynced_names.len() + 1);
        for naming in &self.unsynced_names[..kept_names] {
            naming.clone().apply(&mut names);
        }
        for (name, file) in names {
            let file = &self.files[file];
            let mut changes = file.unsynced.clone();
            if loss == Loss::Reorder {
                for place in (1..changes.len()).rev() {
                    changes.swap(place, chance.below(place + 1));
                }
            }
            let mut bytes = file.synced.clone();
            for change in changes {
                match change {
                    Change::Write { offset, bytes: written } if loss == Loss::Tear => {
                        let mut from = 0;
                        while from < written.len() {
                            // Sectors lie where they lie in the file, not where the write began.
                            let to = written.len().min(from + SECTOR - (offset + from) % SECTOR);
                            if chance.below(4) < kept_in_four {
                                put(&mut bytes, offset + from, &written[from..to]);
                            }
                            from = to;
                        }
                    }
                    change if chance.below(4) < kept_in_four => change.apply(&mut bytes),
                    _ => {}
                }
            }
            fs::write(folder.join(name), bytes).unwrap();
        }
    }

    fn file(&mut self, inode: u64) -> &mut File {
        let place = *self.inodes.get(&inode).expect("every file was made while the shim watched");
        &mut self.files[place]
    }
}

impl Change {
    fn apply(self, file: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => put(file, offset, &bytes),
            Self::Cut(size) => file.resize(size, 0),
        }
    }
}

impl Naming {
    fn apply(self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Make(name, file) => drop(names.insert(name, file)),
            Self::Remove(name) => drop(names.remove(&name)),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(&from) {
                    names.insert(to, file);
                }
            }
        }
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(disk: &Disk, loss: Loss, seed: u64) -> BTreeMap<String, Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        disk.cut(folder.path(), loss, &mut Chance::new(seed));
        let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap());
        files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
    }

    fn written(inode: u64, offset: usize, byte: u8) -> Event {
        Event::Written { inode, offset, bytes: vec![byte; 1024] }
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_may_go_in_each_way() {
        let mut disk = Disk::default();
        for event in [
            Event::Made { inode: 7, name: "safe".to_owned() },
            written(7, 0, 1),
            Event::Synced { inode: 7 },
            Event::FolderSynced,
            written(7, 0, 2),
            written(7, 512, 3),
            Event::Made { inode: 8, name: "named".to_owned() },
        ] {
            disk.take(&event);
        }
        let mut seen: BTreeMap<(u8, u8, u8), Vec<Loss>> = BTreeMap::new();
        let mut named = 0;
        for loss in Loss::ALL {
            for seed in 0..200 {
                let files = left(&disk, loss, seed);
                let safe = &files["safe"];
                let at = |place: usize| safe.get(place).copied().unwrap_or(0);
                assert!(at(0) != 0 && at(512) != 0 && at(0) != 3);
                seen.entry((at(0), at(512), at(1024))).or_default().push(loss);
                named += usize::from(files.contains_key("named"));
            }
        }
        assert!(named > 0 && named < 600, "a name that was not synced may be there or not");
        // Nothing, each write alone, both.
        for any in [(1, 1, 0), (2, 2, 0), (1, 3, 3), (2, 3, 3)] {
            assert!(seen[&any].contains(&Loss::Drop), "{any:?}: {seen:?}");
        }
        // The later write first.
        assert!(seen[&(2, 2, 3)].contains(&Loss::Reorder) && !seen[&(2, 2, 3)].contains(&Loss::Drop));
        // Half of a write.
        assert!(seen[&(2, 1, 0)].iter().all(|loss| *loss == Loss::Tear));
    }
}
