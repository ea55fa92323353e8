//! What stands at a pointer (RFC 6901) of a recorded result. Each result is gone through once for all its pointers, and
//! numbers stay as they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How deep a place may lie: each step takes stack.
const DEEPEST: usize = 100;
/// How many characters of a value a record repeats.
const RAW: usize = 200;

/// A value of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// A number, `true`, `false` or `null`, as written.
    Written(String),
    /// What a string says; all of a result that is no JSON.
    Text(String),
    /// An array with so many elements.
    Elements(u64),
    Object,
}

impl Stands {
    /// Whether this is what a record repeats of it.
    pub(super) fn is(&self, raw: &str) -> bool {
        match self {
            Self::Written(written) => written == raw,
            Self::Text(text) if text.chars().take(RAW + 1).count() <= RAW => text == raw,
            Self::Text(text) => !raw.is_empty() && text.contains(raw),
            Self::Elements(count) => raw == format!("{count} elements"),
            Self::Object => false,
        }
    }
}

impl fmt::Display for Stands {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(text) | Self::Text(text) => {
                let shown: String = text.chars().take(RAW / 2).collect();
                let rest = if shown.len() < text.len() { "…" } else { "" };
                write!(out, "“{shown}{rest}”")
            }
            Self::Elements(count) => write!(out, "a list of {count}"),
            Self::Object => out.write_str("an object"),
        }
    }
}

/// What stands at each of these pointers; none where there is no such place.
pub(super) fn stand(body: &[u8], pointers: &BTreeSet<&str>) -> BTreeMap<String, Option<Stands>> {
    let text = String::from_utf8_lossy(body);
    let mut found: BTreeMap<String, Option<Stands>> =
        pointers.iter().map(|pointer| ((*pointer).to_owned(), None)).collect();
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(value) => {
            let mut wanted = Wanted::default();
            for pointer in pointers {
                wanted.add(pointer);
            }
            read(value.get(), &wanted, &mut found);
        }
        Err(_) => {
            if let Some(whole) = found.get_mut("") {
                *whole = Some(Stands::Text(text.into_owned()));
            }
        }
    }
    found
}

/// Pointers by their first tokens.
#[derive(Debug, Default)]
struct Wanted {
    /// The pointer that ends here.
    here: Option<String>,
    below: BTreeMap<String, Wanted>,
}

impl Wanted {
    fn add(&mut self, pointer: &str) {
        let mut at = self;
        let tokens =
            if pointer.is_empty() { None } else { pointer.strip_prefix('/').map(|rest| rest.split('/')) };
        // What is no pointer names no place.
        if tokens.is_none() && !pointer.is_empty() || pointer.split('/').count() > DEEPEST {
            return;
        }
        for token in tokens.into_iter().flatten() {
            at = at.below.entry(token.replace("~1", "/").replace("~0", "~")).or_default();
        }
        at.here = Some(pointer.to_owned());
    }
}

fn read(json: &str, wanted: &Wanted, found: &mut BTreeMap<String, Option<Stands>>) {
    let json = json.trim_ascii();
    if let Some(place) = wanted.here.as_ref().and_then(|pointer| found.get_mut(pointer)) {
        *place = stands(json);
    }
    if !wanted.below.is_empty() && json.starts_with(['{', '[']) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        // It was read before as a whole, so it can be read again; if not, nothing more stands in it.
        drop(deserializer.deserialize_any(Parts { wanted, found }));
    }
}

fn stands(json: &str) -> Option<Stands> {
    Some(match json.as_bytes().first()? {
        b'"' => Stands::Text(serde_json::from_str(json).ok()?),
        b'[' => Stands::Elements(serde_json::from_str::<Vec<IgnoredAny>>(json).ok()?.len() as u64),
        b'{' => Stands::Object,
        _ => Stands::Written(json.to_owned()),
    })
}

struct Parts<'w, 'f> {
    wanted: &'w Wanted,
    found: &'f mut BTreeMap<String, Option<Stands>>,
}

impl<'de> Visitor<'de> for Parts<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array or an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            match self.wanted.below.get(&key) {
                Some(below) => read(members.next_value::<&RawValue>()?.get(), below, self.found),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let places: BTreeMap<u64, &Wanted> = self
            .wanted
            .below
            .iter()
            .filter_map(|(token, below)| {
                let place = token.parse::<u64>().ok().filter(|place| place.to_string() == *token)?;
                Some((place, below))
            })
            .collect();
        for place in 0_u64.. {
            match places.get(&place) {
                Some(below) => match items.next_element::<&RawValue>()? {
                    Some(item) => read(item.get(), below, self.found),
                    None => break,
                },
                None if items.next_element::<IgnoredAny>()?.is_none() => break,
                None => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, pointer: &str, raw: &str, is: bool) {
        let found = stand(body.as_bytes(), &BTreeSet::from([pointer]));
        assert_eq!(found[pointer].as_ref().is_some_and(|stands| stands.is(raw)), is, "{pointer} {found:?}");
    }

    #[test]
    fn a_value_is_what_is_written_there() {
        let body = r#" {"a/b":[{"m~n":1.50},"x\u00e9",[1,[2],{}]],"t":true,"a/b ":0, "o":{}} "#;
        check(body, "/a~1b/0/m~0n", "1.50", true);
        check(body, "/a~1b/0/m~0n", "1.5", false);
        check(body, "/a~1b/1", "xé", true);
        check(body, "/a~1b/2", "3 elements", true);
        check(body, "/t", "true", true);
        for nowhere in ["/a~1b/3", "/a~1b/00", "/a~1b/-1", "/q", "t", "/t/0", "/a~1b/0/m~0n/0"] {
            check(body, nowhere, "", false);
        }
        check(body, "/o", "", false);
    }

    #[test]
    fn a_long_text_is_told_by_a_part_of_it() {
        let text = format!("{} the sum is 4,711 {}", "so ".repeat(100), "long ".repeat(100));
        check(&text, "", "the sum is 4,711", true);
        check(&text, "", "the sum is 4,712", false);
        check("short 4,711", "", "4,711", false);
        check(&format!("{{\"a\":\"{text}\"}}"), "/a", "the sum is 4,711", true);
    }
}
