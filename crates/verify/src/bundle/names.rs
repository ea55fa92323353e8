//! The names that files of a bundle have. Any other is a finding.

use domain::id::TurnId;
use domain::payload::Commitment;

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Manifest,
    Key,
    Checkpoint,
    Checkpoints,
    Erased,
    /// For people and their programs; no evidence, so nothing in it is looked at.
    Convenience,
    Payload(Commitment),
    /// Hashes of one level of the tree.
    Hashes(u8, Tile),
    /// Bodies.
    Bodies(Tile),
    /// One body.
    Entry(u64),
    Proof(u64),
    /// A checkpoint other than the bundle's that an entry is about, and how the bundle's continues it.
    Earlier(Folder, u64, Half),
}

/// A tile: its place among those of its level, and how many it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tile {
    pub(super) index: u64,
    pub(super) width: u64,
}

/// What an earlier checkpoint is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Folder {
    Anchors,
    Epochs,
}

/// A file about an earlier checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Half {
    Checkpoint,
    Consistency,
}

/// How many hashes or bodies a whole tile has.
pub(super) const WHOLE: u64 = 256;

impl Tile {
    /// The first hash or body in it.
    pub(super) fn first(self) -> u64 {
        self.index.saturating_mul(WHOLE)
    }

    /// Whether a tree with this many hashes at the tile's level has this tile.
    pub(super) fn is_of(self, hashes: u64) -> bool {
        let (whole, rest) = (hashes / WHOLE, hashes % WHOLE);
        (self.index < whole && self.width == WHOLE) || (self.index == whole && rest > 0 && self.width == rest)
    }
}

impl Name {
    /// What a file of this name is; none if no bundle has it.
    pub(super) fn of(name: &str) -> Option<Self> {
        let known = match name {
            "manifest.json" => Self::Manifest,
            "key.vkey" => Self::Key,
            "checkpoint" => Self::Checkpoint,
            "checkpoints.txt" => Self::Checkpoints,
            "erased.txt" => Self::Erased,
            "verify.py" | "VERIFY.txt" | "answer.html" | "views/calls.csv" | "views/entries.csv" => {
                Self::Convenience
            }
            _ => return Self::in_folder(name),
        };
        Some(known)
    }

    fn in_folder(name: &str) -> Option<Self> {
        let (folder, rest) = name.split_once('/')?;
        match folder {
            "answers" => rest.strip_suffix(".html")?.parse::<TurnId>().ok().map(|_| Self::Convenience),
            "payloads" => Commitment::try_from(rest.to_owned()).ok().map(Self::Payload),
            "entries" => number(rest.strip_suffix(".json")?).map(Self::Entry),
            "proofs" => number(rest.strip_suffix(".tlog-proof")?).map(Self::Proof),
            "anchors" => earlier(Folder::Anchors, rest),
            "epochs" => earlier(Folder::Epochs, rest),
            "tile" => {
                let (level, rest) = rest.split_once('/')?;
                let tile = tile(rest)?;
                if level == "entries" {
                    return Some(Self::Bodies(tile));
                }
                // A tree of 2^64 leaves has no level above 7.
                let level = number(level).filter(|level| *level < 8)?;
                Some(Self::Hashes(u8::try_from(level).ok()?, tile))
            }
            _ => None,
        }
    }
}

fn earlier(folder: Folder, rest: &str) -> Option<Name> {
    let (seq, half) = rest.split_once('.')?;
    let half = match half {
        "checkpoint" => Half::Checkpoint,
        "consistency" => Half::Consistency,
        _ => return None,
    };
    Some(Name::Earlier(folder, number(seq)?, half))
}

/// The path of a tile as C2SP tlog-tiles writes it: `x001/x234/067`, and `.p/8` behind it if it is partial.
fn tile(path: &str) -> Option<Tile> {
    let (path, width) = match path.split_once(".p/") {
        Some((path, width)) => (path, number(width).filter(|width| (1..WHOLE).contains(width))?),
        None => (path, WHOLE),
    };
    let mut index: u64 = 0;
    let mut parts = path.split('/').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        let digits = if parts.peek().is_some() { part.strip_prefix('x')? } else { part };
        let leads_with_nothing = first && parts.peek().is_some() && digits == "000";
        if digits.len() != 3 || leads_with_nothing || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        first = false;
    }
    Some(Tile { index, width })
}

/// A number in ASCII decimal without sign or leading zeroes.
pub(super) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_one_path() {
        let bodies = |index, width| Some(Name::Bodies(Tile { index, width }));
        for (name, tile) in [
            ("tile/entries/000", bodies(0, 256)),
            ("tile/entries/000.p/8", bodies(0, 8)),
            ("tile/entries/x001/x234/067", bodies(1_234_067, 256)),
            ("tile/entries/x001/000.p/255", bodies(1000, 255)),
            ("tile/0/000", Some(Name::Hashes(0, Tile { index: 0, width: 256 }))),
        ] {
            assert_eq!(Name::of(name), tile, "{name}");
        }
        for wrong in [
            "tile/entries/0",
            "tile/entries/x000/001",
            "tile/entries/001/001",
            "tile/entries/000.p/0",
            "tile/entries/000.p/256",
            "tile/entries/000.p/08",
            "tile/8/000",
            "tile/00/000",
            "tile/-1/000",
            "tile/entries/+01",
            "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Name::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_bundle_has_no_name() {
        for wrong in [
            "",
            "/",
            "a",
            "manifest.json/",
            "entries/01.json",
            "entries/1",
            "payloads/aa",
            "../checkpoint",
            "anchors/1.note",
            "answers/x.html",
            "views/more.csv",
            "Checkpoint",
        ] {
            assert_eq!(Name::of(wrong), None, "{wrong}");
        }
    }
}
