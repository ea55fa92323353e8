//! The words around a candidate: the name of the field that holds it, and what is written just before it.

/// How far back words count. A label stands close to its value; farther back it is another's.
const REACH: usize = 48;

/// The words around one place of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Near<'a> {
    field: &'a str,
    before: &'a str,
}

impl<'a> Near<'a> {
    /// The words around what begins at `start`, in the value of a field of this name (empty for none).
    pub(crate) fn new(field: &'a str, text: &'a str, start: usize) -> Self {
        let mut from = start.saturating_sub(REACH);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let before = text.get(from..start).unwrap_or_default();
        // In JSON that stands in a text, what comes before a comma and a quote belongs to the field before.
        let cut = before.rfind("\",").or_else(|| before.rfind(", \"")).map_or(0, |at| at + 2);
        Self { field, before: before.get(cut..).unwrap_or_default() }
    }

    /// Whether field or text say one of these words, in any case. Words are lower-case letters.
    pub(crate) fn says(&self, words: &[&str]) -> bool {
        self.field_says(words) || self.text_says(words)
    }

    /// Whether the field's name has one of these words.
    pub(crate) fn field_says(&self, words: &[&str]) -> bool {
        has_word(self.field, words)
    }

    /// Whether the text before has one of these words.
    pub(crate) fn text_says(&self, words: &[&str]) -> bool {
        has_word(self.before, words)
    }

    /// Whether one of the words right after `end` is one of these: `9793 2356 office`.
    pub(crate) fn is_followed_by(text: &str, end: usize, words: &[&str]) -> bool {
        let rest =
            text.get(end..).unwrap_or_default().split(['\n', '\\', ',', ';']).next().unwrap_or_default();
        words_of(rest).take(2).any(|word| is_one_of(word, words))
    }

    /// Whether the last word before, or the field's last word, is one of these: what the value says it is.
    pub(crate) fn is_called(&self, words: &[&str]) -> bool {
        let last = |text: &'a str| words_of(text).last().is_some_and(|word| is_one_of(word, words));
        last(self.field) || last(self.before)
    }
}

fn has_word(text: &str, words: &[&str]) -> bool {
    words_of(text).any(|word| is_one_of(word, words))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.len() == word.len() && word.to_lowercase() == **known)
        || (!word.is_ascii() && words.iter().any(|known| word.to_lowercase() == **known))
}

/// The words of a text or of a field's name: `dateOfBirth`, `date_of_birth` and `date of birth` have the same.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric()).flat_map(Humps).filter(|word| !word.is_empty())
}

/// Splits `dateOfBirth` where a small letter meets a large one.
struct Humps<'a>(&'a str);

impl<'a> Iterator for Humps<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let bytes = self.0.as_bytes();
        let hump =
            (1..bytes.len()).find(|at| bytes[at - 1].is_ascii_lowercase() && bytes[*at].is_ascii_uppercase());
        let (word, rest) = self.0.split_at(hump.unwrap_or(self.0.len()));
        self.0 = rest;
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_the_same_words_however_it_is_written() {
        for name in ["dateOfBirth", "date_of_birth", "Date of birth", "date-of-birth"] {
            let words: Vec<String> = words_of(name).map(str::to_lowercase).collect();
            assert_eq!(words, ["date", "of", "birth"], "{name}");
        }
    }

    #[test]
    fn words_of_another_field_do_not_count() {
        let text = r#"{"phone": "none", "order": "4111""#;
        assert!(!Near::new("", text, text.len() - 5).says(&["phone"]));
        assert!(Near::new("", text, text.len() - 5).says(&["order"]));
    }
}
