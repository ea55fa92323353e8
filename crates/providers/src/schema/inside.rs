//! A schema without the keywords that a protocol does not take.

use serde_json::{Map, Value, json};

use super::taken::Taken;

/// How deep a schema is followed, and how many schemas it may have when its references are written out: a definition that
/// is used twice by each of thirty others would be a billion.
const DEEPEST: usize = 32;
const MOST: usize = 4000;
/// How long an account of one dropped keyword may be.
const LONGEST: usize = 400;
/// What tells a model nothing when it is gone.
const SILENT: [&str; 12] = [
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$vocabulary",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "examples",
    "readOnly",
    "writeOnly",
];

/// One schema on its way.
pub(super) struct Loosening<'a> {
    taken: Taken,
    document: &'a Value,
    /// Whether references lead where their pointers say.
    plain: bool,
    /// The references that are being written out; one that leads back here is left open.
    within: Vec<&'a str>,
    depth: usize,
    left: usize,
}

impl<'a> Loosening<'a> {
    pub(super) fn new(taken: Taken, document: &'a Value) -> Self {
        Self { taken, document, plain: is_plain(document), within: Vec::new(), depth: 0, left: MOST }
    }

    /// The schema, loosened. Where too much is within it, anything is allowed.
    pub(super) fn of(&mut self, schema: &'a Value) -> Value {
        let Value::Object(schema) = schema else {
            // `false` allows nothing; nobody but JSON Schema itself can say that.
            return json!({});
        };
        if self.depth >= DEEPEST || self.left == 0 {
            return json!({});
        }
        self.left -= 1;
        self.depth += 1;
        let loose = match schema.get("$ref") {
            Some(Value::String(reference)) => self.written_out(reference, schema),
            _ => self.object(schema),
        };
        self.depth -= 1;
        loose
    }

    /// What a reference names. What stands beside it must hold too, but only a description of it is kept.
    fn written_out(&mut self, reference: &'a str, beside: &'a Map<String, Value>) -> Value {
        let found = reference.strip_prefix('#').filter(|_| !self.within.contains(&reference));
        let found = found.and_then(|pointer| self.document.pointer(pointer));
        let mut loose = match found.filter(|_| self.plain) {
            Some(found) => {
                self.within.push(reference);
                let loose = self.of(found);
                self.within.pop();
                loose
            }
            None => json!({}),
        };
        if let (Some(loose), Some(Value::String(words))) = (loose.as_object_mut(), beside.get("description"))
        {
            loose.insert("description".to_owned(), json!(words));
        }
        loose
    }

    fn object(&mut self, schema: &'a Map<String, Value>) -> Value {
        let mut loose = Map::new();
        let mut dropped = Vec::new();
        for (keyword, value) in schema {
            match self.keyword(keyword, value) {
                Some((keyword, value)) => {
                    loose.entry(keyword).or_insert(value);
                }
                None if SILENT.contains(&keyword.as_str()) => {}
                None => dropped.push((keyword.as_str(), value)),
            }
        }
        // What these were exceptions from would hold for their own cases too.
        if schema.contains_key("patternProperties") && !loose.contains_key("patternProperties") {
            loose.remove("additionalProperties");
        }
        let is_tuple = schema.contains_key("prefixItems") || schema.get("items").is_some_and(Value::is_array);
        if is_tuple && !loose.contains_key("prefixItems") {
            loose.remove("items");
        }
        if let Some(Value::Array(all)) = schema.get("allOf")
            && !self.taken.has("allOf")
        {
            for one in all {
                let one = self.of(one);
                also(&mut loose, one);
            }
        }
        tell(&mut loose, &dropped);
        Value::Object(loose)
    }

