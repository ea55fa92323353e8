//! Schemas of a document as JSON Schema 2020-12 that holds the same values valid, in a request.
//!
//! Each keyword is taken over only if it holds what the standard asks, so that what comes out always compiles. One
//! that does not is left out, which makes a schema wider and never narrower, and a note says so.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::document::{Documents, Node, Place, Version};
use crate::keywords::{Holds, TYPES, holds, is_missed};
use crate::pattern::{Looked, look};
use crate::words::cut;

/// The longest description of a schema within a tool's, in characters.
const PROSE: usize = 300;
/// The longest example or default value, in bytes of JSON.
const EXAMPLE: usize = 200;
/// How many schemas may be converted in all, beside one for each few bytes of the document.
const WORK: usize = 100_000;
/// How many notes of one schema are kept.
const NOTES: usize = 8;
/// How many schemas and properties are looked through, by way of `allOf`, for those that are read-only: parts of parts
/// of parts would otherwise be as many as a document's author likes.
const LOOKED_THROUGH: usize = 500;

/// The names under which schemas that are referred to stand in `$defs`.
#[derive(Default)]
pub(crate) struct Names {
    by_place: HashMap<Place, usize>,
    names: Vec<String>,
    places: Vec<Place>,
    taken: HashSet<String>,
    /// Where counting goes on for a name that is wanted often.
    numbers: HashMap<String, usize>,
}

impl Names {
    fn id(&mut self, place: Place) -> usize {
        if let Some(id) = self.by_place.get(&place) {
            return *id;
        }
        let last = place.1.rsplit('/').next().unwrap_or_default();
        let plain = |char: char| {
            if char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.') { char } else { '_' }
        };
        let wanted: String = last.chars().map(plain).take(56).collect();
        let wanted = if wanted.is_empty() { "whole".to_owned() } else { wanted };
        let mut name = wanted.clone();
        while !self.taken.insert(name.clone()) {
            let number = self.numbers.entry(wanted.clone()).or_insert(1);
            *number += 1;
            name = format!("{wanted}_{number}");
        }
        let id = self.names.len();
        self.names.push(name);
        self.places.push(place.clone());
        self.by_place.insert(place, id);
        id
    }

    /// The key in `$defs`.
    pub(crate) fn name(&self, id: usize) -> &str {
        self.names.get(id).map(String::as_str).unwrap_or_default()
    }

    /// Where the schema stands.
    pub(crate) fn place(&self, id: usize) -> Option<&Place> {
        self.places.get(id)
    }
}

/// What all conversions of one document share.
pub(crate) struct Shared<'d> {
    pub(crate) documents: Documents<'d>,
    pub(crate) version: Version,
    pub(crate) names: Names,
    patterns: HashMap<&'d str, bool>,
    /// Where a reference leads, as the schema's number, and whether that is read-only: most are written many times.
    references: HashMap<(usize, &'d str), (usize, bool)>,
    /// How much may still be converted.
    left: usize,
}

impl<'d> Shared<'d> {
    /// For a document of that length.
    pub(crate) fn new(documents: Documents<'d>, version: Version, length: usize) -> Self {
        Self {
            documents,
            version,
            names: Names::default(),
            patterns: HashMap::new(),
            references: HashMap::new(),
            left: WORK + length / 4,
        }
    }

    /// Counts what is converted: by references a few lines can stand for a large operation at a hundred thousand paths.
    ///
    /// # Errors
    /// If that is more than the document's length explains.
    pub(crate) fn work(&mut self, steps: usize) -> Result<(), String> {
        self.left = self.left.checked_sub(steps).ok_or("the document repeats too much by reference")?;
        Ok(())
    }

