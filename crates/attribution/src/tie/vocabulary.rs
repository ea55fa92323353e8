//! The words of an answer, and which of them a label says.

use super::letters::words;

/// How many different words of an answer count. A longer one's later words don't help to tell its places apart.
pub(crate) const SIZE: usize = 256;

/// Which words of the vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits([u64; SIZE / 64]);

impl Bits {
    pub(crate) fn set(&mut self, word: u16) {
        self.0[usize::from(word) / 64] |= 1 << (word % 64);
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|part| self.0[part] | other.0[part]))
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|part| self.0[part] & other.0[part]))
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|part| self.0[part] & !other.0[part]))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; SIZE / 64]
    }

    /// The words, in order.
    pub(crate) fn words(self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(self.0).flat_map(|(part, mut rest)| {
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(part * 64 + u16::try_from(bit).unwrap_or_default())
            })
        })
    }
}

/// What a label says: which words of the answer, and how many words in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) bits: Bits,
    pub(crate) words: u16,
    /// Whether it says `total`.
    pub(crate) total: bool,
}

impl Said {
    pub(crate) fn and_also(self, other: Self) -> Self {
        Self {
            bits: self.bits.or(other.bits),
            words: self.words.saturating_add(other.words),
            total: self.total || other.total,
        }
    }
}

/// The words of one answer.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// By hash, with the number of each.
    words: Vec<(u64, u16)>,
    total: Option<u64>,
}

impl Vocabulary {
    pub(crate) fn of(answer: &str) -> Self {
        let mut vocabulary = Self { words: Vec::new(), total: words("total").next().map(|word| word.hash) };
        for word in words(answer).filter(|word| !word.idle) {
            if let Err(place) = vocabulary.words.binary_search_by_key(&word.hash, |(hash, _)| *hash) {
                let number = vocabulary.words.len();
                if number == SIZE {
                    break;
                }
                vocabulary.words.insert(place, (word.hash, u16::try_from(number).unwrap_or_default()));
            }
        }
        vocabulary
    }

    pub(crate) fn number(&self, hash: u64) -> Option<u16> {
        let place = self.words.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
        Some(self.words[place].1)
    }

    /// Which words a text says.
    pub(crate) fn said(&self, text: &str) -> Said {
        let mut said = Said::default();
        for word in words(text).filter(|word| !word.idle) {
            said.words = said.words.saturating_add(1);
            said.total |= Some(word.hash) == self.total;
            if let Some(number) = self.number(word.hash) {
                said.bits.set(number);
            }
        }
        said
    }
}
