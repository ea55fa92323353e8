//! Tools that take a list of ids where one would do.

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;
use domain::tool::ToolSpec;
use serde_json::Value;

use super::names::{ids, listed, named, owner, verb, words};
use crate::schema::{properties, property};

/// One piece for each tool that takes a list of ids.
pub(super) fn lists(spec: &SourceSpec) -> Vec<Advice> {
    spec.tools.iter().filter_map(|tool| list(spec, tool)).collect()
}

fn list(spec: &SourceSpec, tool: &ToolSpec) -> Option<Advice> {
    let lists: Vec<_> = properties(&tool.input.0)
        .filter(|name| is_list_of_ids(name, property(&tool.input.0, name)))
        .collect();
    let first = lists.first()?;
    let single: Vec<_> = spec
        .tools
        .iter()
        .filter(|other| other.effect == tool.effect && takes_one(other, first, tool))
        .take(1)
        .collect();
    let mend = match single.is_empty() {
        false => format!(
            "Offer {} alone: calls of one batch run together, and each has an outcome of its own.",
            named(&single)
        ),
        true => "If the API has an operation that takes one id, describe that one: calls of one batch run together, \
                 and each has an outcome of its own."
            .to_owned(),
    };
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &[tool]),
        kind: AdviceKind::ListOfIds,
        words: format!(
            "{} takes {} of ids, {}: one id that is slow or wrong holds up or fails all the others.",
            tool.name,
            verb(lists.len(), "a list", "lists"),
            listed(lists.iter().map(|name| format!("`{name}`")))
        ),
        mend,
    })
}

fn is_list_of_ids(name: &str, schema: &Value) -> bool {
    let named_so = words(name).last().is_some_and(|word| matches!(word.as_str(), "ids" | "uuids" | "guids"));
    // A list that can hold one alone is no list.
    named_so && of_type(schema, "array") && schema.get("maxItems").and_then(Value::as_u64) != Some(1)
}

/// Whether a tool takes one of what another takes a list of.
fn takes_one(tool: &ToolSpec, list: &str, of: &ToolSpec) -> bool {
    let name = list.strip_suffix(['s', 'S']).unwrap_or(list);
    let wanted = owner(of, name);
    wanted.is_some()
        && properties(&tool.input.0)
            .any(|name| owner(tool, name) == wanted && !of_type(property(&tool.input.0, name), "array"))
}

fn of_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    }
}