    /// A keyword as it is kept; none if it is not.
    fn keyword(&mut self, keyword: &str, value: &'a Value) -> Option<(String, Value)> {
        let kept = |value: Value| Some((keyword.to_owned(), value));
        match (keyword, value) {
            ("const", value) if !self.taken.has("const") && self.takes_in_enum(value) => {
                Some(("enum".to_owned(), json!([value])))
            }
            ("oneOf", Value::Array(any)) if self.taken.has("anyOf") => {
                Some(("anyOf".to_owned(), any.iter().map(|one| self.of(one)).collect()))
            }
            _ if !self.taken.has(keyword) => None,
            ("properties" | "patternProperties", Value::Object(each)) => {
                let each = each.iter().map(|(name, schema)| (name.clone(), self.of(schema)));
                kept(Value::Object(each.collect()))
            }
            ("additionalProperties" | "items", Value::Bool(_)) => kept(value.clone()),
            ("additionalProperties" | "items", Value::Object(_)) => kept(self.of(value)),
            ("items", _) => None,
            ("prefixItems" | "anyOf", Value::Array(each)) => {
                kept(each.iter().map(|schema| self.of(schema)).collect())
            }
            ("enum", Value::Array(values)) => {
                let plain = values.iter().all(|value| self.takes_in_enum(value));
                if plain { kept(value.clone()) } else { None }
            }
            ("format", Value::String(format)) => {
                let known = self.taken.formats.is_none_or(|formats| formats.contains(&format.as_str()));
                if known { kept(value.clone()) } else { None }
            }
            _ => kept(value.clone()),
        }
    }

    fn takes_in_enum(&self, value: &Value) -> bool {
        self.taken.has("enum") && (!self.taken.plain_enum || value.is_string() || value.is_number())
    }
}

/// Adds what must hold besides, as far as it can be said in the same place: of what both speak of, the first stands.
pub(super) fn also(loose: &mut Map<String, Value>, besides: Value) {
    let Value::Object(besides) = besides else { return };
    for (keyword, value) in besides {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(more)) => {
                let known = loose.entry("properties").or_insert_with(|| json!({}));
                let Some(known) = known.as_object_mut() else { continue };
                for (name, schema) in more {
                    known.entry(name).or_insert(schema);
                }
            }
            ("required", Value::Array(more)) => {
                let known = loose.entry("required").or_insert_with(|| json!([]));
                let Some(known) = known.as_array_mut() else { continue };
                for name in more {
                    if !known.contains(&name) {
                        known.push(name);
                    }
                }
            }
            ("type" | "enum" | "anyOf" | "format" | "minimum" | "maximum" | "description", value) => {
                loose.entry(keyword).or_insert(value);
            }
            // The others speak of what stands beside them, which here would be something else.
            _ => {}
        }
    }
}

/// Says in the description what is no longer said otherwise.
pub(super) fn tell(loose: &mut Map<String, Value>, dropped: &[(&str, &Value)]) {
    // `allOf` is taken in as far as it can be, and a default says nothing about what is valid, but much to a model.
    let told: Vec<String> = dropped.iter().filter(|(keyword, _)| *keyword != "allOf").map(account).collect();
    if told.is_empty() {
        return;
    }
    let before = loose.get("description").and_then(Value::as_str).unwrap_or_default();
    let words = if before.is_empty() { String::new() } else { format!("{before} ") };
    loose.insert("description".to_owned(), json!(format!("{words}({})", told.join("; "))));
}

fn account((keyword, value): &(&str, &Value)) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let cut: String = text.chars().take(LONGEST).collect();
    let mark = if cut.len() < text.len() { "…" } else { "" };
    format!("{keyword}: {cut}{mark}")
}

/// Whether references lead where their pointers say: within a schema with an id of its own they don't.
fn is_plain(document: &Value) -> bool {
    fn has_id(value: &Value) -> bool {
        match value {
            Value::Object(fields) => {
                fields.get("$id").is_some_and(Value::is_string) || fields.values().any(has_id)
            }
            Value::Array(values) => values.iter().any(has_id),
            _ => false,
        }
    }
    match document {
        Value::Object(fields) => !fields.values().any(has_id),
        _ => true,
    }
}
