//! Bytes as one value: JSON, or YAML.

use serde_json::Value;

use crate::refused::Refused;
use crate::yaml;

/// The largest document, in bytes.
const LARGEST: usize = 50 << 20;

/// The value that a text of JSON or YAML holds. Neither its depth nor its aliases can make it larger than its length
/// promises.
///
/// # Errors
/// If the text is too large, or neither.
pub fn read(text: &[u8]) -> Result<Value, Refused> {
    if text.len() > LARGEST {
        let problem = format!("the document has {} bytes, and at most {LARGEST} are read", text.len());
        return Err(Refused::new("", "", problem, "take what you need out of it into a smaller one"));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        let problem = format!("the document is not UTF-8 from byte {} on", error.valid_up_to());
        Refused::new("", "", problem, "save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::read(text).map_err(|problem| Refused::new("", "", problem, "correct that line"));
    }
    // What begins like JSON may still be YAML in its flow style, with comments or a comma too many.
    serde_json::from_str(text).or_else(|error| {
        yaml::read(text).map_err(|_| {
            Refused::new("", "", format!("the document is not JSON: {error}"), "correct that line")
        })
    })
}
