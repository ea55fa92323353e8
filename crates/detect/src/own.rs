//! What a person looks for besides: patterns and lists of words.

use aho_corasick::AhoCorasick;
use domain::label::Category;
use regex::{Regex, RegexBuilder};

use crate::hit::Hit;

/// A compiled pattern may not be larger: a few hundred lines of it, not a program.
const PATTERN_BYTES: usize = 1 << 20;

/// A person's own patterns and words.
#[derive(Clone, Debug, Default)]
pub struct Own {
    patterns: Vec<(String, Category, Regex)>,
    /// Each word with the number of its list.
    words: Vec<(String, usize)>,
    lists: Vec<(String, Category)>,
}

/// Why a pattern or a word can't be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    /// The name is one that no finding can have.
    #[error(
        "`{0}` can't name a kind: use lower-case letters, digits, `_` and `.`, and none of Tieout's own kinds"
    )]
    Name(String),
    /// The pattern does not compile, or is too large.
    #[error("the pattern of `{name}` can't be used: {reason}")]
    Pattern {
        /// Which.
        name: String,
        /// What the compiler says.
        reason: String,
    },
    /// The pattern finds nothing at all, everywhere.
    #[error("the pattern of `{0}` matches the empty text: ask for at least one character")]
    Empty(String),
    /// A word with nothing in it.
    #[error("the list `{0}` has an empty word")]
    EmptyWord(String),
    /// Too many words to look for at once.
    #[error("the lists have too many words to look for: {0}")]
    Words(String),
}

impl Own {
    /// Looks for a regular expression (RE2's syntax, linear in time; see the `regex` crate).
    ///
    /// # Errors
    /// If the name or the expression can't be used.
    pub fn pattern(&mut self, name: &str, category: Category, expression: &str) -> Result<(), OwnError> {
        check(name)?;
        let wrong =
            |error: regex::Error| OwnError::Pattern { name: name.to_owned(), reason: error.to_string() };
        let pattern = RegexBuilder::new(expression).size_limit(PATTERN_BYTES).build().map_err(wrong)?;
        if pattern.is_match("") {
            return Err(OwnError::Empty(name.to_owned()));
        }
        self.patterns.push((name.to_owned(), category, pattern));
        Ok(())
    }

    /// Looks for whole words, in any case of the letters A to Z.
    ///
    /// # Errors
    /// If the name can't be used, or a word is empty.
    pub fn words<'a>(
        &mut self,
        name: &str,
        category: Category,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), OwnError> {
        check(name)?;
        let list = self.lists.len();
        for word in words {
            if word.trim().is_empty() {
                return Err(OwnError::EmptyWord(name.to_owned()));
            }
            self.words.push((word.trim().to_owned(), list));
        }
        self.lists.push((name.to_owned(), category));
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.words.is_empty()
    }

    pub(crate) fn automaton(&self) -> Result<AhoCorasick, OwnError> {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(aho_corasick::MatchKind::LeftmostLongest)
            .build(self.words.iter().map(|(word, _)| word))
            .map_err(|error| OwnError::Words(error.to_string()))
    }

    pub(crate) fn find(&self, automaton: &AhoCorasick, text: &str, hits: &mut Vec<Hit>) {
        for (name, category, pattern) in &self.patterns {
            let found = pattern.find_iter(text).filter(|found| !found.is_empty());
            hits.extend(found.map(|found| Hit::new(name.clone(), *category, found.range(), 90)));
        }
        for found in automaton.find_iter(text) {
            let is_whole = !text[..found.start()].ends_with(char::is_alphanumeric)
                && !text[found.end()..].starts_with(char::is_alphanumeric);
            let (_, list) = &self.words[found.pattern().as_usize()];
            let (name, category) = &self.lists[*list];
            if is_whole {
                hits.push(Hit::new(name.clone(), *category, found.range(), 90));
            }
        }
    }
}

/// Kinds of ours begin so, or are these.
const OURS: [&str; 11] = [
    "email",
    "phone",
    "card",
    "iban",
    "us_ssn",
    "ip",
    "mac",
    "date_of_birth",
    "geo",
    "national_id",
    "secret",
];

fn check(name: &str) -> Result<(), OwnError> {
    let is_sign =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_' || sign == '.';
    let first = name.split('.').next().unwrap_or_default();
    let good = (1..=48).contains(&name.len())
        && name.chars().all(is_sign)
        && !OURS.contains(&first)
        && first != "field";
    if good { Ok(()) } else { Err(OwnError::Name(name.to_owned())) }
}
