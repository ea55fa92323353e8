//! Letters and words of a text, as ties compare them.

/// The character that ends right before this place.
pub(crate) fn char_before(text: &str, place: usize) -> Option<char> {
    text[..place].chars().next_back()
}

/// Whether this byte is part of a word of any alphabet.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether the text begins with this word, in capitals or not, and the word ends there.
pub(crate) fn starts_with_word(text: &str, word: &str) -> bool {
    let (Some(head), Some(rest)) = (text.get(..word.len()), text.get(word.len()..)) else { return false };
    head.eq_ignore_ascii_case(word) && !rest.starts_with(|char: char| char.is_alphanumeric())
}

/// One word of a text, as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its first byte.
    pub(crate) start: usize,
    /// One past its last.
    pub(crate) end: usize,
    /// What its stem hashes to.
    pub(crate) hash: u64,
    /// Whether it says little about anything: `the`, `of`.
    pub(crate) idle: bool,
}

/// The words of a text: runs of letters, and runs of digits. `totalCents`, `total_cents` and `Total cents` are the same
/// two words; `FY2019` is two.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let start = at + rest.find(char::is_alphanumeric)?;
        let mut before: Option<char> = None;
        let mut end = text.len();
        for (place, char) in text[start..].char_indices() {
            let breaks = match before {
                None => false,
                Some(before) => {
                    !char.is_alphanumeric()
                        || before.is_ascii_digit() != char.is_ascii_digit()
                        || before.is_lowercase() && char.is_uppercase()
                }
            };
            if breaks {
                end = start + place;
                break;
            }
            before = Some(char);
        }
        at = end;
        Some(word(text, start, end))
    })
}

fn word(text: &str, start: usize, end: usize) -> Word {
    let written = &text[start..end];
    let mut buffer = [0_u8; 32];
    let mut long = String::new();
    let lower: &[u8] = if written.is_ascii() && written.len() <= buffer.len() {
        let short = &mut buffer[..written.len()];
        short.copy_from_slice(written.as_bytes());
        short.make_ascii_lowercase();
        short
    } else {
        long.extend(written.chars().flat_map(char::to_lowercase));
        long.as_bytes()
    };
    let (stem, ending) = stem(lower);
    let idle = is_idle(lower);
    // FNV-1a: short words, no adversary who gains by a collision, and the same on every machine.
    let hash = stem.iter().chain(ending).fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Word { start, end, hash, idle }
}

/// Words that stand in labels and sentences alike without saying what they are about.
fn is_idle(word: &[u8]) -> bool {
    matches!(
        word,
        b"a" | b"an"
            | b"and"
            | b"are"
            | b"as"
            | b"at"
            | b"be"
            | b"between"
            | b"but"
            | b"by"
            | b"did"
            | b"do"
            | b"does"
            | b"for"
            | b"from"
            | b"had"
            | b"has"
            | b"have"
            | b"how"
            | b"if"
            | b"in"
            | b"into"
            | b"is"
            | b"it"
            | b"its"
            | b"of"
            | b"on"
            | b"or"
            | b"our"
            | b"per"
            | b"that"
            | b"the"
            | b"their"
            | b"there"
            | b"this"
            | b"to"
            | b"was"
            | b"were"
            | b"what"
            | b"which"
            | b"who"
            | b"with"
    )
}

/// The word without the ending of a plural, and what stands for the ending.
fn stem(word: &[u8]) -> (&[u8], &'static [u8]) {
    let len = word.len();
    match word {
        [.., b'i', b'e', b's'] if len > 4 => (&word[..len - 3], b"y"),
        [.., b's' | b'x' | b'h', b'e', b's'] if len > 4 => (&word[..len - 2], b""),
        [.., b's' | b'u' | b'i', b's'] => (word, b""),
        [.., b's'] if len > 3 => (&word[..len - 1], b""),
        _ => (word, b""),
    }
}
