//! Ids that only another tool's result can give, where nothing says so. A model that asks for both tools in one message
//! makes the id up.

use domain::advice::{Advice, AdviceKind};
use domain::effect::{Effect, Method};
use domain::source::SourceSpec;
use domain::tool::ToolSpec;
use serde_json::Value;

use super::names::{ids, listed, named, owner, singular, thing, verb, words};
use crate::schema::{is_required, properties, property};

/// How many tools that give an id are named.
const NAMED: usize = 2;

/// One piece for each kind of thing whose ids tools of this source need.
pub(super) fn hidden(spec: &SourceSpec, sources: &[SourceSpec]) -> Vec<Advice> {
    let mut things: Vec<Vec<String>> = Vec::new();
    for tool in &spec.tools {
        for (_, thing) in needs(tool) {
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
    }
    things.iter().filter_map(|thing| of_thing(spec, sources, thing)).collect()
}

fn of_thing(spec: &SourceSpec, sources: &[SourceSpec], thing: &[String]) -> Option<Advice> {
    let mut own = listing(spec, thing);
    let mut given_by = Vec::new();
    if own.is_empty() {
        let others = sources.iter().filter(|other| other.name != spec.name);
        let lists = others.flat_map(|other| listing(other, thing).into_iter().map(|tool| other.id_of(tool)));
        given_by = lists.take(NAMED).map(|id| id.to_string()).collect();
        if given_by.is_empty() {
            own = telling_or_making(spec, thing);
        }
    }
    given_by.extend(own.iter().map(|tool| tool.name.to_string()));
    let mut fields: Vec<String> = Vec::new();
    let mut needing = Vec::new();
    for tool in &spec.tools {
        let names: Vec<_> = needs(tool)
            .filter(|(name, needed)| needed == thing && !says_origin(tool, name, &given_by))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !names.is_empty() {
            needing.push(tool);
        }
        fields.extend(names.into_iter().filter(|name| !fields.contains(name)).collect::<Vec<_>>());
    }
    let (first, giver) = (needing.first()?, given_by.first()?);
    let concerned: Vec<_> = spec
        .tools
        .iter()
        .filter(|tool| needing.iter().chain(&own).any(|one| one.name == tool.name))
        .collect();
    let thing = thing.join(" ");
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &concerned),
        kind: AdviceKind::HiddenDependency,
        words: format!(
            "{} {} the id of one {thing} ({}), which {} {}, and {} description does not say so: a model may ask for both \
             at once, with an id that it made up.",
            named(&needing),
            verb(needing.len(), "needs", "need"),
            listed(&fields),
            listed(&given_by),
            verb(given_by.len(), "gives", "give"),
            verb(needing.len(), "its", "their"),
        ),
        mend: format!(
            "Say it where {} asks for {}, as description = \"Id of the {thing}, as {} gives it\".",
            first.name,
            fields.first().map(String::as_str).unwrap_or_default(),
            giver,
        ),
    })
}

/// The ids that a tool can't be called without, with what they are ids of.
fn needs(tool: &ToolSpec) -> impl Iterator<Item = (&str, Vec<String>)> {
    let schema = &tool.input.0;
    properties(schema).filter(|name| is_required(schema, name)).filter_map(|name| {
        // Whose values the schema names, nobody has to look up.
        let property = property(schema, name);
        let named = ["enum", "const", "default"].iter().any(|key| property.get(*key).is_some());
        Some((name, owner(tool, name)?)).filter(|_| !named)
    })
}

/// The reads of a source that list things of a kind.
fn listing<'s>(spec: &'s SourceSpec, thing: &'s [String]) -> Vec<&'s ToolSpec> {
    let reads = free(spec, thing).filter(|tool| tool.effect == Effect::Read);
    reads.filter(|tool| is_place_of(tool, thing)).take(NAMED).collect()
}

/// Where nothing lists them: the reads whose name speaks of them; else the tools that make them.
fn telling_or_making<'s>(spec: &'s SourceSpec, thing: &'s [String]) -> Vec<&'s ToolSpec> {
    let reads = free(spec, thing).filter(|tool| tool.effect == Effect::Read && speaks_of(tool, thing));
    let reads: Vec<_> = reads.take(NAMED).collect();
    if !reads.is_empty() {
        return reads;
    }
    let makers = free(spec, thing).filter(|tool| tool.method == Method::Post && is_place_of(tool, thing));
    makers.take(NAMED).collect()
}

/// The tools that can be called without an id of the thing.
fn free<'s>(spec: &'s SourceSpec, thing: &'s [String]) -> impl Iterator<Item = &'s ToolSpec> {
    spec.tools.iter().filter(move |tool| needs(tool).all(|(_, needed)| needed != thing))
}

/// `/customers`, or a search whose resource it is.
fn is_place_of(tool: &ToolSpec, things: &[String]) -> bool {
    [&tool.path, &tool.resource]
        .into_iter()
        .any(|path| !path.ends_with('}') && thing(path).is_some_and(|words| words == things))
}

/// Whether a tool's name speaks of such things, and not of how many there are or how they do.
fn speaks_of(tool: &ToolSpec, thing: &[String]) -> bool {
    const SUMS: [&str; 9] =
        ["average", "count", "load", "report", "stat", "statistic", "sum", "summary", "total"];
    let name: Vec<_> = words(tool.name.as_str()).iter().map(|word| singular(word)).collect();
    name.windows(thing.len()).any(|part| part == thing)
        && !name.iter().any(|word| SUMS.contains(&word.as_str()))
}

/// Whether the property's description says where its value comes from, or the tool's names the tool that gives it.
fn says_origin(tool: &ToolSpec, name: &str, given_by: &[String]) -> bool {
    let text = property(&tool.input.0, name).get("description").and_then(Value::as_str).unwrap_or_default();
    let text = text.to_lowercase();
    let hints = [
        "from ", "given by", " gives", "returned", "result", "as in ", "see ", "listed", "look", "find",
        "found",
    ];
    hints.iter().any(|hint| text.contains(hint))
        || given_by.iter().any(|giver| {
            let short = giver.rsplit('.').next().unwrap_or(giver);
            text.contains(short) || tool.description.contains(short)
        })
}
