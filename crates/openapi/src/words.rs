//! Texts of a document, cut for a model's prompt.

use std::borrow::Cow;

/// A text in one line, without markup of HTML, of at most so many characters. It ends after a sentence if one ends in
/// the second half of that length, else after a word.
pub(crate) fn cut(text: &str, most: usize) -> String {
    // What lies far behind the cut is not looked at: one long text may be shared by many operations.
    let near = text.char_indices().nth(16 * most).map_or(text, |(end, _)| &text[..end]);
    let bare = without_tags(near);
    let mut line = String::with_capacity(bare.len().min(4 * most));
    let mut length = 0;
    let mut whole = near.len() == text.len();
    for word in bare.split_whitespace() {
        let wanted = word.chars().count() + usize::from(length > 0);
        if length + wanted > most {
            whole = false;
            break;
        }
        if length > 0 {
            line.push(' ');
        }
        line.push_str(word);
        length += wanted;
    }
    if whole {
        return line;
    }
    let half = line.char_indices().nth(most / 2).map_or(line.len(), |(at, _)| at);
    if let Some(end) = line.rfind(". ").filter(|end| *end >= half) {
        line.truncate(end + 1);
        return line;
    }
    if line.is_empty() {
        line.extend(bare.trim_start().chars().take(most));
    }
    line.push('…');
    line
}

/// What stands between `<` and `>`, if that is a tag and no comparison.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        bare.push_str(before);
        let is_tag = tag[1..].starts_with(|char: char| char.is_ascii_alphabetic() || char == '/');
        // A tag is short; without a limit, a text of `<a<a<a` would be looked through again for each of them.
        match tag.bytes().take(300).position(|byte| byte == b'>') {
            Some(close) if is_tag => {
                bare.push(' ');
                rest = &tag[close + 1..];
            }
            _ => {
                bare.push('<');
                rest = &tag[1..];
            }
        }
    }
    bare.push_str(rest);
    Cow::Owned(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_after_a_sentence_or_a_word() {
        assert_eq!(cut("  One\n\n two ", 20), "One two");
        assert_eq!(cut("<p>One <b>two</b> if a < b</p>", 40), "One two if a < b");
        assert_eq!(cut("First sentence here. Second one is longer", 30), "First sentence here.");
        assert_eq!(cut("No. a sentence without any end at all", 22), "No. a sentence without…");
        assert_eq!(cut("ünbroken", 3), "ünb…");
    }
}
