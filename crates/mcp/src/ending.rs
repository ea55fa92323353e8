//! How a call ended, from what the server answered.

use domain::outcome::{Ending, FailureClass, Outcome};
use egress::Scrubber;
use rmcp::model::CallToolResult;
use rmcp::service::ServiceError;
use serde_json::{Value, json};

use crate::challenge::Challenge;
use crate::label::{declared, labelled};
use crate::prepared::Prepared;

/// Words of a failure are no place for a book.
const LONGEST_WORDS: usize = 4096;

/// The ending of a call that the server answered.
///
/// The result is its structured content where it has one; else its text, where it is all text; else its content as JSON.
pub(crate) fn answered(call: &Prepared, result: CallToolResult, scrubber: &Scrubber) -> Ending {
    let meta = result.meta.as_ref().and_then(|meta| serde_json::to_value(meta).ok()).unwrap_or_default();
    let content = serde_json::to_value(&result.content).unwrap_or_default();
    let text = text(&content);
    let mut ending = if result.is_error == Some(true) {
        let said = text.unwrap_or_else(|| content.to_string());
        let words = format!("{} says that it failed: {}", call.tool, cut(&said, LONGEST_WORDS));
        Ending::without_body(Outcome::Failed, Some(FailureClass::Status), scrubber.text(words))
    } else {
        let (media, body) = match (result.structured_content, text) {
            (Some(structured), _) => ("application/json", structured.to_string()),
            (None, Some(text)) if is_json(&text) => ("application/json", text),
            (None, Some(text)) => ("text/plain", text),
            (None, None) => ("application/json", json!({ "content": content }).to_string()),
        };
        let mut ending = Ending::without_body(Outcome::Returned, None, "");
        media.clone_into(&mut ending.media);
        ending.body = scrubber.bytes(body.into_bytes());
        if ending.body.len() > call.most {
            ending.cut_from = Some(ending.body.len() as u64);
            let mut end = call.most;
            while end > 0 && (ending.body[end] & 0xc0) == 0x80 {
                end -= 1;
            }
            ending.body.truncate(end);
        }
        ending
    };
    ending.told.label = Some(labelled(&call.label, declared(&meta), call.trusted));
    ending
}

/// The ending of a call that the server answered with an error of the protocol, or not at all.
pub(crate) fn unanswered(call: &Prepared, error: &ServiceError, place: &str, scrubber: &Scrubber) -> Ending {
    let words = |words: String| scrubber.text(cut(&words, LONGEST_WORDS));
    if let ServiceError::McpError(error) = error {
        let words = words(format!("{place} refused the call: {} (code {})", error.message, error.code.0));
        return Ending::without_body(Outcome::Failed, Some(FailureClass::Status), words);
    }
    lost(call, words(format!("the session with {place} ended before it answered: {}", because(error))))
}

/// The error with what lies beneath it: the library's own words say little.
fn because(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// It was sent, and nothing came back.
pub(crate) fn lost(call: &Prepared, words: String) -> Ending {
    if call.writes {
        let words =
            format!("{words}. It may or may not have taken effect: look at the source before you try again.");
        let mut ending = Ending::without_body(Outcome::Unknown, None, words);
        ending.told.transient = true;
        return ending;
    }
    let mut ending = Ending::without_body(Outcome::Failed, Some(FailureClass::Interrupted), words);
    ending.told.transient = true;
    ending
}

/// Nothing of it left, and trying again may help.
pub(crate) fn unconnected(words: String) -> Ending {
    let mut ending = Ending::without_body(Outcome::Failed, Some(FailureClass::Connect), words);
    ending.told.transient = true;
    ending
}

/// The server does not do it for whoever it takes us for: nothing was done, and trying the same again changes nothing.
pub(crate) fn unknown(call: &Prepared, challenge: &Challenge, words: String) -> Ending {
    let mut ending = Ending::without_body(Outcome::Failed, Some(FailureClass::Status), words);
    // With a token that holds no longer the call is made again with another, by whoever keeps them. One that is not good
    // for this is no better for being new.
    ending.status = Some(if challenge.wants_more { 403 } else { 401 });
    if challenge.wants_more {
        let more: Vec<String> = challenge.scopes.iter().map(|scope| format!("--scope {scope}")).collect();
        ending.words = format!(
            "{}. Sign in again on its screen, or with `tieout sources sign-in {} {}`",
            ending.words,
            call.source,
            more.join(" ")
        );
    }
    ending
}

/// Its time is up.
pub(crate) fn too_late(call: &Prepared, place: &str, sent: bool) -> Ending {
    let seconds = call.deadline.as_secs_f32();
    let words = format!("timed out: {place} gave no answer within {seconds:.1} s");
    if sent && call.writes {
        return Ending::without_body(
            Outcome::Unknown,
            None,
            format!("{words}. It may or may not have taken effect: look at the source before you try again."),
        );
    }
    Ending::without_body(Outcome::TimedOut, None, words)
}

/// A person has not seen what the tool is now.
pub(crate) fn held(call: &Prepared, source: &str, gone: bool) -> Ending {
    let tool = &call.tool;
    let words = if gone {
        format!(
            "nothing was sent: the server offers no tool `{tool}` any more. Look with `tieout sources held {source}`."
        )
    } else {
        format!(
            "nothing was sent: the server says something else of `{tool}` than what was accepted, so it is held until a \
             person has seen the change: `tieout sources held {source}`, then `tieout sources accept {source} {tool}`"
        )
    };
    Ending::without_body(Outcome::Failed, Some(FailureClass::UnknownTool), words)
}

/// All of the content, if it is text.
fn text(content: &Value) -> Option<String> {
    let parts = content.as_array()?;
    let texts: Option<Vec<&str>> = parts
        .iter()
        .map(|part| match part.get("type").and_then(Value::as_str) {
            Some("text") => part.get("text").and_then(Value::as_str),
            _ => None,
        })
        .collect();
    texts.map(|texts| texts.join("\n"))
}

/// Many servers put JSON into their text; it is shown by its structure then.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<Value>(text).is_ok()
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}
