//! Why `xtask` stopped, in words for the person who must mend it.

use std::fmt;

/// What went wrong and what to do about it. Nobody acts on the kind of a failure here but the person who reads it, so
/// it is a sentence and nothing else.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure that reads as given: full sentences, the mend included.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Says what was attempted when an operation of the system fails.
pub(crate) trait Attempted<T> {
    /// Turns the system's error into `could not WHAT: REASON`.
    fn attempted(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T> Attempted<T> for std::io::Result<T> {
    fn attempted(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("could not {}: {error}", what())))
    }
}
