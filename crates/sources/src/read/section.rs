//! A table of the file that knows where it stands, so that each mistake has a line.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::rc::Rc;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::headers::{is_a_key, names_a_secret};
use crate::mistake::{Mistake, Wrong, meant};
use crate::schema::short;

/// The file, and what was found wrong in it.
pub(super) struct Page<'t> {
    text: &'t str,
    mistakes: Rc<RefCell<Vec<Mistake>>>,
}

/// One table of it.
#[derive(Clone)]
pub(super) struct Section<'t> {
    text: &'t str,
    mistakes: Rc<RefCell<Vec<Mistake>>>,
    table: &'t DeTable<'t>,
    /// `tool[2].`; empty at the top.
    path: String,
    start: usize,
    /// Whether a key that is not there is a mistake.
    whole: bool,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, mistakes: Rc::default() }
    }

    pub(super) fn root(&self, table: &'t DeTable<'t>, whole: bool) -> Section<'t> {
        Section {
            text: self.text,
            mistakes: Rc::clone(&self.mistakes),
            table,
            path: String::new(),
            start: 0,
            whole,
        }
    }

    /// A line that TOML can't read.
    pub(super) fn not_toml(&self, error: &toml::de::Error) {
        let start = error.span().map_or(0, |span| span.start);
        let line = line_of(self.text, start);
        let text = self.text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().trim();
        let (key, _) = text.split_once('=').unwrap_or((text, ""));
        // A line that can't be read may hold a secret as well as any other.
        let hidden = names_a_secret(key.trim()) || text.split(['"', '\'', ' ']).any(is_a_key);
        self.mistakes.borrow_mut().push(Mistake {
            line,
            key: String::new(),
            value: if hidden { short(key.trim(), 40) } else { short(text, 80) },
            problem: format!("not TOML: {}", error.message().lines().collect::<Vec<_>>().join(", ")),
            fix: "write key = \"text\", key = 1, [table] or [[tool]]; each key once".to_owned(),
        });
    }

    /// All of them, by line, each line that can't be read once.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.take();
        let of_toml = |mistake: &Mistake| mistake.key.is_empty();
        let broken: BTreeSet<_> =
            mistakes.iter().filter(|mistake| of_toml(mistake)).map(|mistake| mistake.line).collect();
        // What was guessed of a line that can't be read is not what its author wrote.
        mistakes.retain(|mistake| of_toml(mistake) || !broken.contains(&mistake.line));
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
            .dedup_by(|later, earlier| later == earlier || (later.line == earlier.line && of_toml(later)));
        mistakes
    }
}

