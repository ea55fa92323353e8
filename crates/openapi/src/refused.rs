//! Why a document, or what a person wants of it, can't be used as a whole.

use std::fmt;

/// A document that can't be imported at all, in words that its reader can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The member of the document or the option; empty for the text itself.
    pub field: String,
    /// What stands there, shortened; empty if nothing does.
    pub value: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

impl Refused {
    pub(crate) fn new(field: &str, value: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        let value = value.chars().take(80).collect();
        Self { field: field.to_owned(), value, problem: problem.into(), fix: fix.into() }
    }
}

impl fmt::Display for Refused {
    /// `openapi = "4.0.0": not a version that is read here; …`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field.is_empty(), self.value.is_empty()) {
            (true, true) => {}
            (true, false) => write!(out, "`{}`: ", self.value)?,
            (false, true) => write!(out, "{}: ", self.field)?,
            (false, false) => write!(out, "{} = \"{}\": ", self.field, self.value)?,
        }
        write!(out, "{}; {}", self.problem, self.fix)
    }
}
