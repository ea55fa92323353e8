//! What a provider says when something is wrong, in the many shapes that imitate one another.

use serde_json::Value;

/// The longest text of a provider that we pass on.
const MOST_CHARS: usize = 400;

/// A provider's own account of what went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// The HTTP status it names, where it stands within an answer that began well.
    pub status: Option<u16>,
    /// Its code (`context_length_exceeded`, `1500`); may be empty.
    pub code: String,
    /// Its type (`invalid_request_error`); may be empty.
    pub kind: String,
    /// Its words, on one line and of bounded length; may be empty.
    pub message: String,
}

impl Complaint {
    /// From the body of an error. A body that is no JSON is taken as words, unless it is a web page.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => Self::from_value(&value),
            Err(_) if text.trim_start().starts_with('<') => Self::default(),
            Err(_) => Self { message: line(&text), ..Self::default() },
        }
    }

    /// From JSON: `{"error": {…}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, or one of these in an array
    /// (Google).
    pub(crate) fn from_value(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let inner = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        if let Value::String(words) = inner {
            return Self { message: line(words), ..Self::default() };
        }
        let code = scalar(inner.get("code"));
        let status = ["status_code", "code", "status", "raw_status_code"]
            .iter()
            .find_map(|key| inner.get(key).and_then(http_status));
        // OpenRouter's own words say nothing; those of the provider behind it do.
        let behind = inner.pointer("/metadata/raw").and_then(Value::as_str);
        let message = behind
            .or_else(|| ["message", "detail", "error", "msg"].iter().find_map(|key| words(inner.get(key)?)))
            .map(line)
            .unwrap_or_default();
        Self { status, code, kind: scalar(inner.get("type")), message }
    }
}

fn words(value: &Value) -> Option<&str> {
    match value {
        Value::String(words) => Some(words),
        // FastAPI's list of what is wrong with each field; the first will do.
        Value::Array(list) => words(list.first()?.get("msg")?),
        Value::Object(object) => words(object.get("message")?),
        _ => None,
    }
}

fn scalar(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn http_status(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// One line without control characters, cut to a length that a person reads.
fn line(text: &str) -> String {
    let mut line = String::new();
    for (place, word) in text
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .enumerate()
    {
        if place > 0 {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > MOST_CHARS {
            return line.chars().take(MOST_CHARS).chain("…".chars()).collect();
        }
    }
    line
}