impl<'t> Section<'t> {
    /// Names every key that is not one of these.
    pub(super) fn only(&self, known: &[&str]) {
        for (key, value) in self.table {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let fix = match meant(name, known.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("take it out; the keys here are {}", known.join(", ")),
                };
                self.push(
                    line_of(self.text, key.span().start),
                    name,
                    shown(name, value.get_ref()),
                    "not a key we know",
                    fix,
                );
            }
        }
    }

    /// The keys, in their order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    pub(super) fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// The text of a key, if it is there and is one.
    pub(super) fn text(&self, key: &str) -> Option<&'t str> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            other => {
                self.wrong(
                    key,
                    Wrong::new(format!("must be a text, and is {}", article(other)), "put it in quotes"),
                );
                None
            }
        }
    }

    /// The text of a key that must be there; `example` shows how it looks.
    pub(super) fn needed(&self, key: &str, example: &str) -> Option<&'t str> {
        if self.value(key).is_none() {
            self.missing(key, example);
        }
        self.text(key)
    }

    /// Like [`Self::text`], as the type that it names.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        self.accepted(key, self.text(key)?, parse)
    }

    /// Like [`Self::needed`], as the type that it names.
    pub(super) fn needed_as<T: FromStr<Err: Display>>(&self, key: &str, example: &str) -> Option<T> {
        let text = self.needed(key, example)?;
        self.accepted(key, text, |text| {
            text.parse()
                .map_err(|error: T::Err| Wrong::new(error.to_string(), format!("write it like {example}")))
        })
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, key: &str, text: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let list = words.iter().map(|(word, _)| *word);
            let all = list.clone().collect::<Vec<_>>().join(", ");
            let fix = match meant(text, list) {
                Some(meant) => format!("did you mean \"{meant}\"? It can be {all}"),
                None => format!("write one of {all}"),
            };
            self.wrong(key, Wrong::new("not one of the words that can stand here", fix));
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number from 1.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(key, Wrong::new("must be a whole number from 1", format!("write it like {key} = 8")));
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, Wrong::new("must be true or false", format!("write {key} = true")));
        }
        flag
    }

    /// The table of a key, if it is there and is one.
    pub(super) fn section(&self, key: &str, example: &str) -> Option<Section<'t>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section {
                table,
                path: format!("{}{key}.", self.path),
                start: value.span().start,
                ..self.clone()
            }),
            other => {
                let problem = format!("must be a table, and is {}", article(other));
                self.wrong(key, Wrong::new(problem, format!("write it like {example}")));
                None
            }
        }
    }

    /// The tables under `[[key]]`, in their order.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let wrong = Wrong::new("must be tables", format!("begin each with a line [[{key}]]"));
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, wrong);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (position, item) in items.iter().enumerate() {
            match item.get_ref() {
                DeValue::Table(table) => sections.push(Section {
                    table,
                    path: format!("{}{key}[{}].", self.path, position + 1),
                    start: item.span().start,
                    ..self.clone()
                }),
                _ => self.wrong(key, wrong.clone()),
            }
        }
        sections
    }

    /// A key that must be there and is not.
    pub(super) fn missing(&self, key: &str, example: &str) {
        if self.whole {
            self.push(
                line_of(self.text, self.start),
                key,
                String::new(),
                "is missing",
                format!("add {key} = {example}"),
            );
        }
    }

    /// What is wrong with a key's value.
    pub(super) fn wrong(&self, key: &str, wrong: Wrong) {
        let value = self.value(key);
        let shown = value.map(|value| shown(key, value.get_ref())).unwrap_or_default();
        self.push(self.line(key), key, shown, &wrong.problem, wrong.fix);
    }

    /// What is wrong at a place within a key's value; as much of the way to it as the file has is shown.
    pub(super) fn wrong_within(&self, key: &str, way: &[String], wrong: Wrong) {
        let mut path = key.to_owned();
        let mut start = self.table.get_key_value(key).map_or(self.start, |(key, _)| key.span().start);
        let mut value = self.value(key);
        for name in way {
            let (found, inner) = match value.map(Spanned::get_ref) {
                Some(DeValue::Table(table)) => match table.get_key_value(name.as_str()) {
                    Some((key, inner)) => (key.span().start, inner),
                    None => break,
                },
                Some(DeValue::Array(items)) => {
                    match name.parse().ok().and_then(|place: usize| items.get(place)) {
                        Some(inner) => (inner.span().start, inner),
                        None => break,
                    }
                }
                _ => break,
            };
            (start, value) = (found, Some(inner));
            path.push('.');
            path.push_str(name);
        }
        let shown = value.map(|value| shown("", value.get_ref())).unwrap_or_default();
        self.push(line_of(self.text, start), &path, shown, &wrong.problem, wrong.fix);
    }

    /// What is wrong with a key's value, which may not be repeated.
    pub(super) fn wrong_hidden(&self, key: &str, wrong: Wrong) {
        self.push(self.line(key), key, HIDDEN.to_owned(), &wrong.problem, wrong.fix);
    }

    /// Turns a text of this section into something, or names its mistake.
    pub(super) fn accepted<T>(
        &self,
        key: &str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        parse(text).map_err(|wrong| self.wrong(key, wrong)).ok()
    }

    fn line(&self, key: &str) -> u32 {
        let start = self.table.get_key_value(key).map_or(self.start, |(key, _)| key.span().start);
        line_of(self.text, start)
    }

    fn push(&self, line: u32, key: &str, value: String, problem: &str, fix: String) {
        let key = format!("{}{key}", self.path);
        let mistake = Mistake { line, key, value, problem: problem.to_owned(), fix };
        self.mistakes.borrow_mut().push(mistake);
    }
}

const HIDDEN: &str = "(not shown: it may be a secret)";

/// A value as a message shows it.
fn shown(key: &str, value: &DeValue<'_>) -> String {
    match value {
        // The key `secret` holds a name, and names nothing secret unless a key was put there.
        DeValue::String(text) if is_a_key(text) || (names_a_secret(key) && key != "secret") => {
            HIDDEN.to_owned()
        }
        DeValue::String(text) if key == "secret" => format!("{:?}", short(text, 4)),
        DeValue::String(text) => format!("{:?}", short(text, 60)),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "[…]".to_owned(),
        DeValue::Table(_) => "{…}".to_owned(),
    }
}

/// `an integer`
pub(super) fn article(value: &DeValue<'_>) -> String {
    let kind = value.type_str();
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {kind}")
}

fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(Range { start: 0, end: offset.min(text.len()) }).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}