    /// The number of the schema that a reference leads to, and whether that is read-only.
    fn referred(&mut self, reference: &'d str, document: usize) -> Result<(usize, bool), String> {
        if let Some(known) = self.references.get(&(document, reference)) {
            return Ok(*known);
        }
        let (node, place) = self.documents.target(reference, document)?;
        let read_only = self.documents.follow(node).is_ok_and(|of| of.flag("readOnly"));
        let found = (self.names.id(place), node.flag("readOnly") || read_only);
        self.references.insert((document, reference), found);
        Ok(found)
    }

    /// Whether the checker of arguments can use a regular expression: it is asked itself, once for each, where that can't
    /// be told by looking.
    fn is_pattern(&mut self, pattern: &'d str) -> bool {
        *self.patterns.entry(pattern).or_insert_with(|| match look(pattern) {
            Looked::Good => true,
            Looked::Costly => false,
            Looked::Unclear => {
                jsonschema::draft202012::options().build(&json!({ "pattern": pattern })).is_ok()
            }
        })
    }
}

/// One conversion: what it refers to and what it had to leave out.
#[derive(Default)]
pub(crate) struct Conversion {
    /// The schemas that it refers to.
    pub(crate) refs: BTreeSet<usize>,
    /// What was left out, in words.
    pub(crate) notes: BTreeSet<String>,
}

