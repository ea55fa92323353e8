//! What a provider says when something is wrong, in the many shapes that imitate one another.

use std::time::Duration;

use serde_json::Value;

use crate::retry_after::{lasting, wait_in_words};

/// The longest text of a provider that we pass on.
const MOST_CHARS: usize = 400;

/// A provider's own account of what went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaint {
    /// The HTTP status it names, where it stands within an answer that began well.
    pub status: Option<u16>,
    /// Its code (`context_length_exceeded`, `1500`); may be empty.
    pub code: String,
    /// Its type (`invalid_request_error`, `RESOURCE_EXHAUSTED`, `ThrottlingException`); may be empty.
    pub kind: String,
    /// Its words, on one line and of bounded length; may be empty.
    pub message: String,
    /// How long it asks us to wait, where its words or its details say so.
    pub wait: Option<Duration>,
    /// Whether the limit that it names lasts for a day, or for ever.
    pub is_daily: bool,
    /// Whether it is a web page, whose title is the message.
    pub is_page: bool,
}

impl Complaint {
    /// From the body of an error. A body that is no JSON is taken as words, unless it is a web page.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => Self::from_value(&value),
            Err(_) if text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<') => {
                Self { message: title(&text), is_page: true, ..Self::default() }
            }
            Err(_) => Self::said(&text),
        }
    }

    /// Whether its code, its type or its words hold one of these, which are written in small letters.
    pub(crate) fn says(&self, signs: &[&str]) -> bool {
        [&self.code, &self.kind, &self.message].iter().any(|text| {
            let text = text.to_ascii_lowercase();
            signs.iter().any(|sign| text.contains(sign))
        })
    }

    fn said(words: &str) -> Self {
        Self { message: line(words), wait: wait_in_words(words), ..Self::default() }
    }

    /// From JSON: `{"error": {…}}`, `{"error": "…"}`, `{"errors": […]}`, `{"message": …}`, `{"detail": …}`, or one of
    /// these in an array (Google).
    pub(crate) fn from_value(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let inner =
            ["error", "errors"].iter().find_map(|key| value.get(key)).filter(|error| !error.is_null());
        let inner = inner.map_or(value, |error| error.get(0).unwrap_or(error));
        if let Value::String(words) = inner {
            return Self::said(words);
        }
        // Azure says within what was refused.
        let code = ["code", "type"].iter().find_map(|key| inner.pointer(&format!("/innererror/{key}")));
        let code = [scalar(inner.get("code")), scalar(code)].join(" ").trim().to_owned();
        let status = ["status_code", "code", "status", "raw_status_code"]
            .iter()
            .find_map(|key| inner.get(key).and_then(http_status));
        // OpenRouter's own words say nothing; those of the provider behind it do.
        let behind = inner.pointer("/metadata/raw").and_then(Value::as_str);
        let message = behind
            .or_else(|| ["message", "detail", "error", "msg"].iter().find_map(|key| words(inner.get(key)?)))
            .map(line)
            .unwrap_or_default();
        // Bedrock and Gemini have other names for it.
        let kind = ["type", "__type", "status"].iter().map(|key| inner.get(*key)).find(Option::is_some);
        let details = Details::of(inner);
        let wait = details.wait.or_else(|| wait_in_words(&message));
        let code = [code, details.reason].join(" ").trim().to_owned();
        let kind = scalar(kind.flatten());
        Self { status, code, kind, message, wait, is_daily: details.is_daily, is_page: false }
    }
}

/// What Google puts beside its words (`google.rpc.RetryInfo`, `QuotaFailure`, `ErrorInfo`).
#[derive(Default)]
struct Details {
    wait: Option<Duration>,
    is_daily: bool,
    reason: String,
}

impl Details {
    fn of(error: &Value) -> Self {
        let mut all = Self::default();
        for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
            all.wait = all.wait.or_else(|| lasting(detail.get("retryDelay")?.as_str()?));
            if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
                reason.clone_into(&mut all.reason);
            }
            let violations = detail.get("violations").and_then(Value::as_array);
            all.is_daily |= violations.into_iter().flatten().any(|violation| {
                let id = scalar(violation.get("quotaId"));
                id.contains("PerDay") || scalar(violation.get("quotaValue")) == "0"
            });
        }
        all
    }
}

/// The title of a web page, which is all that a person knows it by.
fn title(page: &str) -> String {
    // Of the same length as the page, so that a place in the one is a place in the other.
    let small = page.to_ascii_lowercase();
    let title = small.find("<title").and_then(|from| {
        let from = from + small[from..].find('>')? + 1;
        Some(&page[from..from + small[from..].find("</title")?])
    });
    title.map(line).unwrap_or_default()
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
    fn a_web_page_is_known_by_its_title() {
        let page = b"\n<!doctype html><html><head><TITLE lang=en>Sign in \n to Corp</title></head></html>";
        let complaint = Complaint::from_body(page);
        assert!(complaint.is_page);
        assert_eq!(complaint.message, "Sign in to Corp");
    }

    #[test]
    fn what_google_details_is_read() {
        let details = |quota: &str| {
            let body = format!(
                r#"{{"error":{{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED",
                "details":[{{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{{"quotaId":"{quota}"}}]}},
                {{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}}]}}}}"#
            );
            Complaint::from_body(body.as_bytes())
        };
        let minute = details("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
        assert_eq!((minute.kind.as_str(), minute.is_daily), ("RESOURCE_EXHAUSTED", false));
        assert_eq!(minute.wait, Some(Duration::from_millis(34_500)));
        assert!(details("GenerateRequestsPerDayPerProjectPerModel-FreeTier").is_daily);
    }

    #[test]
    fn words_are_one_line_of_bounded_length() {
        let complaint = Complaint::from_body(format!("a\n\tb\u{1b}[31m {}", "x".repeat(1000)).as_bytes());
        assert!(complaint.message.starts_with("a b [31m xxx") && complaint.message.ends_with('…'));
        assert_eq!(complaint.message.chars().count(), MOST_CHARS + 1);
    }
}
