//! What is said of JSON that can't be read.

use serde_json::error::Category;

use crate::fault::DecodeError;

/// Why a part of a message could not be read: the place of the mistake, and nothing of what stands there, for it may be
/// a conversation. Where the bytes ended, it may only be cut.
pub(crate) fn unreadable(error: &serde_json::Error, may_be_cut: bool) -> DecodeError {
    let what = match error.classify() {
        Category::Eof if may_be_cut => return DecodeError::Cut,
        Category::Data => "JSON of another shape",
        _ => "no JSON",
    };
    DecodeError::Malformed(format!(
        "it holds {what} where a part of the message belongs (column {})",
        error.column()
    ))
}
