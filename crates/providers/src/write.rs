//! JSON into memory.

use serde::Serialize;

/// Writing JSON to memory fails only for maps whose keys are no strings, and there is none.
pub(crate) fn write(to: &mut Vec<u8>, what: &(impl Serialize + ?Sized)) {
    let _ = serde_json::to_writer(to, what);
}