impl Conversion {
    /// The schema in 2020-12, its references leading into `$defs`.
    ///
    /// # Errors
    /// The reference that leads nowhere.
    pub(crate) fn schema<'d>(&mut self, shared: &mut Shared<'d>, node: Node<'d>) -> Result<Value, String> {
        self.within(shared, node, &BTreeSet::new())
    }

    /// `unsent`: properties that a schema around this one says are read-only.
    fn within<'d>(
        &mut self,
        shared: &mut Shared<'d>,
        node: Node<'d>,
        unsent: &BTreeSet<&'d str>,
    ) -> Result<Value, String> {
        shared.work(1)?;
        let fields = match node.value {
            Value::Object(fields) => fields,
            Value::Bool(flag) => return Ok(Value::Bool(*flag)),
            other => {
                self.note(format!("a schema is {}, and was taken for any value", kind(other)));
                return Ok(json!({}));
            }
        };
        let mut out = Map::new();
        if let Some(reference) = node.text("$ref") {
            let (id, _) = shared.referred(reference, node.document)?;
            self.refs.insert(id);
            out.insert("$ref".to_owned(), format!("#/$defs/{}", shared.names.name(id)).into());
            // Before 3.1 what stands beside a reference says nothing; words do no harm.
            if shared.version < Version::V31 {
                if let Some(words) = node.text("description") {
                    out.insert("description".to_owned(), cut(words, PROSE).into());
                }
                return Ok(Value::Object(out));
            }
        }
        let mut unsent = unsent.clone();
        read_only(shared, node, &mut unsent);
        for (keyword, value) in fields {
            match holds(keyword) {
                Some(holds) => {
                    let value = Node { value, document: node.document };
                    self.keyword(shared, keyword, holds, value, &unsent, &mut out)?;
                }
                None if is_missed(keyword) => self.note(format!("`{keyword}` is not used here")),
                None => {}
            }
        }
        exclusive(fields, &mut out);
        if out.get("type").is_some_and(|kind| kind == "file") {
            out.insert("type".to_owned(), "string".into());
            out.insert("contentEncoding".to_owned(), "base64".into());
        }
        if node.flag("nullable") && shared.version < Version::V31 || node.flag("x-nullable") {
            out = nullable(out);
        }
        Ok(Value::Object(out))
    }

    fn keyword<'d>(
        &mut self,
        shared: &mut Shared<'d>,
        keyword: &str,
        holds: Holds,
        node: Node<'d>,
        unsent: &BTreeSet<&'d str>,
        out: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let value = node.value;
        let document = node.document;
        if matches!(
            holds,
            Holds::Values
                | Holds::Anything
                | Holds::Names
                | Holds::NamesByName
                | Holds::Text
                | Holds::Pattern
        ) {
            shared.work(size(value) / 32)?;
        }
        let kept = match (holds, value) {
            (Holds::Number, Value::Number(_)) | (Holds::Flag, Value::Bool(_)) => value.clone(),
            (Holds::Text, Value::String(_)) | (Holds::Anything, _) => value.clone(),
            (Holds::Positive, Value::Number(number))
                if number.as_f64().is_some_and(|number| number > 0.0) =>
            {
                value.clone()
            }
            (Holds::Count, Value::Number(number)) if count(number).is_some() => count(number).into(),
            // The flag of 3.0 is read beside the bound that it is about; 3.1 has a number.
            (Holds::Exclusive, Value::Bool(_)) => return Ok(()),
            (Holds::Exclusive, Value::Number(_)) => value.clone(),
            (Holds::Prose, Value::String(text)) => match cut(text, PROSE) {
                words if words.is_empty() => return Ok(()),
                words => words.into(),
            },
            (Holds::Pattern, Value::String(pattern)) if shared.is_pattern(pattern) => value.clone(),
            (Holds::Names, Value::Array(names)) if names.iter().all(Value::is_string) => {
                let names: BTreeSet<_> = names.iter().filter_map(Value::as_str).collect();
                let sent: Vec<_> = names.difference(unsent).copied().collect();
                if sent.is_empty() {
                    return Ok(());
                }
                sent.into()
            }
            // The flag by which older drafts and many authors say it at the property itself, where it says nothing.
            (Holds::Names, Value::Bool(_)) => return Ok(()),
            (Holds::Values, Value::Array(values)) if !values.is_empty() => value.clone(),
            (Holds::Example, _) => {
                self.example(keyword, value, out);
                return Ok(());
            }
            (Holds::NamesByName, Value::Object(names)) if names.values().all(is_names) => value.clone(),
            (Holds::Schema, Value::Object(_) | Value::Bool(_)) => {
                self.within(shared, node, &BTreeSet::new())?
            }
            (Holds::Items, Value::Object(_) | Value::Bool(_)) => {
                self.within(shared, node, &BTreeSet::new())?
            }
            (Holds::Items, Value::Array(items)) if !items.is_empty() => {
                let items = self.list(shared, items, document, &BTreeSet::new())?;
                out.insert("prefixItems".to_owned(), items);
                return Ok(());
            }
            (Holds::Schemas, Value::Array(schemas)) if !schemas.is_empty() => {
                let around = if keyword == "allOf" { unsent.clone() } else { BTreeSet::new() };
                self.list(shared, schemas, document, &around)?
            }
            (Holds::SchemasByName, Value::Object(schemas)) => {
                let mut converted = Map::new();
                for (name, value) in schemas {
                    if keyword == "properties" && unsent.contains(name.as_str()) {
                        continue;
                    }
                    let schema = self.within(shared, Node { value, document }, &BTreeSet::new())?;
                    converted.insert(name.clone(), schema);
                }
                Value::Object(converted)
            }
            (Holds::SchemasByPattern, Value::Object(schemas))
                if schemas.keys().all(|pattern| shared.is_pattern(pattern)) =>
            {
                let mut converted = Map::new();
                for (pattern, value) in schemas {
                    let schema = self.within(shared, Node { value, document }, &BTreeSet::new())?;
                    converted.insert(pattern.clone(), schema);
                }
                Value::Object(converted)
            }
            (Holds::Type, Value::String(name)) if TYPES.contains(&name.as_str()) || name == "file" => {
                value.clone()
            }
            (Holds::Type, Value::Array(names)) if is_types(names) => value.clone(),
            (_, Value::Null) => return Ok(()),
            (_, other) => {
                let shown: String = other.to_string().chars().take(60).collect();
                self.note(format!("`{keyword}` can't be {shown}, and was left out"));
                return Ok(());
            }
        };
        out.insert(keyword.to_owned(), kept);
        Ok(())
    }

    fn list<'d>(
        &mut self,
        shared: &mut Shared<'d>,
        items: &'d [Value],
        document: usize,
        unsent: &BTreeSet<&'d str>,
    ) -> Result<Value, String> {
        items.iter().map(|value| self.within(shared, Node { value, document }, unsent)).collect()
    }

    fn example(&self, keyword: &str, value: &Value, out: &mut Map<String, Value>) {
        let small = |value: &Value| !value.is_null() && value.to_string().len() <= EXAMPLE;
        match (keyword, value) {
            ("default", value) if small(value) => drop(out.insert("default".to_owned(), value.clone())),
            ("example", value) if small(value) => {
                out.entry("examples").or_insert_with(|| json!([value]));
            }
            ("examples", Value::Array(examples)) => {
                let kept: Vec<_> = examples.iter().filter(|value| small(value)).take(2).cloned().collect();
                if !kept.is_empty() {
                    out.insert("examples".to_owned(), Value::Array(kept));
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, words: String) {
        if self.notes.len() < NOTES {
            self.notes.insert(words);
        }
    }
}

/// The properties that a schema, or one that it is made of, says are read-only.
fn read_only<'d>(shared: &mut Shared<'d>, node: Node<'d>, names: &mut BTreeSet<&'d str>) {
    let mut parts = vec![node];
    let mut looked_through = 0;
    while let Some(node) = parts.pop() {
        for (name, property) in node.members("properties") {
            looked_through += 1;
            let of = property.text("$ref").and_then(|to| shared.referred(to, property.document).ok());
            if property.flag("readOnly") || of.is_some_and(|(_, read_only)| read_only) {
                names.insert(name);
            }
        }
        looked_through += 1;
        if looked_through < LOOKED_THROUGH {
            let found = node.items("allOf").filter_map(|part| shared.documents.follow(part).ok());
            parts.extend(found.take(LOOKED_THROUGH));
        }
    }
}

/// `minimum: 0, exclusiveMinimum: true` of 2.0 and 3.0 as `exclusiveMinimum: 0`.
fn exclusive(fields: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if fields.get(flag) == Some(&Value::Bool(true))
            && let Some(value) = out.remove(bound)
        {
            out.insert(flag.to_owned(), value);
        }
    }
}

