//! What an error's body says: its line that says most, and which of the call's arguments it complains about.

use serde_json::{Map, Value};

use crate::schema::short;

/// How many complaints are told; a model that reads three of them begins anew anyway.
const MOST: usize = 3;
/// How deep complaints are looked for: no API hides them deeper.
const DEEP: usize = 8;

/// What the body says. Of a problem document (RFC 9457) its detail, of other JSON what common APIs call it, of a page
/// its title, of text its first line; then each argument that it names, with what is wrong there. `arguments` are the
/// names that the call's arguments can have.
pub(super) fn detail(media: &str, body: &[u8], arguments: &[String]) -> Option<String> {
    if is_page(media, body) {
        return title(body);
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let text = &body[..body.len().min(4096)];
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
        };
        return text.lines().map(line).find(|text| !text.is_empty());
    };
    let mut complaints = Vec::new();
    complain(&value, arguments, DEEP, &mut complaints);
    // A list of complaints without a word above it would give its first as the main line too.
    let main = main_line(&value, &|text| complaints.iter().any(|(_, words)| words == text));
    let mut named: Vec<String> = Vec::new();
    for (field, words) in complaints {
        let complaint = if words.is_empty() { format!("`{field}`") } else { format!("`{field}`: {words}") };
        if named.len() < MOST && !named.contains(&complaint) {
            named.push(complaint);
        }
    }
    let all: Vec<_> = main.into_iter().chain(named).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether a body is a page for people.
pub(super) fn is_page(media: &str, body: &[u8]) -> bool {
    let start: Vec<u8> = body.iter().take(256).map(u8::to_ascii_lowercase).collect();
    let start = String::from_utf8_lossy(&start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    matches!(media, "text/html" | "application/xhtml+xml")
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
}

/// A page's title.
pub(super) fn title(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&body[..body.len().min(16 << 10)]).into_owned();
    // ASCII lower case keeps every byte where it is.
    let lower = head.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(line(&head[start..end])).filter(|title| !title.is_empty())
}

