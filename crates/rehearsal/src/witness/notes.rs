//! Notes, keys and checkpoints as C2SP signed-note and tlog-checkpoint write them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// The type of a log's signature: Ed25519 over the note's text.
pub(super) const LOG_SIGNATURE: u8 = 0x01;
/// The type of a witness's signature: Ed25519 over a time and the note's text.
pub(super) const COSIGNATURE: u8 = 0x04;

const DASH: &str = "\u{2014} ";

/// A key with the name and type under which it signs.
#[derive(PartialEq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) kind: u8,
    pub(super) key: VerifyingKey,
}

impl Key {
    pub(super) fn from_vkey(kind: u8, vkey: &str) -> Option<Self> {
        let (name, rest) = vkey.split_once('+')?;
        let (_, material) = rest.split_once('+')?;
        let material = STANDARD.decode(material).ok()?;
        let (found, key) = material.split_first()?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let read = Self { name: name.to_owned(), kind, key };
        (*found == kind && read.to_vkey() == vkey).then_some(read)
    }

    pub(super) fn to_vkey(&self) -> String {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        let material = [[self.kind].as_slice(), self.key.as_bytes()].concat();
        format!("{}+{id}+{}", self.name, STANDARD.encode(material))
    }

    /// Whether it made this signature over this message.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }

    fn id(&self) -> [u8; 4] {
        let material = [self.name.as_bytes(), &[b'\n', self.kind], self.key.as_bytes()].concat();
        let digest = Sha256::digest(material);
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

/// The line by which a key signs.
pub(super) fn line(key: &Key, signature: &[u8]) -> String {
    format!("{DASH}{} {}\n", key.name, STANDARD.encode([key.id().as_slice(), signature].concat()))
}

/// A note taken apart.
pub(super) struct Note {
    /// Everything that is signed, its last newline included.
    pub(super) text: String,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl Note {
    pub(super) fn read(note: &str) -> Option<Self> {
        let (text, lines) = note.rsplit_once("\n\n")?;
        let lines = lines.strip_suffix('\n')?.split('\n').map(Line::read).collect::<Option<_>>()?;
        Some(Self { text: format!("{text}\n"), lines })
    }

    /// The signatures that claim to be by one of these keys.
    pub(super) fn lines_of<'a>(&'a self, keys: &'a [Key]) -> Vec<(&'a Key, &'a [u8])> {
        let by = |line: &Line| keys.iter().find(|key| key.name == line.name && key.id() == line.id);
        self.lines.iter().filter_map(|line| Some((by(line)?, line.signature.as_slice()))).collect()
    }
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let (name, blob) = line.strip_prefix(DASH)?.split_once(' ')?;
        let blob = STANDARD.decode(blob).ok()?;
        let (id, signature) = blob.split_first_chunk()?;
        let named = !name.is_empty() && !name.contains('+') && !signature.is_empty();
        named.then(|| Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    }
}

/// The first three lines of a log's note. What may follow them is signed along and means nothing.
pub(super) struct Checkpoint {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) root: [u8; 32],
}

impl Checkpoint {
    pub(super) fn of(note: &Note) -> Option<Self> {
        let mut lines = note.text.lines();
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = number(lines.next()?)?;
        let root = hash(lines.next()?)?;
        Some(Self { origin, size, root })
    }
}

/// A decimal number without sign and leading zeroes.
pub(super) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64.
pub(super) fn hash(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
