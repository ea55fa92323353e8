//! An answer's sentences and lines, each with what is said in it.

/// Where each sentence begins and ends. A line is at least one; so is each row of a table.
pub(crate) fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (place, byte) in bytes.iter().enumerate() {
        let stop = match byte {
            b'\n' => true,
            b'.' | b'!' | b'?' => {
                bytes.get(place + 1) == Some(&b' ')
                    && !is_short(&text[start..place])
                    && text[place + 1..].trim_start().starts_with(|char: char| !char.is_lowercase())
            }
            _ => false,
        };
        if stop {
            found.push((start, place + 1));
            start = place + 1;
        }
    }
    found.push((start, text.len()));
    found.retain(|(start, end)| !text[*start..*end].trim().is_empty());
    found
}

/// Whether the last word is cut short by its full stop, as in `approx.` or `U.S.`
fn is_short(sentence: &str) -> bool {
    let last = sentence.rsplit(|char: char| char.is_whitespace()).next().unwrap_or_default();
    let known =
        ["approx", "ca", "vs", "no", "inc", "ltd", "co", "corp", "e.g", "i.e", "mr", "ms", "dr", "st", "est"];
    last.chars().count() <= 1
        || last.contains('.') && last.len() <= 4
        || known.iter().any(|short| short.eq_ignore_ascii_case(last))
}
