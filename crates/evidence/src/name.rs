//! The names of files in a bundle: each stands for one thing, and nothing else is part of a bundle.

use std::fmt;

use domain::bundle::BundleScope;
use domain::id::{Seq, TurnId};
use domain::json::hex;
use domain::payload::Commitment;

/// How many hashes a tile is wide, and how many entries an entry bundle holds.
pub(crate) const WIDTH: u64 = 256;

/// How many levels of tiles a tree of 2^64 leaves has.
const LEVELS: u8 = 8;

/// A table for people who open the bundle without a program: convenience, not evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The calls.
    Calls,
    /// The entries.
    Entries,
}

/// A file of a bundle. Their order is the one in which a verifier wants them: first what says what the bundle is, then
/// the entries, then what is checked against them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Manifest,
    Key,
    Erased,
    Checkpoint,
    Checkpoints,
    /// The bodies of the entries whose leaf hashes are in tile `index` of level 0.
    Entries {
        index: u64,
        width: u64,
    },
    /// Tile `index` of a level, with as many hashes as `width`, at most [`WIDTH`].
    Tile {
        level: u8,
        index: u64,
        width: u64,
    },
    Entry(Seq),
    Proof(Seq),
    /// What an entry is about: a checkpoint that an anchor holds, or the last that a key signed.
    Earlier(About, Seq, Half),
    Payload(Commitment),
    Verifier,
    HowTo,
    Answer,
    AnswerOf(TurnId),
    View(View),
}

/// Why an earlier checkpoint is in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Anchor,
    Epoch,
}

/// The two files of an earlier checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Half {
    Checkpoint,
    Consistency,
}

impl Name {
    /// What a name stands for: only the one text that [`Display`](fmt::Display) gives for it. So there is no second
    /// way to write a name, and none that leads out of a folder.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let name = Self::guess(text)?;
        (name.to_string() == text).then_some(name)
    }

    /// Whether a bundle of this scope may hold it.
    pub(crate) fn belongs_to(self, scope: BundleScope) -> bool {
        match self {
            Self::Checkpoints | Self::Tile { .. } | Self::Entries { .. } => {
                matches!(scope, BundleScope::Trail)
            }
            Self::Entry(_) | Self::Proof(_) | Self::Earlier(..) => !matches!(scope, BundleScope::Trail),
            Self::Answer => matches!(scope, BundleScope::Answer { .. }),
            Self::AnswerOf(_) => matches!(scope, BundleScope::Conversation { .. }),
            _ => true,
        }
    }

    fn guess(text: &str) -> Option<Self> {
        Some(match text {
            "manifest.json" => Self::Manifest,
            "key.vkey" => Self::Key,
            "checkpoint" => Self::Checkpoint,
            "erased.txt" => Self::Erased,
            "verify.py" => Self::Verifier,
            "VERIFY.txt" => Self::HowTo,
            "answer.html" => Self::Answer,
            "checkpoints.txt" => Self::Checkpoints,
            "views/calls.csv" => Self::View(View::Calls),
            "views/entries.csv" => Self::View(View::Entries),
            _ => return Self::guess_in_folder(text),
        })
    }

    fn guess_in_folder(text: &str) -> Option<Self> {
        let (folder, rest) = text.split_once('/')?;
        let seq = |text: &str, ending: &str| Some(Seq(text.strip_suffix(ending)?.parse().ok()?));
        match folder {
            "payloads" => Commitment::try_from(rest.to_owned()).ok().map(Self::Payload),
            "answers" => rest.strip_suffix(".html")?.parse().ok().map(Self::AnswerOf),
            "entries" => seq(rest, ".json").map(Self::Entry),
            "proofs" => seq(rest, ".tlog-proof").map(Self::Proof),
            "anchors" | "epochs" => {
                let about = if folder == "anchors" { About::Anchor } else { About::Epoch };
                let checkpoint = seq(rest, ".checkpoint").map(|seq| (seq, Half::Checkpoint));
                let half = checkpoint.or_else(|| Some((seq(rest, ".consistency")?, Half::Consistency)));
                half.map(|(seq, half)| Self::Earlier(about, seq, half))
            }
            "tile" => {
                let (level, place) = rest.split_once('/')?;
                let (index, width) = place_of(place)?;
                if level == "entries" {
                    return Some(Self::Entries { index, width });
                }
                let level = level.parse().ok().filter(|level| *level < LEVELS)?;
                Some(Self::Tile { level, index, width })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest => out.write_str("manifest.json"),
            Self::Key => out.write_str("key.vkey"),
            Self::Checkpoint => out.write_str("checkpoint"),
            Self::Erased => out.write_str("erased.txt"),
            Self::Verifier => out.write_str("verify.py"),
            Self::HowTo => out.write_str("VERIFY.txt"),
            Self::Answer => out.write_str("answer.html"),
            Self::AnswerOf(turn) => write!(out, "answers/{turn}.html"),
            Self::View(View::Calls) => out.write_str("views/calls.csv"),
            Self::View(View::Entries) => out.write_str("views/entries.csv"),
            Self::Payload(commitment) => write!(out, "payloads/{}", hex(&commitment.0)),
            Self::Checkpoints => out.write_str("checkpoints.txt"),
            Self::Tile { level, index, width } => write!(out, "tile/{level}/{}", Place(*index, *width)),
            Self::Entries { index, width } => write!(out, "tile/entries/{}", Place(*index, *width)),
            Self::Entry(seq) => write!(out, "entries/{seq}.json"),
            Self::Proof(seq) => write!(out, "proofs/{seq}.tlog-proof"),
            Self::Earlier(about, seq, half) => {
                let folder = match about {
                    About::Anchor => "anchors",
                    About::Epoch => "epochs",
                };
                let ending = match half {
                    Half::Checkpoint => "checkpoint",
                    Half::Consistency => "consistency",
                };
                write!(out, "{folder}/{seq}.{ending}")
            }
        }
    }
}

