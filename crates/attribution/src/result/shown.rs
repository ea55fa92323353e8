//! A result, or the part of one, as a model reads it.

/// What a model is given of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// What it reads; never longer than the budget that was asked for.
    pub text: String,
    /// How many bytes of the result's body stand in it; of JSON that was cut only keys and values count.
    pub shown: u64,
    /// Whether that is all there is: nothing was cut, and nothing follows.
    pub whole: bool,
}

impl Excerpt {
    /// All of it.
    pub(crate) fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), shown: text.len() as u64, whole: true }
    }

    /// The same, held to the budget whatever else went wrong: for budgets that have no room for the words that say
    /// that something was cut.
    pub(crate) fn within(mut self, budget: usize) -> Self {
        if self.text.len() > budget {
            self.text.truncate(self.text.floor_char_boundary(budget));
            self.shown = self.shown.min(self.text.len() as u64);
            self.whole = false;
        }
        self
    }
}
