//! Tools that take a list of ids where one would do.

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;
use domain::tool::ToolSpec;
use serde_json::Value;

use super::names::{ids, listed, named, owner, thing, verb, words};
use crate::schema::{properties, property};

/// One piece for each tool that takes a list of ids.
pub(super) fn lists(spec: &SourceSpec) -> Vec<Advice> {
    spec.tools.iter().filter_map(|tool| list(spec, tool)).collect()
}

fn list(spec: &SourceSpec, tool: &ToolSpec) -> Option<Advice> {
    let lists: Vec<_> = properties(&tool.input.0).filter(|name| is_list_of_ids(tool, name)).collect();
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

fn is_list_of_ids(tool: &ToolSpec, name: &str) -> bool {
    let named_so = words(name).last().is_some_and(|word| matches!(word.as_str(), "ids" | "uuids" | "guids"));
    let schema = property(&tool.input.0, name);
    // A list that can hold one alone is no list.
    let a_list = of_type(schema, "array") && schema.get("maxItems").and_then(Value::as_u64) != Some(1);
    // What a write sets may be a list by its nature, unless it is a list of the very things that are written.
    let of_its_own = || owner(tool, one_of(name)) == thing(&tool.resource);
    named_so && a_list && (!tool.effect.writes() || of_its_own())
}

/// Whether a tool is about the one thing of which another takes a list: `/customers/{id}`.
fn takes_one(tool: &ToolSpec, list: &str, of: &ToolSpec) -> bool {
    let wanted = owner(of, one_of(list));
    let last = tool.path.rsplit('/').next().unwrap_or_default();
    let parameter = last.strip_prefix('{').and_then(|last| last.strip_suffix('}'));
    wanted.is_some() && parameter.is_some_and(|name| owner(tool, tool.property_in_path(name)) == wanted)
}

/// `customer_id` from `customer_ids`.
fn one_of(list: &str) -> &str {
    list.strip_suffix(['s', 'S']).unwrap_or(list)
}

fn of_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    }
}
