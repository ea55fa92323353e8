//! YAML as a JSON value: the core schema of YAML 1.2 (§10.3), with the merge keys that people go on writing.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

/// How deep values lie in one another; `serde_json` has the same limit for JSON.
const DEEPEST: usize = 128;
/// How many values aliases may repeat in all, whatever the document's length: a few lines could stand for millions.
const REPEATED: usize = 1 << 20;

/// The first document of the text.
///
/// # Errors
/// Where it is not YAML, or what makes it too large.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let mut parser = Parser::new_from_str(text);
    let mut reading = Reading::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| format!("the document is not YAML: {error}"))?;
        let placed = |problem: &str| format!("line {}: {problem}", span.start.line());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let key = style == ScalarStyle::Plain && text == "<<";
                let value = scalar(&text, style, tag.as_deref());
                reading.put(value, text.as_ref(), anchor, 1, key).map_err(|problem| placed(&problem))?;
            }
            Event::SequenceStart(_, anchor, _) => {
                reading.open(Holding::List(Vec::new()), anchor).map_err(|problem| placed(&problem))?;
            }
            Event::MappingStart(_, anchor, _) => {
                let holding = Holding::Fields { fields: Map::new(), key: None, merged: Vec::new() };
                reading.open(holding, anchor).map_err(|problem| placed(&problem))?;
            }
            Event::SequenceEnd | Event::MappingEnd => reading.close().map_err(|problem| placed(&problem))?,
            Event::Alias(anchor) => reading.repeat(anchor).map_err(|problem| placed(&problem))?,
            Event::DocumentEnd | Event::StreamEnd => break,
            _ => {}
        }
    }
    reading.whole.ok_or_else(|| "the document is empty".to_owned())
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, usize)>,
    repeated: usize,
    whole: Option<Value>,
}

/// A list or mapping that has not ended.
struct Open {
    holding: Holding,
    anchor: usize,
    /// How many values it holds, itself counted.
    values: usize,
}

enum Holding {
    List(Vec<Value>),
    Fields { fields: Map<String, Value>, key: Option<Key>, merged: Vec<Value> },
}

enum Key {
    Named(String),
    Merge,
}

impl Reading {
    fn open(&mut self, holding: Holding, anchor: usize) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} lists and mappings lie in one another"));
        }
        self.open.push(Open { holding, anchor, values: 1 });
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(Open { holding, anchor, values }) = self.open.pop() else { return Ok(()) };
        let value = match holding {
            Holding::List(items) => Value::Array(items),
            Holding::Fields { mut fields, merged, .. } => {
                for source in merged {
                    merge(&mut fields, source);
                }
                Value::Object(fields)
            }
        };
        self.put(value, "", anchor, values, false)
    }

    fn repeat(&mut self, anchor: usize) -> Result<(), String> {
        let Some((_, values)) = self.anchors.get(&anchor) else {
            return Err("an alias stands within what it repeats".to_owned());
        };
        let values = *values;
        self.repeated += values;
        if self.repeated > REPEATED {
            return Err(format!("its aliases repeat more than {REPEATED} values"));
        }
        let value = self.anchors.get(&anchor).map(|(value, _)| value.clone()).unwrap_or_default();
        let text = value.as_str().unwrap_or_default().to_owned();
        self.put(value, &text, 0, values, false)
    }

    /// Gives a value its place: it is a key, the value of one, an item, or the whole.
    fn put(
        &mut self,
        value: Value,
        text: &str,
        anchor: usize,
        values: usize,
        merge: bool,
    ) -> Result<(), String> {
        if anchor != 0 {
            // Kept once more, so anchors within anchors count like aliases.
            self.repeated += values;
            if self.repeated > REPEATED {
                return Err(format!("its anchors and aliases repeat more than {REPEATED} values"));
            }
            self.anchors.insert(anchor, (value.clone(), values));
        }
        let Some(open) = self.open.last_mut() else {
            self.whole.get_or_insert(value);
            return Ok(());
        };
        open.values += values;
        match &mut open.holding {
            Holding::List(items) => items.push(value),
            Holding::Fields { fields, key, merged } => match key.take() {
                None if merge => *key = Some(Key::Merge),
                None if value.is_array() || value.is_object() => {
                    return Err("a list or mapping can't be a key here".to_owned());
                }
                // A key is a text in JSON, and stands as it was written: `200`, `on`, `1.0`.
                None => *key = Some(Key::Named(text.to_owned())),
                Some(Key::Merge) => merged.push(value),
                Some(Key::Named(name)) => drop(fields.insert(name, value)),
            },
        }
        Ok(())
    }
}

/// Adds what is not there yet.
fn merge(fields: &mut Map<String, Value>, source: Value) {
    match source {
        Value::Object(more) => {
            for (name, value) in more {
                fields.entry(name).or_insert(value);
            }
        }
        Value::Array(sources) => {
            for source in sources {
                if source.is_object() {
                    merge(fields, source);
                }
            }
        }
        _ => {}
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.suffix() == "str");
    if style != ScalarStyle::Plain || is_text {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        text => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let first = *text.as_bytes().first()?;
    // A quick way out for words, which are nearly everything.
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    let digits = |text: &str, base| u64::from_str_radix(text, base).ok().map(Number::from);
    if let Some(hex) = text.strip_prefix("0x").filter(|hex| !hex.starts_with('+')) {
        return digits(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o").filter(|octal| !octal.starts_with('+')) {
        return digits(octal, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.')
        || !unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'))
    {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let whole =
            plain.parse::<i64>().map(Number::from).or_else(|_| plain.parse::<u64>().map(Number::from));
        if let Ok(whole) = whole {
            return Some(whole);
        }
    }
    plain.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_is_read_as_the_core_schema_says() {
        let text =
            "a: [1, -2.5, 0x1f, 010, .5, 1e3, yes, ~, 'null', 2024-01-01, 1.2.3]\n200: on\nb: !!str 5\n";
        let expected = json!({
            "200": "on",
            "a": [1, -2.5, 31, 10, 0.5, 1000.0, "yes", null, "null", "2024-01-01", "1.2.3"],
            "b": "5",
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn aliases_and_merge_keys_stand_for_what_they_name() {
        let text = "a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [*a, {z: 4}]}\n'<<': quoted\n";
        let a = json!({"x": 1, "y": 2});
        let expected =
            json!({"a": a, "b": a, "c": {"x": 1, "y": 3}, "d": {"x": 1, "y": 2, "z": 4}, "<<": "quoted"});
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn a_few_lines_can_not_stand_for_millions() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let aliases = vec![format!("*a{before}"); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(read(&text).unwrap_err().contains("repeat"));
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"- ".repeat(100_000)).is_err());
        assert!(read("a: &a [*a]").is_err());
    }
}
