//! What the results say together that an answer is written with.

use std::collections::BTreeSet;

use domain::answer::Combined;
use domain::id::CallId;
use domain::label::Label;
use domain::payload::PayloadRole;
use policy::Brought;
use serde_json::Value;

use super::driver::Driver;
use crate::error::EngineError;

/// How much of a call's arguments is gone through for what it was asked for with.
const READ: usize = 16 << 10;
/// A shorter word or a smaller number stands for many things: a page, a limit, a yes.
const LEAST_LETTERS: usize = 3;

impl Driver {
    /// What the results in the model's context combine.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub(crate) async fn combined(&self) -> Result<Vec<Combined>, EngineError> {
        let mut brought = Vec::new();
        for item in self.talk.in_context.iter().filter(|item| item.ok) {
            let Some((tool, label, arguments)) = self.called(item.call).await? else { continue };
            let Some((source, _)) = tool.split_once('.') else { continue };
            let source = source.to_owned();
            brought.push(Brought { call: item.call, source, label, subjects: subjects(&arguments) });
        }
        Ok(policy::combined(&brought))
    }

    /// The tool, the label and the arguments of a call of this turn, or of one before.
    async fn called(&self, call: CallId) -> Result<Option<(String, Label, String)>, EngineError> {
        if let Some(live) = self.calls.get(&call) {
            let tool = live.call.tool.as_ref().map(ToString::to_string).unwrap_or_default();
            let label = live.end.as_ref().map_or_else(|| live.call.label.clone(), |end| end.label.clone());
            let arguments = live.edited.as_ref().unwrap_or(&live.call.arguments).clone();
            return Ok(Some((tool, label, arguments)));
        }
        let Some(detail) = self.inner.reader.call(call, READ).await? else { return Ok(None) };
        let arguments =
            detail.payloads.into_iter().rev().find(|payload| payload.role == PayloadRole::Arguments);
        let arguments = arguments.map(|payload| payload.text).unwrap_or_default();
        Ok(Some((detail.row.tool, detail.row.label, arguments)))
    }
}

/// The values that a call was asked for with and that may say about whom: `id 7` under a name that ends in `id`, and words
/// that are no bare flag.
fn subjects(arguments: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(value) = serde_json::from_str(arguments) {
        gather("", &value, &mut found);
    }
    found
}

fn gather(name: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.trim().chars().count() >= LEAST_LETTERS || is_id(name) => {
            found.insert(text.trim().to_lowercase());
        }
        Value::Number(number) if is_id(name) => {
            found.insert(number.to_string());
        }
        Value::Array(items) => items.iter().for_each(|item| gather(name, item, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| gather(name, field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_id(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "id"
        || name.ends_with("_id")
        || name.ends_with("_ids")
        || name == "ids"
        || name.ends_with("number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_was_asked_for_with() {
        let found =
            subjects(r#"{"customer_id": 7, "limit": 7, "name": " Ann Lee", "lang": "en", "deep": true}"#);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["7", "ann lee"]);
    }
}
