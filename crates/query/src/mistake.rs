//! Mistakes: where one stands and how it is told, and what was probably meant.

use std::ops::Range;

use domain::search::FilterMistake;

/// A mistake at a place in bytes.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) span: Range<usize>,
    pub(crate) words: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, words: impl Into<String>) -> Self {
        Self { span, words: words.into() }
    }

    /// As the page is told.
    pub(crate) fn told(self, text: &str) -> FilterMistake {
        let units = Units::of(text);
        FilterMistake { start: units.at(self.span.start), end: units.at(self.span.end), words: self.words }
    }
}

/// Places of a text in UTF-16 code units, as the page counts.
pub(crate) struct Units {
    /// For each byte, and for the end, how many units stand before it.
    before: Vec<u32>,
}

impl Units {
    pub(crate) fn of(text: &str) -> Self {
        let mut before = Vec::with_capacity(text.len() + 1);
        let mut units = 0_u32;
        for letter in text.chars() {
            before.extend(std::iter::repeat_n(units, letter.len_utf8()));
            // One or two: it can't be cut off, and a text with more units than that fits in no memory.
            units = units.saturating_add(if letter.len_utf16() == 2 { 2 } else { 1 });
        }
        before.push(units);
        Self { before }
    }

    pub(crate) fn at(&self, byte: usize) -> u32 {
        self.before.get(byte).or(self.before.last()).copied().unwrap_or(0)
    }

    /// The beginning of the character that a place in units stands before or in; the text's end if it is past that.
    pub(crate) fn byte(&self, unit: u32) -> usize {
        let within = self.before.partition_point(|before| *before <= unit).saturating_sub(1);
        // All the bytes of one character have the same number; its first is where a text can be cut.
        let number = self.before.get(within).copied().unwrap_or(0);
        self.before.partition_point(|before| *before < number)
    }
}

/// The one of `known` that was probably meant, if one is near.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&written, word), word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `; did you mean X?`, or nothing.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    meant(written, known).map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// The beginning of what somebody wrote, for a sentence about it.
pub(crate) fn shown(written: &str) -> String {
    const LONGEST: usize = 40;
    match written.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &written[..at]),
        None => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_the_page_counts() {
        let text = "a≥𝄞b";
        let units = Units::of(text);
        assert_eq!([0, 1, 4, 8, 9].map(|byte| units.at(byte)), [0, 1, 2, 4, 5]);
        assert_eq!([0, 1, 2, 3, 4, 5, 99].map(|unit| units.byte(unit)), [0, 1, 4, 4, 8, 9, 9]);
    }

    #[test]
    fn near_words_are_meant_and_far_ones_are_not() {
        assert_eq!(meant("Sorce", ["source", "since"]), Some("source"));
        assert_eq!(meant("http", ["source", "since"]), None);
        // Long texts have no near word, and cost no more than their length.
        assert_eq!(meant(&"x".repeat(4_000), ["source"]), None);
    }
}
