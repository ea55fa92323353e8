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

    /// From JSON: `{"error": {…}}`, `{"error": "…"}`, `{"errors": […]}`, `{"message": …}`, `{"detail": …}`, or one of
    /// these in an array (Google).
    pub(crate) fn from_value(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let inner =
            ["error", "errors"].iter().find_map(|key| value.get(key)).filter(|error| !error.is_null());
        let inner = inner.map_or(value, |error| error.get(0).unwrap_or(error));
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

/// The first words in any of the places where they are put, within one another or within lists: FastAPI lists what is
/// wrong with each field, Mistral wraps that list once more.
fn words(value: &Value) -> Option<&str> {
    match value {
        Value::String(words) => Some(words),
        Value::Array(list) => list.first().and_then(words),
        Value::Object(object) => {
            ["message", "detail", "error", "msg"].iter().find_map(|key| words(object.get(*key)?))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_are_put() {
        for body in [
            r#"{"error":{"message":"No"}}"#,
            r#"{"error":"No"}"#,
            r#"{"error":["No"]}"#,
            r#"{"errors":[{"code":5007,"message":"No"}],"success":false}"#,
            r#"[{"error":{"code":400,"message":"No","status":"INVALID_ARGUMENT"}}]"#,
            r#"{"error":null,"message":"No"}"#,
            r#"{"object":"error","message":{"detail":[{"loc":["body"],"msg":"No"}]}}"#,
            r#"{"detail":"No"}"#,
            r#"{"detail":[{"msg":"No"}]}"#,
            r#""No""#,
            " No\n",
        ] {
            assert_eq!(Complaint::from_body(body.as_bytes()).message, "No", "{body}");
        }
        for body in ["", "{}", "[]", "null", "<html>No</html>", r#"{"error":{}}"#] {
            assert_eq!(Complaint::from_body(body.as_bytes()).message, "", "{body}");
        }
    }

    #[test]
    fn words_are_one_line_of_bounded_length() {
        let complaint = Complaint::from_body(format!("a\n\tb\u{1b}[31m {}", "x".repeat(1000)).as_bytes());
        assert!(complaint.message.starts_with("a b [31m xxx") && complaint.message.ends_with('…'));
        assert_eq!(complaint.message.chars().count(), MOST_CHARS + 1);
    }
}
