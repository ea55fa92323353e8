//! What stands at a pointer.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::letters::said;
use super::pointer::tokens;

/// The deepest place that can be named: a parser that descends takes stack for each step.
const DEEPEST: usize = 100;
/// How many keys, and how many bytes of each, the model is told when it named one that is not there.
const KEYS: (usize, usize) = (24, 64);

/// Why nothing stands there.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The document is no JSON after all.
    NoJson,
    /// In words for the model: what is wrong, and what there is instead.
    Nowhere(String),
}

/// The value at a pointer, as written. Goes through the document once.
pub(crate) fn find<'a>(document: &'a str, pointer: &str) -> Result<&'a str, Lost> {
    let tokens = tokens(pointer).ok_or_else(|| {
        Lost::Nowhere(format!("`{}` is no JSON pointer: one begins with /", short(pointer)))
    })?;
    if tokens.len() > DEEPEST {
        return Err(Lost::Nowhere(format!("a pointer can name a place at most {DEEPEST} levels deep")));
    }
    let mut deserializer = serde_json::Deserializer::from_str(document);
    let found = Step { tokens: &tokens, taken: 0 }.deserialize(&mut deserializer);
    let found = found.and_then(|found| deserializer.end().map(|()| found));
    found.map_err(|_| Lost::NoJson)?.map_err(Lost::Nowhere)
}

/// One step of a pointer.
#[derive(Clone, Copy)]
struct Step<'t> {
    tokens: &'t [String],
    /// How many are behind us.
    taken: usize,
}

/// The value, or the words that say why there is none.
type Found<'de> = Result<&'de str, String>;

impl<'t> Step<'t> {
    fn next(self) -> Self {
        Self { taken: self.taken + 1, ..self }
    }

    fn token(self) -> &'t str {
        self.tokens.get(self.taken).map_or("", String::as_str)
    }

    /// Where we are, for words.
    fn here(self) -> String {
        let token = |token: &String| format!("/{}", token.replace('~', "~0").replace('/', "~1"));
        match self.tokens.get(..self.taken).unwrap_or_default() {
            [] => "the whole result".to_owned(),
            tokens => format!("`{}`", short(&tokens.iter().map(token).collect::<String>())),
        }
    }

    fn has_no_parts<'de>(self, what: &str) -> Found<'de> {
        Err(format!("{} is {what} and has no parts, so nothing stands below it", self.here()))
    }
}

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found<'de>, D::Error> {
        if self.taken == self.tokens.len() {
            return Ok(Ok(<&RawValue>::deserialize(deserializer)?.get()));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = Found<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Found<'de>, A::Error> {
        let mut found = None;
        let mut keys = Vec::new();
        let mut count = 0_u64;
        while let Some(key) = members.next_key::<&RawValue>()? {
            if found.is_none() && is_key(key.get(), self.token()) {
                found = Some(members.next_value_seed(self.next())?);
            } else {
                count += 1;
                if keys.len() < KEYS.0 {
                    keys.push(key.get());
                }
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found.unwrap_or_else(|| Err(self.no_member(&keys, count))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found<'de>, A::Error> {
        let wanted = self.token().parse::<u64>().ok().filter(|place| place.to_string() == self.token());
        let mut found = None;
        let mut count = 0;
        loop {
            if wanted == Some(count) {
                found = items.next_element_seed(self.next())?;
                if found.is_none() {
                    break;
                }
            } else if items.next_element::<IgnoredAny>()?.is_none() {
                break;
            }
            count += 1;
        }
        Ok(found.unwrap_or_else(|| Err(self.no_item(count))))
    }

    fn visit_str<E>(self, _: &str) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts("a text"))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts(if value { "true" } else { "false" }))
    }

    fn visit_unit<E>(self) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts("null"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found<'de>, E> {
        Ok(self.has_no_parts("a number"))
    }
}

impl Step<'_> {
    fn no_member(self, keys: &[&str], count: u64) -> String {
        let here = self.here();
        if keys.is_empty() {
            return format!("{here} is an object without members");
        }
        let more = if count > keys.len() as u64 {
            format!(" and {} more", count - keys.len() as u64)
        } else {
            String::new()
        };
        let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", short(&said(key)))).collect();
        format!("{here} has no member `{}`; it has {}{more}", short(self.token()), keys.join(", "))
    }

    fn no_item(self, count: u64) -> String {
        let (here, token) = (self.here(), short(self.token()));
        match count {
            0 => format!("{here} is an array without items"),
            _ => format!("{here} has no item `{token}`; it is an array whose items are 0 to {}", count - 1),
        }
    }
}

fn is_key(written: &str, token: &str) -> bool {
    if written.contains('\\') {
        said(written) == token
    } else {
        written.get(1..written.len() - 1) == Some(token)
    }
}

/// A foreign text within words, held to a length.
fn short(text: &str) -> String {
    match text.len() {
        length if length <= KEYS.1 => text.to_owned(),
        _ => format!("{}…", &text[..text.floor_char_boundary(KEYS.1)]),
    }
}
