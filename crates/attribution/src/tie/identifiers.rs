//! Identifiers: `INV-2024-001`, `ord_9f3`, an address, a version. They are found as they are or not at all.

use memchr::memmem;

use super::index::Index;

/// How many of an answer's identifiers are looked for within texts.
const MOST: usize = 64;

/// Where the identifiers of a text begin and end.
pub(crate) fn identifiers(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for token in text.split(|char: char| char.is_whitespace() || "()[]{}<>\"'“”‘’`,;|*".contains(char))
    {
        let start = at;
        at += token.len() + text[at + token.len()..].chars().next().map_or(0, char::len_utf8);
        let kept = token.trim_end_matches(['.', ':', '!', '?']).trim_start_matches([':', '#']);
        if is_identifier(kept) {
            let start = start + token.find(kept).unwrap_or_default();
            found.push((start, start + kept.len()));
        }
    }
    found
}

/// Letters and digits that no one would read as a number with its unit.
fn is_identifier(token: &str) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let letters = token.bytes().filter(u8::is_ascii_alphabetic).count();
    let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@#+~%=&?".contains(&byte));
    let starts_with_letter = token.starts_with(|char: char| char.is_ascii_alphabetic());
    let signs = token.bytes().filter(|byte| b"-_./:@".contains(byte)).count();
    let period = ["FY", "CY", "H", "Q"].iter().any(|head| {
        token.strip_prefix(head).is_some_and(|rest| {
            rest.trim_start_matches(['-', '\'']).bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    let mail = token.contains('@') && token.contains('.') && letters > 3;
    let word = starts_with_letter && digits >= 2 && (signs > 0 || token.len() >= 5) && !token.ends_with('-');
    let mixed = !starts_with_letter && digits >= 4 && letters >= 1 && token.len() >= 8;
    let dotted = letters == 0
        && signs >= 3
        && digits >= 4
        && token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain && !period && (mail || word || mixed || dotted)
}

/// The value that an identifier is, or the first text that it stands in.
pub(crate) fn places(index: &Index<'_>, identifiers: &[&str]) -> Vec<Option<u32>> {
    let finders: Vec<_> =
        identifiers.iter().take(MOST).map(|identifier| memmem::Finder::new(identifier.as_bytes())).collect();
    let mut whole: Vec<Option<u32>> = vec![None; identifiers.len()];
    let mut within = whole.clone();
    for node in 0..index.forest.nodes.len() {
        let node = u32::try_from(node).unwrap_or(u32::MAX);
        let Some(text) = index.forest.text(node) else { continue };
        for (place, finder) in
            finders.iter().enumerate().filter(|(_, finder)| finder.needle().len() <= text.len())
        {
            if whole[place].is_none() && text.len() == identifiers[place].len() && text == identifiers[place]
            {
                whole[place] = Some(node);
            } else if within[place].is_none()
                && let Some(found) = finder.find(text.as_bytes())
            {
                let end = found + finder.needle().len();
                let letter = |place: Option<&u8>| place.is_some_and(u8::is_ascii_alphanumeric);
                let bytes = text.as_bytes();
                if !letter(found.checked_sub(1).and_then(|before| bytes.get(before)))
                    && !letter(bytes.get(end))
                {
                    within[place] = Some(node);
                }
            }
        }
    }
    whole.into_iter().zip(within).map(|(whole, within)| whole.or(within)).collect()
}
