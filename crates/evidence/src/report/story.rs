//! What the entries of a report say, as facts, and what there is of their payloads.

use domain::fact::Fact;
use domain::payload::Commitment;
use domain::view::{EntryView, PayloadView};
use serde_json::Value;

use super::record::Report;

/// What stands around the fact in an entry's body.
const ENVELOPE: [&str; 8] = ["v", "seq", "at", "mono", "boot", "conversation", "cseq", "cprev"];

/// The fact that an entry states; `None` if it is of no type that we know.
pub(super) fn fact(entry: &EntryView) -> Option<Fact> {
    let Value::Object(mut body) = entry.body.0.clone() else { return None };
    for name in ENVELOPE {
        body.remove(name);
    }
    serde_json::from_value(Value::Object(body)).ok()
}

/// What there is of a payload.
pub(super) enum Content<'a> {
    Text(&'a PayloadView),
    Erased,
    /// The bundle was made without payloads.
    Withheld,
    Missing,
}

impl Report {
    /// What there is of a call's payload.
    pub(super) fn content<'a>(&self, commitment: Commitment, payloads: &'a [PayloadView]) -> Content<'a> {
        let found = payloads.iter().find(|payload| payload.commitment == commitment);
        if self.erased.contains(&commitment) || found.is_some_and(|payload| payload.erased.is_some()) {
            return Content::Erased;
        }
        if !self.manifest.payloads {
            return Content::Withheld;
        }
        found.map_or(Content::Missing, Content::Text)
    }

    /// What stands in place of a text that was erased or left out; `None` if it may be shown.
    pub(super) fn instead(&self, commitment: Option<Commitment>) -> Option<&'static str> {
        if commitment.is_some_and(|commitment| self.erased.contains(&commitment)) {
            return Some(ERASED);
        }
        (!self.manifest.payloads).then_some(WITHHELD)
    }
}

pub(super) const ERASED: &str =
    "Erased on record. Its commitment stands in the entry; the text is gone for good.";
pub(super) const WITHHELD: &str =
    "Not in this bundle, which was made without payloads. Its commitment stands in the entry.";
pub(super) const MISSING: &str = "Not found in the workspace, and not erased on record.";
