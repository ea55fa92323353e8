//! What was found in a text or a payload, and where.

use serde::{Deserialize, Serialize};

use crate::label::Category;

/// A place that holds something sensitive. What stands there is not in it: whoever records a finding must not record
/// the value a second time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Finding {
    /// What it is: `email`, `iban`, `national_id.de`, `secret.stripe`, `field.health`, or a name of the user's own.
    pub kind: String,
    /// What it is about.
    pub category: Category,
    /// Where in the payload: an RFC 6901 pointer; empty for a text, or for a payload that is one value.
    pub pointer: String,
    /// Its first byte in the text, or in the string at `pointer`, as UTF-8. A number counts as its digits.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// How sure we are, in percent: 100 where a check digit and the words around agree.
    pub confidence: u8,
}
