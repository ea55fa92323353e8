//! The two parts of a signed note (C2SP signed-note v1.0.0): its text, and the lines that sign it.

use crate::strict;

/// What each signature line begins with: an em dash and a space.
const SIGNATURE_LINE: &str = "\u{2014} ";
/// The longest note that is read: room for the sixteen signatures of up to 5 kB that the
/// specification tells readers to accept, and a bound on what a hostile note can cost.
const MAX_NOTE_LEN: usize = 128 * 1024;

/// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key): which key signed, as a hint.
pub(crate) type KeyId = [u8; 4];

/// One line of a note, with what stands in it.
pub(crate) struct SignatureLine<'a> {
    /// Who signed, by its own account.
    pub(crate) name: &'a str,
    /// By which key, by its own account.
    pub(crate) id: KeyId,
    /// What follows the key id; never empty.
    pub(crate) signature: Vec<u8>,
}

/// The text of a note, its last newline included, and its signature lines.
pub(crate) fn split(note: &str) -> Option<(&str, Vec<SignatureLine<'_>>)> {
    if note.len() > MAX_NOTE_LEN || note.chars().any(|c| c < ' ' && c != '\n') {
        return None;
    }
    let end = note.rfind("\n\n")?;
    let (text, lines) = (&note[..=end], &note[end + 2..]);
    let lines = lines.strip_suffix('\n')?.split('\n').map(read).collect::<Option<_>>()?;
    Some((text, lines))
}

/// The line, with its newline, by which this key signs.
pub(crate) fn signature_line(name: &str, id: KeyId, signature: &[u8]) -> String {
    let blob = [id.as_slice(), signature].concat();
    format!("{SIGNATURE_LINE}{name} {}\n", strict::to_base64(&blob))
}

fn read(line: &str) -> Option<SignatureLine<'_>> {
    let (name, blob) = line.strip_prefix(SIGNATURE_LINE)?.split_once(' ')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return None;
    }
    let blob = strict::base64(blob)?;
    let (id, signature) = blob.split_first_chunk()?;
    let signature = signature.to_vec();
    (!signature.is_empty()).then_some(SignatureLine { name, id: *id, signature })
}
