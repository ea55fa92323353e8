//! Hiding values in a JSON document.

use std::collections::HashMap;

use domain::finding::Finding;
use domain::hidden::HiddenPlace;
use serde_json::{Map, Value};

use super::names::Pseudonyms;
use super::spans::{replaced, within};

impl Pseudonyms {
    /// Hides what these findings name in a JSON document, and every value that is known already; in what is no document,
    /// as in a text. What stands twice under one name in an object stands there once afterwards.
    pub fn hide_in_json(
        &mut self,
        document: &str,
        findings: &[&Finding],
        place: &dyn Fn(&Finding) -> HiddenPlace,
    ) -> String {
        match serde_json::from_str(document) {
            Ok(mut value) => {
                hide(self, &mut value, findings, place);
                self.catch_up();
                hide_known(self, &mut value);
                value.to_string()
            }
            Err(_) => self.hide_in_text(document, findings, place),
        }
    }

    /// Hides every known value in the arguments of a call; a string that is one as a whole however short it is, since the
    /// model may have written its pseudonym there.
    pub fn hide_in_arguments(&self, arguments: &str) -> String {
        if self.known() == 0 {
            return arguments.to_owned();
        }
        match serde_json::from_str(arguments) {
            Ok(mut value) => {
                hide_whole(self, &mut value);
                hide_known(self, &mut value);
                value.to_string()
            }
            Err(_) => self.hide_known(arguments).into_owned(),
        }
    }
}

/// Hides what these findings name. A number becomes the string of its pseudonym.
fn hide(
    names: &mut Pseudonyms,
    document: &mut Value,
    findings: &[&Finding],
    place: &dyn Fn(&Finding) -> HiddenPlace,
) {
    // All of one value at once, since the first changes what the others count in; values in the order of the document.
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let group = *places.entry(finding.pointer.as_str()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(finding);
    }
    for here in groups {
        if let Some(value) = here.first().and_then(|first| document.pointer_mut(&first.pointer)) {
            hide_here(names, value, &here, place);
        }
    }
}

fn hide_here(
    names: &mut Pseudonyms,
    value: &mut Value,
    findings: &[&Finding],
    place: &dyn Fn(&Finding) -> HiddenPlace,
) {
    let (text, is_number) = match &*value {
        Value::String(text) => (text.clone(), false),
        Value::Number(number) => (number.to_string(), true),
        // Under a name that stands twice in its object there may be something else than was found.
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return,
    };
    let mut spans = Vec::new();
    for finding in findings {
        let Some(range) = within(&text, finding) else { continue };
        let whole = is_number && range == (0..text.len());
        let pseudonym = names.name(&text[range.clone()], whole, finding, place(finding));
        spans.push((range, pseudonym));
    }
    if !spans.is_empty() {
        *value = Value::String(replaced(&text, &mut spans));
    }
}

/// Hides every string and number that is a known value as a whole.
fn hide_whole(names: &Pseudonyms, value: &mut Value) {
    let text = match &*value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Bool(_) => String::new(),
    };
    if let Some(known) = names.known_as(&text) {
        *value = Value::String(known.to_owned());
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| hide_whole(names, item)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, field)| hide_whole(names, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Hides every known value in every string, name and number.
fn hide_known(names: &Pseudonyms, value: &mut Value) {
    match value {
        Value::String(text) => *text = names.hide_known(text).into_owned(),
        Value::Number(number) => {
            let text = number.to_string();
            let hidden = names.hide_known(&text);
            if hidden != text {
                *value = Value::String(hidden.into_owned());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_known(names, item)),
        Value::Object(fields) => {
            let renamed: Map<String, Value> = std::mem::take(fields)
                .into_iter()
                .map(|(name, mut field)| {
                    hide_known(names, &mut field);
                    (names.hide_known(&name).into_owned(), field)
                })
                .collect();
            *fields = renamed;
        }
        Value::Null | Value::Bool(_) => {}
    }
}
