//! Why a run was no measurement.

use std::error::Error;

/// What went wrong, for the person who reads it; nobody acts on its kind.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// That sentence as an error.
pub(crate) fn trouble<T>(words: impl Into<String>) -> Outcome<T> {
    Err(words.into().into())
}
