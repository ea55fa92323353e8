//! Whether an answer is a result, and the words if it is none.

use domain::outcome::{FailureClass, Outcome};

use super::again::{UNFIT, refused, unreadable};
use super::asked::Asked;
use super::detail::{detail, is_page, title};
use super::reason::reason;
use crate::schema::short;
use crate::told::Headers;

/// How a call ended that gave no result, in words.
pub(super) type Verdict = (Outcome, Option<FailureClass>, String);

/// An answer that came to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media: String,
    pub(super) body: Vec<u8>,
    pub(super) cut_from: Option<u64>,
}

impl Answer {
    /// Why it is no result; `None` if it is one.
    pub(super) fn verdict(&self, asked: &Asked, headers: &Headers) -> Option<Verdict> {
        let source = &asked.source;
        match self.status {
            200..=299 | 304 => {}
            300..=399 => {
                let what = match headers.get("location") {
                    Some(_) => "a redirect that we don't follow",
                    None => "a redirect to nowhere",
                };
                let words = format!(
                    "{source} answered {} with {what}: check the source's base address and path{UNFIT}",
                    self.named()
                );
                return Some(failed(FailureClass::Redirect, words));
            }
            _ => return Some(failed(FailureClass::Status, self.refusal(asked, headers))),
        }
        if is_page(&self.media, &self.body) && !asked.wants_pages {
            let title = title(&self.body).map(|title| format!(" (\"{title}\")")).unwrap_or_default();
            let words = format!(
                "{source} answered {} with an HTML page{title} instead of data: it may want a login, or the source's \
                 base address may be wrong{UNFIT}",
                self.named()
            );
            return Some(failed(FailureClass::BadBody, words));
        }
        let what = self.broken_json()?;
        let words = format!("{source} answered {}, but {what}{}", self.named(), unreadable(asked.writes));
        Some(failed(FailureClass::BadBody, words))
    }

    /// What is wrong with a body that is called JSON, if it came whole.
    fn broken_json(&self) -> Option<String> {
        let json =
            self.media == "application/json" || self.media.ends_with("+json") || self.media == "text/json";
        if !json || self.cut_from.is_some() || self.body.is_empty() {
            return None;
        }
        // A byte order mark is no part of JSON, and readers may ignore it (RFC 8259 §8.1).
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        // Skipping over values does not look into strings, so that they are text is asked first (RFC 8259 §8.1).
        Some(match std::str::from_utf8(body) {
            Err(error) => {
                format!("what it calls JSON is not: byte {} is not UTF-8", error.valid_up_to() + 1)
            }
            Ok(text) => match serde_json::from_str::<serde::de::IgnoredAny>(text).err()? {
                error if error.is_eof() => {
                    format!("its JSON ends in the middle, after {} bytes", self.body.len())
                }
                error => format!("what it calls JSON is not: {error}"),
            },
        })
    }

    /// `crm answered 404 Not Found: no customer 7`, and what to do.
    fn refusal(&self, asked: &Asked, headers: &Headers) -> String {
        let source = &asked.source;
        let mut words = format!("{source} answered {}", self.named());
        if let Some(detail) = detail(&self.media, &self.body, &asked.arguments) {
            words.push_str(": ");
            words.push_str(&detail);
        }
        if let Some(wait) = headers.get("retry-after").filter(|_| matches!(self.status, 429 | 503)) {
            let wait = short(wait, 40);
            let in_seconds = wait.bytes().all(|byte| byte.is_ascii_digit());
            words.push_str(&if in_seconds {
                format!("; it asks to wait {wait} seconds before the next request (Retry-After)")
            } else {
                format!("; it asks to wait until {wait} (Retry-After)")
            });
        }
        match (self.status, &asked.secret) {
            (401, Some(_)) if asked.signs_in => {
                words.push_str(&format!(
                    "; a person may have to sign in again, with `tieout sources sign-in {source}`"
                ));
            }
            (401, Some(secret)) => {
                words.push_str(&format!("; the secret `{secret}` may be wrong or expired: set it again"));
            }
            (401, None) => words.push_str("; it wants to know who asks: give the source an `auth`"),
            (403, Some(secret)) => {
                words.push_str(&format!("; the secret `{secret}` may lack the right to this"));
            }
            _ => {}
        }
        words.push_str(refused(self.status, asked.writes));
        words
    }

    /// `404 Not Found`
    fn named(&self) -> String {
        match reason(self.status) {
            "" => self.status.to_string(),
            reason => format!("{} {reason}", self.status),
        }
    }
}

fn failed(class: FailureClass, words: String) -> Verdict {
    (Outcome::Failed, Some(class), words)
}
