//! What each argument of a call is there for: to whom it goes, what it acts on, what it says.
//!
//! A field's name, the format that its schema gives it and the value itself say so. Any of them is enough to make an
//! argument riskier and none makes it safer: an address in a field called `note` is an address.

use serde_json::Value;

use crate::acts::Acts;
use crate::words::parts;

/// What an argument is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Who or what gets something: a recipient, an account, a channel, somebody who is let in.
    Destination,
    /// An address that is visited or written to.
    Url,
    /// What opens something from now on: a password, a token.
    Secret,
    /// What is acted on: an id, or the name of a thing.
    Target,
    /// What a new thing is called.
    Name,
    /// What is said.
    Text,
    /// A number, a date, a choice.
    Plain,
}

/// A value of the arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Argument {
    pub(crate) pointer: String,
    pub(crate) value: String,
    pub(crate) role: Role,
}

/// Every value of the arguments with its role, in the order in which they are written.
pub(crate) fn arguments(schema: &Value, arguments: &Value, acts: Acts) -> Vec<Argument> {
    let mut found = Vec::new();
    walk(schema, arguments, &mut Way { pointer: String::new(), field: String::new() }, acts, &mut found);
    found
}

/// Whether a value is an address by itself: an e-mail address, a URL, an account number.
pub(crate) fn is_address(value: &str) -> bool {
    is_email(value) || is_url(value) || is_account(value)
}

struct Way {
    pointer: String,
    /// The name of the nearest field around.
    field: String,
}

fn walk(schema: &Value, value: &Value, way: &mut Way, acts: Acts, found: &mut Vec<Argument>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let schema = &schema["properties"][name];
                let pointer = format!("{}/{}", way.pointer, name.replace('~', "~0").replace('/', "~1"));
                walk(schema, value, &mut Way { pointer, field: name.clone() }, acts, found);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                let way = &mut Way { pointer: format!("{}/{place}", way.pointer), field: way.field.clone() };
                walk(&schema["items"], value, way, acts, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            let named = parts(&way.field);
            let role = if is_id(&named) { Role::Target } else { Role::Plain };
            found.push(Argument { pointer: way.pointer.clone(), value: number.to_string(), role });
        }
        Value::String(text) => {
            let role = role(schema, &parts(&way.field), text, acts);
            found.push(Argument { pointer: way.pointer.clone(), value: text.clone(), role });
        }
    }
}

fn role(schema: &Value, named: &[String], text: &str, acts: Acts) -> Role {
    let is = |words: &[&str]| named.iter().any(|part| words.contains(&part.as_str()));
    let format = schema["format"].as_str().unwrap_or_default();
    if text.trim().is_empty() || schema.get("enum").is_some() || is_date(format, text) {
        return Role::Plain;
    }
    if is(&["password", "passwd", "passphrase", "pin", "secret", "token", "credential", "credentials"])
        || (is(&["key"]) && is(&["api", "access", "private", "secret"]))
    {
        return Role::Secret;
    }
    if is_url(text) || matches!(format, "uri" | "url" | "iri" | "uri-reference" | "hostname") {
        return Role::Url;
    }
    if is(&ADDRESSES) && text.contains('.') {
        return Role::Url;
    }
    // What is named an address and is none is a word that the tool knows: where it writes to, and nothing that is visited.
    if is_email(text) || is_account(text) || matches!(format, "email" | "idn-email") || is(&ADDRESSES) {
        return Role::Destination;
    }
    if is(&DESTINATIONS) && !is(&["id", "ids"]) {
        return Role::Destination;
    }
    // Where somebody is let into a place, it is they who get something, and the place is what they get.
    let lets_in = acts.meet(Acts::SHARE) && !acts.meet(Acts::TELL);
    if is(&PLACES) {
        return if lets_in { Role::Target } else { Role::Destination };
    }
    if acts.meet(TOWARDS_PEOPLE) && is(&PEOPLE) {
        return Role::Destination;
    }
    if is_id(named) {
        return Role::Target;
    }
    if is(&["title", "name", "subject", "filename", "heading", "label", "called"]) && !is(&["first", "last"])
    {
        return Role::Name;
    }
    let is_short = text.chars().count() <= LONGEST_NAME && !text.contains('\n');
    if is(&SAYS) || !is_short { Role::Text } else { Role::Target }
}

/// Fields that say who gets something, whatever the tool does.
const DESTINATIONS: [&str; 30] = [
    "recipient",
    "recipients",
    "to",
    "cc",
    "bcc",
    "email",
    "emails",
    "mail",
    "iban",
    "bic",
    "account",
    "accounts",
    "beneficiary",
    "payee",
    "participant",
    "participants",
    "attendee",
    "attendees",
    "invitee",
    "invitees",
    "guest",
    "guests",
    "receiver",
    "receivers",
    "phone",
    "mobile",
    "msisdn",
    "destination",
    "wallet",
    "mailbox",
];
/// Fields that hold an address of the web.
const ADDRESSES: [&str; 9] =
    ["url", "uri", "link", "href", "webhook", "callback", "endpoint", "website", "webpage"];
/// Fields that name a place where people meet: who is there reads what is said there.
const PLACES: [&str; 10] =
    ["channel", "channels", "room", "rooms", "chat", "chats", "group", "groups", "team", "teams"];