fn main_line(value: &Value, told: &dyn Fn(&str) -> bool) -> Option<String> {
    match value {
        Value::String(text) => Some(line(text)).filter(|text| !text.is_empty() && !told(text)),
        Value::Array(items) => main_line(items.first()?, told),
        Value::Object(fields) => {
            ["detail", "error_description", "message", "error", "errors", "title", "msg", "reason"]
                .iter()
                .find_map(|key| main_line(fields.get(*key)?, told))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Finds what names an argument and says something of it:
/// `{"pointer": "#/limit", "detail": "…"}` (RFC 9457), `{"source": {"parameter": "limit"}, "detail": "…"}` (JSON:API),
/// `{"loc": ["query", "limit"], "msg": "…"}` (FastAPI), `{"field": "limit", "message": "…"}` and its like, and
/// `{"limit": ["…"]}` (Rails, Laravel, Django).
fn complain(value: &Value, arguments: &[String], deep: usize, found: &mut Vec<(String, String)>) {
    let Some(deeper) = deep.checked_sub(1) else { return };
    match value {
        Value::Array(items) => items.iter().take(8).for_each(|item| complain(item, arguments, deeper, found)),
        Value::Object(fields) => {
            if let Some(field) = named_argument(fields, arguments) {
                let words = ["detail", "message", "msg", "reason", "description", "title", "code"]
                    .iter()
                    .find_map(|key| fields.get(*key)?.as_str());
                found.push((field, line(words.unwrap_or_default())));
                return;
            }
            for (name, inner) in fields {
                match told_of(inner) {
                    Some(words) if arguments.contains(name) => found.push((name.clone(), line(words))),
                    _ => complain(inner, arguments, deeper, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The argument that a complaint is about: `items[0].price`.
fn named_argument(fields: &Map<String, Value>, arguments: &[String]) -> Option<String> {
    let source = fields.get("source").and_then(Value::as_object);
    let places = ["pointer", "parameter", "loc", "field", "param", "property", "path", "name"];
    let place = source
        .into_iter()
        .chain([fields])
        .find_map(|fields| places.iter().find_map(|key| fields.get(*key)))?;
    let parts: Vec<String> = match place {
        Value::String(text) => text
            .split(['/', '.', '[', ']', '#', '$'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
        Value::Array(parts) => {
            parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect()
        }
        _ => return None,
    };
    // What stands before the argument's own name says where the server read it: `query`, `body`, `data`.
    let start = parts.iter().position(|part| arguments.contains(part))?;
    let mut field = String::new();
    for part in &parts[start..] {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            field.push_str(&format!("[{part}]"));
        } else {
            field.push_str(if field.is_empty() { "" } else { "." });
            field.push_str(part);
        }
    }
    Some(short(&field, 60))
}

/// The text, or the first of some texts.
fn told_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.first()?.as_str(),
        _ => None,
    }
}

/// One line of at most 200 characters, without control characters.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split(|char: char| char.is_whitespace() || char.is_control()).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    short(&words.join(" "), 200)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(body: &str, words: &str) {
        let arguments = ["limit", "region", "items"].map(str::to_owned);
        assert_eq!(detail("application/json", body.as_bytes(), &arguments).unwrap_or_default(), words);
    }

    #[test]
    fn the_argument_that_was_wrong_is_named() {
        // RFC 9457 §3.1.1, with the extension of its example.
        check(
            r##"{"title": "Your request is not valid.", "errors": [{"detail": "must be positive", "pointer": "#/limit"}]}"##,
            "Your request is not valid.; `limit`: must be positive",
        );
        // FastAPI
        check(
            r#"{"detail": [{"type": "int_parsing", "loc": ["query", "limit"], "msg": "Input should be an integer"}]}"#,
            "`limit`: Input should be an integer",
        );
        // JSON:API
        check(
            r#"{"errors": [{"source": {"pointer": "/data/attributes/region"}, "detail": "is unknown"}]}"#,
            "`region`: is unknown",
        );
        // Rails, Laravel, Django
        check(
            r#"{"message": "Invalid", "errors": {"limit": ["is too large"], "region": ["is unknown", "is empty"]}}"#,
            "Invalid; `limit`: is too large; `region`: is unknown",
        );
        check(r#"{"limit": ["A valid integer is required."]}"#, "`limit`: A valid integer is required.");
        // Stripe
        check(
            r#"{"error": {"message": "No such region", "param": "region", "type": "invalid_request_error"}}"#,
            "`region`: No such region",
        );
        // Google
        check(
            r#"{"error": {"code": 400, "message": "bad", "details": [{"fieldViolations":
               [{"field": "items[0].price", "description": "is negative"}]}]}}"#,
            "bad; `items[0].price`: is negative",
        );
        // GitHub
        check(
            r#"{"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "limit", "code": "missing"}]}"#,
            "Validation Failed; `limit`: missing",
        );
    }

    #[test]
    fn what_names_no_argument_is_no_complaint_about_one() {
        check(r#"{"message": "down", "name": "ServerError", "path": "/v1/things"}"#, "down");
        check(r#"{"limits": {"x": "y"}}"#, "");
        check(r#"{"error": "limit"}"#, "limit");
    }

    proptest! {
        #[test]
        fn no_body_makes_long_words_or_a_panic(
            body in "[\\[\\]{}:,\"a-c0-9 ü]{0,40}",
            field in prop::sample::select(vec!["loc", "pointer", "field", "source", "errors", "detail", "limit"]),
        ) {
            let arguments = ["limit".to_owned()];
            for body in [body.clone(), format!(r#"{{"{field}": {body}}}"#), format!(r#"[{{"{field}": "{body}", "msg": "x"}}]"#)] {
                let words = detail("application/json", body.as_bytes(), &arguments).unwrap_or_default();
                prop_assert!(words.chars().count() < 1200, "{}", words);
            }
        }
    }

    #[test]
    fn a_long_list_of_complaints_is_short_in_words() {
        let items: Vec<_> =
            (0..2000).map(|i| format!(r#"{{"loc": ["items", {i}], "msg": "wrong"}}"#)).collect();
        check(
            &format!(r#"{{"detail": [{}]}}"#, items.join(",")),
            "`items[0]`: wrong; `items[1]`: wrong; `items[2]`: wrong",
        );
    }
}
