//! What a source did with a request, as an ending with words.

use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::SecretName;
use domain::tool::SourceName;
use egress::{Inbound, Scrubber, SendError};
use serde_json::Value;

use crate::schema::short;

/// What an ending must know of its request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) source: SourceName,
    pub(crate) secret: Option<SecretName>,
    pub(crate) writes: bool,
    /// Whether the source's own `Accept` asks for pages, so that one is a result.
    pub(crate) wants_pages: bool,
}

/// Reads the answer to its end and says what it means. The body is kept in every case, as far as it came; where it
/// repeats a secret of the request, the secret's name stands instead, since the trail keeps the body.
pub(crate) async fn ended(asked: Asked, answer: Result<Inbound, SendError>, scrubber: &Scrubber) -> Ending {
    let mut inbound = match answer {
        Ok(inbound) => inbound,
        Err(error) => return broken(&asked, &error),
    };
    let mut body = Vec::new();
    let broke = loop {
        match inbound.next().await {
            Ok(Some(bytes)) => body.extend_from_slice(&bytes),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let answer = Answer {
        status: inbound.status(),
        media: inbound.media(),
        retry_after: inbound.header("retry-after").map(str::to_owned),
        located: inbound.header("location").is_some(),
        body: scrubber.bytes(body),
        cut_from: inbound.cut_from(),
    };
    let verdict = match broke {
        Some(error) => Some(broken(&asked, &error)),
        None => answer.verdict(&asked),
    };
    let (outcome, failure, words) = match verdict {
        Some(ending) => (ending.outcome, ending.failure, ending.words),
        None => (Outcome::Returned, None, String::new()),
    };
    Ending {
        outcome,
        failure,
        status: Some(answer.status),
        media: answer.media,
        body: answer.body,
        cut_from: answer.cut_from,
        words: scrubber.text(words),
    }
}

/// An answer that came to its end.
struct Answer {
    status: u16,
    media: String,
    retry_after: Option<String>,
    located: bool,
    body: Vec<u8>,
    cut_from: Option<u64>,
}

impl Answer {
    /// Why it is no result; `None` if it is one.
    fn verdict(&self, asked: &Asked) -> Option<Ending> {
        let source = &asked.source;
        match self.status {
            200..=299 | 304 => {}
            300..=399 => {
                let what =
                    if self.located { "a redirect that we don't follow" } else { "a redirect to nowhere" };
                return Some(failed(
                    FailureClass::Redirect,
                    format!(
                        "{source} answered {} with {what}: check the source's base address and path",
                        self.named()
                    ),
                ));
            }
            _ => return Some(failed(FailureClass::Status, self.refusal(asked))),
        }
        if self.is_html() && !asked.wants_pages {
            let title = self.title().map(|title| format!(" (\"{title}\")")).unwrap_or_default();
            return Some(failed(
                FailureClass::BadBody,
                format!(
                    "{source} answered {} with an HTML page{title} instead of data: it may want a login, or the \
                     source's base address may be wrong",
                    self.named()
                ),
            ));
        }
        if self.is_json() && self.cut_from.is_none() && !self.body.is_empty() {
            // A byte order mark is no part of JSON, and readers may ignore it (RFC 8259 §8.1).
            let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
            // Skipping over values does not look into strings, so that they are text is asked first (RFC 8259 §8.1).
            let what = match std::str::from_utf8(body) {
                Err(error) => {
                    format!("what it calls JSON is not: byte {} is not UTF-8", error.valid_up_to() + 1)
                }
                Ok(text) => match serde_json::from_str::<serde::de::IgnoredAny>(text).err()? {
                    error if error.is_eof() => {
                        format!("its JSON ends in the middle, after {} bytes", self.body.len())
                    }
                    error => format!("what it calls JSON is not: {error}"),
                },
            };
            return Some(failed(
                FailureClass::BadBody,
                format!("{source} answered {}, but {what}", self.named()),
            ));
        }
        None
    }

    /// `crm answered 404 Not Found: no customer 7`, and what to do where we know.
    fn refusal(&self, asked: &Asked) -> String {
        let source = &asked.source;
        let mut words = format!("{source} answered {}", self.named());
        if let Some(detail) = self.detail() {
            words.push_str(": ");
            words.push_str(&detail);
        }
        if let Some(wait) = self.retry_after.as_deref().filter(|_| matches!(self.status, 429 | 503)) {
            let wait = short(wait.trim(), 40);
            let in_seconds = wait.bytes().all(|byte| byte.is_ascii_digit());
            words.push_str(&if in_seconds {
                format!("; it asks to wait {wait} seconds before the next request (Retry-After)")
            } else {
                format!("; it asks to wait until {wait} (Retry-After)")
            });
        }
        match (self.status, &asked.secret) {
            (401, Some(secret)) => {
                words.push_str(&format!("; the secret `{secret}` may be wrong or expired: set it again"));
            }
            (401, None) => words.push_str("; it wants to know who asks: give the source an `auth`"),
            (403, Some(secret)) => {
                words.push_str(&format!("; the secret `{secret}` may lack the right to this"));
            }
            (500..=599, _) if asked.writes => words.push_str(DONE_OR_NOT),
            _ => {}
        }
        words
    }

    /// The line of the body that says most: of a problem document (RFC 9457) its detail, of other JSON what common
    /// APIs call it, of a page its title, of text its first line.
    fn detail(&self) -> Option<String> {
        if self.is_html() {
            return self.title();
        }
        if let Ok(value) = serde_json::from_slice::<Value>(&self.body) {
            return detail_of(&value).map(|text| line(&text)).filter(|text| !text.is_empty());
        }
        let text = std::str::from_utf8(&self.body[..self.body.len().min(4096)]);
        let text = match text {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&self.body[..error.valid_up_to()]).unwrap_or_default(),
        };
        text.lines().map(line).find(|text| !text.is_empty())
    }

    /// `404 Not Found`
    fn named(&self) -> String {
        match reason(self.status) {
            "" => self.status.to_string(),
            reason => format!("{} {reason}", self.status),
        }
    }

    fn is_json(&self) -> bool {
        self.media == "application/json" || self.media.ends_with("+json") || self.media == "text/json"
    }

    fn is_html(&self) -> bool {
        let start: Vec<u8> = self.body.iter().take(256).map(u8::to_ascii_lowercase).collect();
        let start = String::from_utf8_lossy(&start);
        let start = start.trim_start_matches('\u{feff}').trim_start();
        matches!(self.media.as_str(), "text/html" | "application/xhtml+xml")
            || start.starts_with("<!doctype html")
            || start.starts_with("<html")
    }

    fn title(&self) -> Option<String> {
        let head = String::from_utf8_lossy(&self.body[..self.body.len().min(16 << 10)]).into_owned();
        // ASCII lower case keeps every byte where it is.
        let lower = head.to_ascii_lowercase();
        let open = lower.find("<title")?;
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        Some(line(&head[start..end])).filter(|title| !title.is_empty())
    }
}

const DONE_OR_NOT: &str = "; what was asked may have been done: look before asking again";

/// An ending from an error on the way.
fn broken(asked: &Asked, error: &SendError) -> Ending {
    let words = format!("{}: {}", asked.source, error.words());
    let unsure = if asked.writes { DONE_OR_NOT } else { "" };
    match error {
        SendError::Unsendable(_) => failed(FailureClass::Internal, format!("{words}; nothing was sent")),
        SendError::Connect(_) => failed(FailureClass::Connect, words),
        SendError::Interrupted(_) => failed(FailureClass::Interrupted, words + unsure),
        SendError::TimedOut(_) => Ending::without_body(Outcome::TimedOut, None, words + unsure),
        SendError::BadBody(_) => failed(FailureClass::BadBody, words + unsure),
        SendError::Redirect(_) => failed(FailureClass::Redirect, words),
    }
}

fn failed(class: FailureClass, words: String) -> Ending {
    Ending::without_body(Outcome::Failed, Some(class), words)
}

fn detail_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => detail_of(items.first()?),
        Value::Object(fields) => {
            ["detail", "error_description", "message", "error", "errors", "title", "msg", "reason"]
                .iter()
                .find_map(|key| detail_of(fields.get(*key)?))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// One line of at most 200 characters, without control characters.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split(|char: char| char.is_whitespace() || char.is_control()).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    short(&words.join(" "), 200)
}

/// The reason phrases of RFC 9110 and its neighbours: HTTP/2 sends none.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        423 => "Locked",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
