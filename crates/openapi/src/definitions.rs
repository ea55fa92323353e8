//! The schemas that a tool's input refers to, each converted once, as its `$defs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

use crate::convert::{Conversion, Shared, size};

/// The least that a tool's schema may have, in bytes of JSON, however many operations a document has.
const LEAST: usize = 2 << 10;
/// The most that a tool's schema may have: beyond that no model reads it.
const MOST: usize = 64 << 10;
/// What all schemas of a document may have together, if the document is small: writing them takes as long as reading as
/// much.
const TOGETHER: usize = 1 << 20;

/// What stands for a schema that there is no room for.
const NO_ROOM: &str = "Not described here: the whole would be too long. Any value is taken.";

/// Every schema that was referred to so far.
pub(crate) struct Definitions {
    known: BTreeMap<usize, Result<Definition, String>>,
    room: usize,
}

struct Definition {
    full: Value,
    full_size: usize,
    /// Without words, made when there is no room for them.
    brief: Option<(Value, usize)>,
    refs: BTreeSet<usize>,
    notes: BTreeSet<String>,
}

impl Definitions {
    /// For a document of that length and number of operations: what comes out is bounded by what went in.
    pub(crate) fn new(length: usize, operations: usize) -> Self {
        let room = TOGETHER.max(length) / operations.max(1);
        Self { known: BTreeMap::new(), room: room.clamp(LEAST, MOST) }
    }

    /// The `$defs` of a schema with those references; what has no room is left wide, the farthest first.
    ///
    /// # Errors
    /// A reference, however far, that leads nowhere.
    pub(crate) fn of<'d>(
        &mut self,
        shared: &mut Shared<'d>,
        conversion: &mut Conversion,
    ) -> Result<Map<String, Value>, String> {
        let mut defs = Map::new();
        if conversion.refs.is_empty() {
            return Ok(defs);
        }
        let (ids, fits) = self.reached(shared, &conversion.refs, false)?;
        let (ids, brief) =
            if fits { (ids, false) } else { (self.reached(shared, &conversion.refs, true)?.0, true) };
        let mut wanting = BTreeSet::new();
        for id in &ids {
            let Some(Ok(definition)) = self.known.get(id) else { continue };
            let value = match (&definition.brief, brief) {
                (Some((value, _)), true) => value,
                _ => &definition.full,
            };
            defs.insert(shared.names.name(*id).to_owned(), value.clone());
            wanting.extend(definition.refs.difference(&ids));
            conversion.notes.extend(definition.notes.iter().cloned());
        }
        for id in conversion.refs.difference(&ids).chain(&wanting) {
            defs.insert(shared.names.name(*id).to_owned(), json!({ "description": NO_ROOM }));
        }
        if !fits && ids.len() < defs.len() {
            conversion.notes.insert("its schema is too long: the innermost parts take any value".to_owned());
        }
        Ok(defs)
    }

    /// The nearest schemas that there is room for, and whether those are all.
    fn reached<'d>(
        &mut self,
        shared: &mut Shared<'d>,
        roots: &BTreeSet<usize>,
        brief: bool,
    ) -> Result<(BTreeSet<usize>, bool), String> {
        let room = self.room;
        let mut size = 0;
        let mut reached = BTreeSet::new();
        let mut seen = roots.clone();
        let mut queue: VecDeque<usize> = roots.iter().copied().collect();
        let mut fits = true;
        while let Some(id) = queue.pop_front() {
            let definition = self.definition(shared, id)?;
            let own = if brief { definition.brief_size() } else { definition.full_size };
            if size + own > room {
                fits = false;
                // Without words a smaller one may still fit; with them, there is another attempt.
                if brief { continue } else { break }
            }
            size += own;
            reached.insert(id);
            queue.extend(definition.refs.iter().copied().filter(|id| seen.insert(*id)));
        }
        Ok((reached, fits))
    }

    fn definition<'d>(&mut self, shared: &mut Shared<'d>, id: usize) -> Result<&mut Definition, String> {
        let known = self.known.entry(id).or_insert_with(|| convert(shared, id));
        known.as_mut().map_err(|why| why.clone())
    }
}

impl Definition {
    fn brief_size(&mut self) -> usize {
        let Self { full, brief, .. } = self;
        brief
            .get_or_insert_with(|| {
                let mut value = full.clone();
                wordless(&mut value);
                let size = size(&value);
                (value, size)
            })
            .1
    }
}

fn convert(shared: &mut Shared<'_>, id: usize) -> Result<Definition, String> {
    let (document, pointer) = shared.names.place(id).cloned().unwrap_or_default();
    let node = shared.documents.at(document, &pointer)?;
    let mut conversion = Conversion::default();
    let full = conversion.schema(shared, node)?;
    let full_size = size(&full);
    Ok(Definition { full, full_size, brief: None, refs: conversion.refs, notes: conversion.notes })
}

/// Takes out what only explains.
fn wordless(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    for word in ["title", "description", "default", "examples", "deprecated"] {
        fields.remove(word);
    }
    for (keyword, value) in fields {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                schemas.values_mut().for_each(wordless);
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter_mut().for_each(wordless);
            }
            ("enum" | "const" | "required" | "dependentRequired", _) => {}
            (_, schema) => wordless(schema),
        }
    }
}
