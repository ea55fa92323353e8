//! What is wrong in a source's file.

use std::fmt;

use serde::Serialize;

/// One mistake of a file, in a form that its author can act on without knowing us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The line, from 1.
    pub line: u32,
    /// The key with its place: `tool[2].path`; empty if the line is not TOML.
    pub key: String,
    /// The value as written, shortened, hidden where it may be a secret; empty if there is none.
    pub value: String,
    /// What is wrong.
    pub problem: String,
    /// What to write.
    pub fix: String,
}

impl fmt::Display for Mistake {
    /// `line 3: base_url = "ftp://x": not an http address; write …`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: ", self.line)?;
        match (self.key.is_empty(), self.value.is_empty()) {
            (true, true) => {}
            (true, false) => write!(out, "`{}`: ", self.value)?,
            (false, true) => write!(out, "{}: ", self.key)?,
            (false, false) => write!(out, "{} = {}: ", self.key, self.value)?,
        }
        write!(out, "{}; {}", self.problem, self.fix)
    }
}

/// A problem and its fix, before they have a place.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) problem: String,
    pub(crate) fix: String,
}

impl Wrong {
    pub(crate) fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }
}

/// The one of `known` that was probably meant.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_ascii_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&written, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_meant_and_far_ones_are_not() {
        let known = ["base_url", "name", "label"];
        assert_eq!(meant("base-url", known), Some("base_url"));
        assert_eq!(meant("baseurl", known), Some("base_url"));
        assert_eq!(meant("lable", known), Some("label"));
        assert_eq!(meant("timeout", known), None);
        assert_eq!(meant("FETCH", ["PATCH"]), None);
    }
}
