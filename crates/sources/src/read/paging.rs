//! A tool's `paging`: where the next page of its result is.

use domain::effect::Effect;
use domain::paging::{PageBy, Paging};
use serde_json::Value;
use toml::de::DeValue;

use super::section::Section;
use crate::mistake::{Wrong, meant};
use crate::schema::properties;

/// The ways to a next page.
const KINDS: [(&str, &str); 5] = [
    ("cursor", "cursor"),
    ("page", "page"),
    ("offset", "offset"),
    ("link", "link"),
    ("next_url", "next_url"),
];

/// How it looks.
pub(super) const EXAMPLE: &str = "paging = { kind = \"cursor\", parameter = \"cursor\", next = \"/next_cursor\", items = \"/data\", follow = 5 }";

/// The paging; `None` only if a mistake was named.
pub(super) fn paging(section: &Section<'_>, input: Option<&Value>, effect: Option<Effect>) -> Option<Paging> {
    let word = section.needed("kind", "\"cursor\"")?;
    let kind = section.word("kind", word, &KINDS)?;
    let own: &[&str] = match kind {
        "cursor" => &["parameter", "next"],
        "page" => &["parameter", "first"],
        "offset" => &["parameter"],
        "next_url" => &["next"],
        _ => &[],
    };
    let known: Vec<_> = ["kind"].iter().chain(own).chain(&["items", "limit", "follow"]).copied().collect();
    section.only(&known);
    let argument = |key: &str| {
        let name = section.needed(key, "\"page\"")?;
        section.accepted(key, name, |name| taken(name, input))
    };
    let by = match kind {
        "cursor" => {
            let (parameter, next) = (argument("parameter"), pointer(section, "next"));
            PageBy::Cursor { parameter: parameter?, next: next? }
        }
        "page" => {
            let (parameter, first) = (argument("parameter"), first(section));
            PageBy::Page { parameter: parameter?, first: first? }
        }
        "offset" => PageBy::Offset { parameter: argument("parameter")? },
        "next_url" => PageBy::NextUrl { next: pointer(section, "next")? },
        _ => PageBy::Link,
    };
    let items = match section.value("items") {
        Some(_) => section.parsed("items", whole_pointer)?,
        None => String::new(),
    };
    let limit = match section.value("limit") {
        Some(_) => Some(argument("limit")?),
        None => None,
    };
    let follow = match section.value("follow") {
        Some(_) => section.count("follow")?,
        None => 1,
    };
    if follow > Paging::MOST {
        let problem = format!("a call has at most {} pages", Paging::MOST);
        section.wrong("follow", Wrong::new(problem, "write a smaller number"));
        return None;
    }
    if effect.is_some_and(|effect| effect != Effect::Read) {
        let problem = "the tool changes something, and only what a read gives goes on";
        section
            .wrong("kind", Wrong::new(problem, "take `paging` out, or write effect = \"read\" if it reads"));
        return None;
    }
    Some(Paging { by, items, limit, follow })
}

/// A pointer to something within an answer.
fn pointer(section: &Section<'_>, key: &str) -> Option<String> {
    let text = section.needed(key, "\"/next_cursor\"")?;
    section.accepted(key, text, |text| match text {
        "" => Err(Wrong::new("is empty", "say where in the answer it is: \"/meta/next\"")),
        text => whole_pointer(text),
    })
}

/// A pointer (RFC 6901).
fn whole_pointer(text: &str) -> Result<String, Wrong> {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if (text.is_empty() || text.starts_with('/')) && escapes {
        return Ok(text.to_owned());
    }
    Err(Wrong::new("is no pointer (RFC 6901)", "begin each name on the way with `/`: \"/meta/next\""))
}

fn taken(name: &str, input: Option<&Value>) -> Result<String, Wrong> {
    let Some(input) = input else { return Ok(name.to_owned()) };
    if properties(input).any(|property| property == name) {
        return Ok(name.to_owned());
    }
    let fix = match meant(name, properties(input)) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("add properties.{name} to [tool.input]"),
    };
    Err(Wrong::new("is no property of the input", fix))
}

/// The first page's number, which may be 0.
fn first(section: &Section<'_>) -> Option<u32> {
    let Some(value) = section.value("first") else { return Some(1) };
    let number = match value.get_ref() {
        DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    if number.is_none() {
        section.wrong("first", Wrong::new("must be a whole number", "write first = 0 or first = 1"));
    }
    number
}
