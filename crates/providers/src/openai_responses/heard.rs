//! Words that come in pieces and once more as a whole.

/// What was said, or thought, so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    words: String,
    /// Where the item that is being written begins in it.
    item: usize,
    /// How many items have ended.
    items: usize,
    /// Whether a piece came of the part that is being written.
    has_pieces: bool,
}

impl Heard {
    /// How many items have ended.
    pub(super) fn items(&self) -> usize {
        self.items
    }

    /// Takes a piece.
    pub(super) fn add(&mut self, piece: &str) {
        self.words.push_str(piece);
        self.has_pieces = true;
    }

    /// A part ends. Whether it came in pieces; if not, its whole is the only piece of it.
    pub(super) fn end_part(&mut self) -> bool {
        std::mem::take(&mut self.has_pieces)
    }

    /// The item ends, and these are all its words: gives those that had not come, and how many bytes the item has in
    /// all. What came otherwise than the whole says it stays, since it was passed on.
    pub(super) fn end(&mut self, whole: &str) -> (String, usize) {
        self.items += 1;
        self.has_pieces = false;
        let came = self.words.get(self.item..).unwrap_or_default();
        if came.starts_with(whole) {
            // What is beyond it is the next item's, if nobody said between them that one ended.
            self.item += whole.len();
            return (String::new(), whole.len());
        }
        let rest = whole.strip_prefix(came).unwrap_or_default().to_owned();
        let length = came.len() + rest.len();
        self.words.push_str(&rest);
        self.item = self.words.len();
        (rest, length)
    }
}