/// A tile's place as C2SP tlog-tiles writes it: its index in groups of three digits, all but the last with an `x`
/// before them, and its width behind `.p/` if it is not full.
struct Place(u64, u64);

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(index, width) = *self;
        let groups = std::iter::successors(Some(index), |rest| Some(rest / 1000).filter(|rest| *rest > 0));
        let groups: Vec<u64> = groups.map(|rest| rest % 1000).collect();
        for (place, group) in groups.iter().enumerate().rev() {
            if place == 0 { write!(out, "{group:03}")? } else { write!(out, "x{group:03}/")? }
        }
        if width == WIDTH { Ok(()) } else { write!(out, ".p/{width}") }
    }
}

/// The index and the width, without a care for how they are written: [`Name::parse`] compares that.
fn place_of(text: &str) -> Option<(u64, u64)> {
    let (index, width) = match text.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
        None => (text, WIDTH),
    };
    let digits: String = index.chars().filter(|letter| !matches!(letter, 'x' | '/')).collect();
    Some((digits.parse().ok()?, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_tlog_tiles_says() {
        let tile = |level, index, width| Name::Tile { level, index, width }.to_string();
        assert_eq!(tile(0, 0, 256), "tile/0/000");
        assert_eq!(tile(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile(3, 1_000, 7), "tile/3/x001/000.p/7");
        assert_eq!(Name::Entries { index: 5, width: 1 }.to_string(), "tile/entries/005.p/1");
    }

    #[test]
    fn a_name_has_one_spelling() {
        let commitment = Commitment([0xab; 32]);
        let turn = TurnId::new(1_764_000_000_000, 7);
        for name in [
            Name::Manifest,
            Name::AnswerOf(turn),
            Name::View(View::Entries),
            Name::Payload(commitment),
            Name::Tile { level: 7, index: 999_999, width: 255 },
            Name::Tile { level: 0, index: u64::MAX, width: 256 },
            Name::Entries { index: 1_000, width: 256 },
            Name::Entry(Seq(0)),
            Name::Earlier(About::Anchor, Seq(12), Half::Consistency),
            Name::Earlier(About::Epoch, Seq(0), Half::Checkpoint),
        ] {
            assert_eq!(Name::parse(name.to_string().as_bytes()), Some(name));
        }
        for wrong in [
            "",
            "/manifest.json",
            "./manifest.json",
            "../manifest.json",
            "manifest.json/",
            "Manifest.json",
            "entries/01.json",
            "entries/+1.json",
            "entries/1.json ",
            "entries/../1.json",
            "entries\\1.json",
            "payloads/abc",
            "tile/00/000",
            "tile/8/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/001/000",
            "tile/0/x000/001",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "answers/conv_01.html",
            "views/people.csv",
        ] {
            assert_eq!(Name::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(Name::parse(&[0xff, 0xfe]), None);
    }
}
