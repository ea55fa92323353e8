//! A piece of an answer that could not be taken, while nobody has decided yet what that means.

use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::complaint::Complaint;
use crate::fault::DecodeError;

/// Why a piece could not be taken: JSON at the end of the bytes may only be cut.
pub(crate) enum Broken {
    Json(serde_json::Error),
    Decode(DecodeError),
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<DecodeError> for Broken {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl Broken {
    /// What it means. JSON that ends too early is only cut where the bytes ended.
    pub(crate) fn decided(self, may_be_cut: bool) -> DecodeError {
        match self {
            Self::Json(error) if may_be_cut && error.classify() == Category::Eof => DecodeError::Cut,
            Self::Json(error) => malformed(&error),
            Self::Decode(error) => error,
        }
    }
}

/// A piece that says what went wrong.
pub(crate) fn complained(json: &str) -> Broken {
    match serde_json::from_str::<Value>(json) {
        Ok(value) => Broken::Decode(DecodeError::Complained(Complaint::from_value(&value))),
        Err(error) => Broken::Json(error),
    }
}

/// A field that says what went wrong, if anything did.
pub(crate) fn complaint(error: &RawValue) -> Result<(), Broken> {
    match serde_json::from_str(error.get())? {
        Value::Null | Value::Bool(false) => Ok(()),
        // Some relays leave the field in every piece.
        Value::String(words) if words.is_empty() => Ok(()),
        Value::Object(fields) if fields.is_empty() => Ok(()),
        value => Err(Broken::Decode(DecodeError::Complained(Complaint::from_value(&value)))),
    }
}

/// A document that holds no message: some providers' refusals have words and nothing else that tells them apart.
pub(crate) fn worded(json: &str) -> Result<(), Broken> {
    let complaint = Complaint::from_value(&serde_json::from_str(json)?);
    if complaint.message.is_empty() { Ok(()) } else { Err(DecodeError::Complained(complaint).into()) }
}

/// The place of the mistake, and nothing of what stands there: it may be a conversation.
fn malformed(error: &serde_json::Error) -> DecodeError {
    let what = match error.classify() {
        Category::Data => "JSON of another shape",
        _ => "no JSON",
    };
    DecodeError::Malformed(format!(
        "it holds {what} where a part of the message belongs (column {})",
        error.column()
    ))
}
