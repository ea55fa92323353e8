//! Texts and keys as TOML writes them.

use serde_json::Value;

/// A key, in quotes if it needs them.
pub(crate) fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { text(name) }
}

/// A JSON string is a TOML basic string, but for one character.
pub(crate) fn text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}
