//! What the model has learnt in this turn: the calls it made and what came back.

use std::collections::BTreeSet;

use serde_json::Value;

use super::chat::ChatRequest;
use super::wish::Wish;

pub(super) struct Evidence {
    results: Vec<Arrived>,
    offered: BTreeSet<String>,
}

/// One call with its result.
struct Arrived {
    name: String,
    /// Null where the arguments were no JSON.
    arguments: Value,
    /// Such as `c3`; empty if the result carried none.
    handle: String,
    /// The result, or in words why there is none.
    outcome: Result<Value, String>,
}

/// What came of one wish.
pub(super) struct Finding<'a> {
    handle: &'a str,
    pub(super) outcome: Result<&'a Value, String>,
}

impl Evidence {
    /// Reads the turn under way. A result belongs to the call with its id; of several calls with one
    /// id, the first takes the first result.
    pub(super) fn of(chat: &ChatRequest) -> Self {
        let mut results: Vec<Arrived> = Vec::new();
        let mut waiting: Vec<(&str, &str, &str)> = Vec::new();
        for message in chat.turn() {
            let calls = message.calls().iter();
            waiting.extend(calls.map(|call| {
                (call.id.as_str(), call.function.name.as_str(), call.function.arguments.as_str())
            }));
            if message.role != "tool" {
                continue;
            }
            let answered = waiting.iter().position(|(id, ..)| message.tool_call_id.as_deref() == Some(*id));
            if let Some(position) = answered {
                let (_, name, arguments) = waiting.remove(position);
                let text = message.text();
                let (handle, body) = handle_and_body(&text);
                results.push(Arrived {
                    name: name.to_owned(),
                    arguments: serde_json::from_str(arguments).unwrap_or(Value::Null),
                    handle: handle.to_owned(),
                    outcome: outcome(body),
                });
            }
        }
        Self { results, offered: chat.offered().map(str::to_owned).collect() }
    }

    pub(super) fn is_offered(&self, wish: &Wish) -> bool {
        self.offered.contains(&wish.offered_name())
    }

    /// Whether every tool of these sources that a sample question could need is there.
    pub(super) fn offers_source(&self, source: &str) -> bool {
        self.offered.iter().any(|name| name.split_once("__").is_some_and(|(of, _)| of == source))
    }

    pub(super) fn has_asked(&self, wish: &Wish) -> bool {
        self.arrived(wish).is_some()
    }

    /// What came of a wish, which may be that it could not be asked.
    pub(super) fn about(&self, wish: &Wish) -> Finding<'_> {
        match self.arrived(wish) {
            Some(arrived) => {
                Finding { handle: &arrived.handle, outcome: arrived.outcome.as_ref().map_err(Clone::clone) }
            }
            None if self.is_offered(wish) => {
                Finding { handle: "", outcome: Err("it was not asked".to_owned()) }
            }
            None => Finding { handle: "", outcome: Err("no such tool is connected".to_owned()) },
        }
    }

    fn arrived(&self, wish: &Wish) -> Option<&Arrived> {
        let name = wish.offered_name();
        self.results.iter().find(|arrived| arrived.name == name && arrived.arguments == wish.arguments)
    }
}

impl<'a> Finding<'a> {
    /// The mark that cites this result; empty if the result had no handle.
    pub(super) fn mark(&self) -> String {
        if self.handle.is_empty() { String::new() } else { format!("[^{}]", self.handle) }
    }

    /// A member of the result, if there is a result and it has one.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.outcome.as_ref().ok().and_then(|value| value.get(key)).filter(|value| !value.is_null())
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.get(key)?.as_i64()
    }

    pub(super) fn id(&self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// The records of a list; none if there is no list.
    pub(super) fn records(&self) -> &'a [Value] {
        self.get("data").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Why there is nothing, in words.
    pub(super) fn failure(&self) -> Option<&str> {
        self.outcome.as_ref().err().map(String::as_str)
    }
}

/// Splits `[c3] crm.get_customer` off a result. A result without that line has no handle.
fn handle_and_body(text: &str) -> (&str, &str) {
    let (line, body) = text.split_once('\n').unwrap_or((text, ""));
    let handle = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(handle, _)| handle);
    match handle {
        Some(handle) if !handle.is_empty() && handle.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (handle, body)
        }
        _ => ("", text),
    }
}

/// Reads a result's body. What is no JSON is taken for the words of a failure; JSON that stops short
/// was truncated, and half a record is worse than none.
fn outcome(body: &str) -> Result<Value, String> {
    let body = body.trim();
    let mut values = serde_json::Deserializer::from_str(body).into_iter::<Value>();
    match values.next() {
        Some(Ok(value @ Value::Object(_))) => match problem(&value) {
            Some(words) => Err(words),
            None => Ok(value),
        },
        _ if body.starts_with(['{', '[']) => Err("the result was cut short and cannot be read".to_owned()),
        _ if body.is_empty() => Err("the result is empty".to_owned()),
        _ => {
            let line = body.lines().next().unwrap_or_default();
            Err(line.chars().take(240).collect())
        }
    }
}

/// The words of a problem document (RFC 9457).
fn problem(value: &Value) -> Option<String> {
    let status = value.get("status")?.as_u64().filter(|status| *status >= 400)?;
    let title = value.get("title")?.as_str()?;
    let detail = value.get("detail").and_then(Value::as_str).unwrap_or("no reason given");
    Some(format!("{status} {title}, {detail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_read_with_and_without_its_handle() {
        assert_eq!(handle_and_body("[c3] crm.get_customer\n{}"), ("c3", "{}"));
        assert_eq!(handle_and_body("{\"a\":1}"), ("", "{\"a\":1}"));
        assert_eq!(handle_and_body("[1, 2]\n3"), ("", "[1, 2]\n3"));
    }

    #[test]
    fn what_is_no_record_becomes_words() {
        assert_eq!(outcome("failed: the host is down\nmore"), Err("failed: the host is down".into()));
        assert!(outcome("{\"a\": 1, \"b").unwrap_err().contains("cut short"));
        assert!(outcome("").is_err());
        assert_eq!(outcome("{\"a\":1}\n(cut)").unwrap()["a"], 1);
        let problem = r#"{"status":404,"title":"Not Found","detail":"there is no customer 9"}"#;
        assert_eq!(outcome(problem), Err("404 Not Found, there is no customer 9".into()));
    }
}
