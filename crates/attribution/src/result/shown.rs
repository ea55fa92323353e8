//! A result, or the part of one, as a model reads it.

use std::ops::Range;

/// What a model is given of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// What it reads; never longer than the budget that was asked for.
    pub text: String,
    /// How many bytes of the result's body stand in it; of JSON that was cut only keys and values count.
    pub shown: u64,
    /// Whether that is all there is: nothing was cut, and nothing follows.
    pub whole: bool,
    /// Which bytes of the body they are, in order: values as they are written, and the beginnings of strings without their
    /// quotes.
    pub parts: Vec<Range<usize>>,
}

impl Excerpt {
    /// All of it.
    pub(crate) fn whole(text: &str) -> Self {
        let all = 0..text.len();
        Self { text: text.to_owned(), shown: text.len() as u64, whole: true, parts: vec![all] }
    }

    /// The same of a body in which what it was made of begins at `start`.
    pub(crate) fn starting_at(mut self, start: usize) -> Self {
        for part in &mut self.parts {
            *part = part.start + start..part.end + start;
        }
        self
    }

    /// The same with words of ours behind it, because it is not all that there is.
    pub(crate) fn followed_by(mut self, words: &str) -> Self {
        self.text.push_str(words);
        self.whole = false;
        self
    }

    /// The same, held to the budget whatever else went wrong: for budgets that have no room for the words that say
    /// that something was cut.
    pub(crate) fn within(mut self, budget: usize) -> Self {
        if self.text.len() > budget {
            self.text.truncate(self.text.floor_char_boundary(budget));
            self.shown = self.shown.min(self.text.len() as u64);
            self.whole = false;
            // What is left of them can't be told, and so little serves nobody.
            self.parts.clear();
        }
        self
    }
}

/// Where a part of a text begins in it. Both must be slices of one text.
pub(crate) fn start_in(whole: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

/// A result's text; `None` if it is none. A character that a source's limit cut in two is left out.
pub(crate) fn text_of(body: &[u8]) -> Option<&str> {
    match std::str::from_utf8(body) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&body[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

/// What a model is told of bytes that are no text.
pub(crate) fn no_text(media: &str, body: &[u8]) -> String {
    format!("{} bytes of {media}, which is not text", body.len())
}