/// Fields that name people: they get something where a tool tells, pays or lets somebody in.
const PEOPLE: [&str; 14] = [
    "user", "users", "username", "member", "members", "person", "people", "contact", "contacts", "assignee",
    "address", "customer", "handle", "with",
];
const TOWARDS_PEOPLE: Acts = Acts::TELL_PAY_SHARE;
/// Fields that hold words for somebody to read.
const SAYS: [&str; 24] = [
    "body",
    "content",
    "contents",
    "message",
    "text",
    "description",
    "comment",
    "comments",
    "note",
    "notes",
    "summary",
    "reason",
    "details",
    "data",
    "html",
    "markdown",
    "query",
    "q",
    "reply",
    "memo",
    "reference",
    "purpose",
    "answer",
    "location",
];
/// The longest text that may be the name of a thing, in characters.
const LONGEST_NAME: usize = 80;

fn is_id(named: &[String]) -> bool {
    named
        .last()
        .is_some_and(|last| matches!(last.as_str(), "id" | "ids" | "uuid" | "guid" | "key" | "ref" | "slug"))
}

fn is_email(text: &str) -> bool {
    let text = text.trim();
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    !local.is_empty() && !text.contains(char::is_whitespace) && is_host(host)
}

fn is_url(text: &str) -> bool {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.contains('@') && !text.contains("://") {
        return false;
    }
    if text.contains("://") {
        return true;
    }
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    is_host(host) && (host.starts_with("www.") || (text.contains('/') && !path.is_empty()))
}

/// A name of the internet's: labels, the last of them letters. File names look the same, so this alone says little.
fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let good = |label: &&str| {
        !label.is_empty() && label.chars().all(|sign| sign.is_alphanumeric() || sign == '-' || sign == '_')
    };
    let is_name = |label: &&str| label.len() >= 2 && label.chars().all(char::is_alphabetic);
    labels.len() >= 2 && labels.iter().all(good) && labels.last().is_some_and(is_name)
}

/// An account as banks write it: two letters, two digits, and eleven to thirty more, without its blanks. A checksum is
/// not asked for: what only looks like an account is still where money is meant to go.
fn is_account(text: &str) -> bool {
    let signs: Vec<char> = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    (15..=34).contains(&signs.len())
        && signs.iter().take(2).all(char::is_ascii_uppercase)
        && signs.iter().skip(2).take(2).all(char::is_ascii_digit)
        && signs.iter().all(char::is_ascii_alphanumeric)
        && signs.iter().filter(|sign| sign.is_ascii_digit()).count() >= 8
}

/// A date or a time, by its format or as ISO 8601 writes it.
fn is_date(format: &str, text: &str) -> bool {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    matches!(format, "date" | "time" | "date-time" | "duration")
        || (digits >= 3
            && text.len() <= 35
            && text.chars().all(|sign| sign.is_ascii_digit() || "-:./ TZ+".contains(sign)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::acts::acts_of;

    fn roles(tool: &str, schema: Value, values: Value) -> Vec<(String, Role)> {
        let found = arguments(&schema, &values, acts_of(tool, ""));
        found.into_iter().map(|argument| (argument.pointer, argument.role)).collect()
    }

    #[test]
    fn names_formats_and_values_say_what_an_argument_is_for() {
        let schema = json!({"properties": {"where": {"format": "uri"}, "kind": {"enum": ["a"]}}});
        let values = json!({
            "recipients": ["ana@x.org", "Bo"], "where": "intranet", "kind": "a", "note": "ana@x.org",
            "body": "See you", "newPassword": "hunter2", "invoice_id": 7, "day": "2024-05-13",
            "subject": "Lunch", "file": "notes.txt", "page": "www.x.org", "webhook": "billing", "link": "x.org?a=1",
        });
        let found = roles("send_email", schema, values);
        let role = |pointer: &str| found.iter().find(|(found, _)| found == pointer).unwrap().1;
        for (pointer, expected) in [
            ("/recipients/0", Role::Destination),
            ("/recipients/1", Role::Destination),
            ("/where", Role::Url),
            ("/kind", Role::Plain),
            ("/note", Role::Destination),
            ("/body", Role::Text),
            ("/newPassword", Role::Secret),
            ("/invoice_id", Role::Target),
            ("/day", Role::Plain),
            ("/subject", Role::Name),
            ("/file", Role::Target),
            ("/page", Role::Url),
            ("/webhook", Role::Destination),
            ("/link", Role::Url),
        ] {
            assert_eq!(role(pointer), expected, "{pointer}");
        }
    }

    #[test]
    fn who_is_named_gets_something_only_where_the_tool_gives() {
        let user = || json!({ "user": "Bo" });
        assert_eq!(roles("add_user_to_channel", Value::Null, user())[0].1, Role::Destination);
        assert_eq!(roles("read_inbox", Value::Null, user())[0].1, Role::Target);
    }

    #[test]
    fn a_place_gets_what_is_said_there_and_nothing_where_somebody_is_let_in() {
        let channel = || json!({ "channel": "random" });
        assert_eq!(roles("post_message", Value::Null, channel())[0].1, Role::Destination);
        assert_eq!(roles("add_member", Value::Null, channel())[0].1, Role::Target);
    }

    #[test]
    fn addresses_are_told_from_names_of_files() {
        for address in ["a@b.org", "https://x/y", "www.x-y.com", "x.org/a", "GB29NWBK60161331926819"] {
            assert!(is_address(address), "{address}");
        }
        for other in ["bill.txt", "a@b", "notes", "12/05/2024", "1.200,50", "and/or"] {
            assert!(!is_address(other), "{other}");
        }
    }
}
