//! Variables: `{{name}}` in a text, and what it stands for as far as the text says so.

use std::collections::BTreeMap;

/// How often a variable may stand for a text with variables.
const DEEPEST: usize = 8;
/// The longest text that comes of it, in bytes: a few variables could stand for gigabytes.
const LONGEST: usize = 64 << 10;

/// What variables stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    /// As it stands.
    Plain(&'t str),
    /// A variable's name.
    Variable(&'t str),
}

impl Variables {
    /// Whoever says it later wins. A variable without a value stays open.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.values.insert(name.trim().to_owned(), value.to_owned());
        }
    }

    /// What a variable stands for, if that is known to the end.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let filled = self.filled(self.values.get(name)?);
        (!is_open(&filled)).then_some(filled)
    }

    /// The text with every variable that is known.
    pub(crate) fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEEPEST {
            let mut out = String::new();
            let mut changed = false;
            for part in parts(&text) {
                match part {
                    Part::Plain(plain) => out.push_str(plain),
                    Part::Variable(name) => match self.values.get(name) {
                        Some(value) => {
                            out.push_str(value);
                            changed = true;
                        }
                        None => {
                            out.push_str("{{");
                            out.push_str(name);
                            out.push_str("}}");
                        }
                    },
                }
                if out.len() > LONGEST {
                    return text;
                }
            }
            text = out;
            if !changed {
                break;
            }
        }
        text
    }
}

/// Whether a variable is left in a text.
pub(crate) fn is_open(text: &str) -> bool {
    parts(text).iter().any(|part| matches!(part, Part::Variable(_)))
}

/// A text's parts. A variable is named bare, or as Insomnia names those of its environment, `_.name`.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        if !before.is_empty() {
            parts.push(Part::Plain(before));
        }
        parts.push(Part::Variable(bare(name)));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

fn bare(name: &str) -> &str {
    let name = name.trim();
    let name = name.strip_prefix("_.").unwrap_or(name);
    let quoted = name.strip_prefix("_['").and_then(|name| name.strip_suffix("']"));
    quoted.unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_as_far_as_they_are_known() {
        let mut variables = Variables::default();
        variables.set("base", "https://{{ _.host }}/v1");
        variables.set("host", "api.example.com");
        variables.set("round", "{{round}}x");
        assert_eq!(variables.filled("{{base}}/a/{{id}}"), "https://api.example.com/v1/a/{{id}}");
        assert_eq!(variables.value("base").as_deref(), Some("https://api.example.com/v1"));
        assert_eq!(variables.value("round"), None);
        assert_eq!(parts("a{{b"), [Part::Plain("a{{b")]);
        assert!(variables.filled(&"{{round}}".repeat(9)).len() < 2 * LONGEST);
    }
}
