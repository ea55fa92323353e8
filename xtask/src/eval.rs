//! `cargo xtask eval`: how good what we find is, on items whose answers are known.

use crate::failure::{Attempted, Failure};
use crate::repository::Repository;

/// Ties the answers of a file, and prints recall, precision and time by kind. It is built for release, since it measures
/// time too.
pub(crate) fn ties(repository: &Repository, words: &[String]) -> Result<(), Failure> {
    let mut run = repository.cargo([
        "run",
        "--release",
        "--quiet",
        "--package",
        "attribution",
        "--example",
        "ties",
        "--",
    ]);
    run.args(words);
    let status = run.status().attempted(|| "start cargo".to_owned())?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("the evaluation ended with {status}"))) }
}