/// The same, or null. With `type` that is another type; around a reference or a choice, where 3.0 strictly says
/// nothing, it is what its author meant.
fn nullable(mut out: Map<String, Value>) -> Map<String, Value> {
    if let Some(kind) = out.get_mut("type") {
        match kind {
            Value::Array(types) if types.iter().any(|kind| kind == "null") => {}
            Value::Array(types) => types.push("null".into()),
            kind => *kind = json!([kind.clone(), "null"]),
        }
        return out;
    }
    if !["allOf", "anyOf", "oneOf"].iter().any(|keyword| out.contains_key(*keyword)) {
        return out;
    }
    let words: Vec<_> =
        ["title", "description", "default"].iter().filter_map(|word| out.remove_entry(*word)).collect();
    let mut either = Map::new();
    either.insert("anyOf".to_owned(), json!([out, { "type": "null" }]));
    either.extend(words);
    either
}

fn is_names(value: &Value) -> bool {
    let Some(names) = value.as_array() else { return false };
    let distinct: BTreeSet<_> = names.iter().filter_map(Value::as_str).collect();
    distinct.len() == names.len()
}

fn is_types(names: &[Value]) -> bool {
    let known: BTreeSet<_> =
        names.iter().filter_map(Value::as_str).filter(|name| TYPES.contains(name)).collect();
    !names.is_empty() && known.len() == names.len()
}

/// A whole number from zero, also where it is written `10.0`.
fn count(number: &serde_json::Number) -> Option<u64> {
    let text = number.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "missing",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// About how long a value is as JSON.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 3,
        Value::Array(items) => 2 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields.iter().map(|(name, value)| name.len() + 4 + size(value)).sum::<usize>()
        }
    }
}
