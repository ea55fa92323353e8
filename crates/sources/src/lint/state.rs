//! Tools whose calls wait for one another, whatever their arguments.
//!
//! Two calls meet if one of their resources is a prefix of the other, segment by segment. `/customers/{id}` of two
//! tools meets itself only for the same id, which is as it should be; `/customers` meets every `/customers/{id}`.

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;
use domain::tool::ToolSpec;

use super::names::{ids, named, verb};
use crate::schema::is_required;
use crate::template::Template;

/// One piece for each fixed resource at which a write always meets another tool's calls.
pub(super) fn shared(spec: &SourceSpec) -> Vec<Advice> {
    // What runs alone by its author's wish waits for all anyway.
    let tools: Vec<_> =
        spec.tools.iter().filter(|tool| !tool.exclusive).map(|tool| (tool, Reach::of(tool))).collect();
    let mut places: Vec<&Reach> = Vec::new();
    for (_, reach) in &tools {
        if reach.is_fixed() && !places.contains(&reach) {
            places.push(reach);
        }
    }
    places.into_iter().filter_map(|place| meeting(spec, &tools, place)).collect()
}

/// Writes that touch their whole source.
pub(super) fn whole(spec: &SourceSpec) -> Option<Advice> {
    let tools: Vec<_> =
        spec.tools.iter().filter(|tool| tool.effect.writes() && !tool.exclusive && is_whole(tool)).collect();
    if tools.is_empty() {
        return None;
    }
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &tools),
        kind: AdviceKind::WholeSource,
        words: format!(
            "{} {} the whole of {}, as far as the definition says: no other call of the source runs beside such a \
             call.",
            named(&tools),
            verb(tools.len(), "changes", "change"),
            spec.name
        ),
        mend: "Name the thing that a call changes, with a required parameter, as resource = \"/customers/{id}\"."
            .to_owned(),
    })
}

/// What happens at one fixed resource, if it makes calls wait.
fn meeting(spec: &SourceSpec, tools: &[(&ToolSpec, Reach)], place: &Reach) -> Option<Advice> {
    let there: Vec<_> = tools.iter().filter(|(_, reach)| reach.begins_with(place)).collect();
    let wide = |writes: bool| {
        let tools = there.iter().filter(|(tool, reach)| reach == place && tool.effect.writes() == writes);
        tools.map(|(tool, _)| *tool).collect::<Vec<_>>()
    };
    let (wide_writes, wide_reads) = (wide(true), wide(false));
    // That a write touches the whole source is told apart.
    let wide_writes = if place.0.is_empty() { Vec::new() } else { wide_writes };
    let narrow_writes: Vec<_> = there
        .iter()
        .filter(|(tool, reach)| reach != place && tool.effect.writes())
        .map(|(tool, _)| *tool)
        .collect();
    let (words, mend, concerned): (_, _, Vec<&ToolSpec>) = if !wide_writes.is_empty() && there.len() > 1 {
        let all: Vec<_> = there.iter().map(|(tool, _)| *tool).collect();
        let others: Vec<_> =
            all.iter().filter(|tool| !wide_writes.iter().any(|one| one.name == tool.name)).copied().collect();
        let words = match others.is_empty() {
            true => format!(
                "{} change all of `{place}`: no two of their calls run together, whatever the arguments.",
                named(&wide_writes),
            ),
            false => format!(
                "{} {} all of `{place}`: no such call runs beside one of {}, whatever the arguments.",
                named(&wide_writes),
                verb(wide_writes.len(), "changes", "change"),
                named(&others),
            ),
        };
        let mend = format!(
            "If {} {} only what is new or a thing apart, narrow the resource, as resource = \"{place}/new\"; \
             leave it as it is if the order matters.",
            named(&wide_writes),
            verb(wide_writes.len(), "touches", "touch"),
        );
        (words, mend, all)
    } else if !wide_reads.is_empty() && !narrow_writes.is_empty() {
        let concerned = there
            .iter()
            .map(|(tool, _)| *tool)
            .filter(|tool| wide_reads.iter().chain(&narrow_writes).any(|one| one.name == tool.name))
            .collect();
        let words = format!(
            "{} {} all of `{place}` and {} {} a part of it: no call of the one kind runs beside one of the other, \
             whatever the arguments.",
            named(&wide_reads),
            verb(wide_reads.len(), "reads", "read"),
            named(&narrow_writes),
            verb(narrow_writes.len(), "changes", "change"),
        );
        let mend = format!(
            "Leave it as it is if {} {} what {} {}; if not, give one of them a resource of its own.",
            named(&wide_reads),
            verb(wide_reads.len(), "shows", "show"),
            named(&narrow_writes),
            verb(narrow_writes.len(), "changes", "change"),
        );
        (words, mend, concerned)
    } else {
        return None;
    };
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &concerned),
        kind: AdviceKind::SharedState,
        words,
        mend,
    })
}

fn is_whole(tool: &ToolSpec) -> bool {
    Reach::of(tool).0.is_empty()
}

/// The resource of a tool as wide as its calls can make it: up to the first parameter that may be left out. A segment
/// that an argument decides is `None`.
#[derive(PartialEq, Eq)]
struct Reach(Vec<Option<String>>);

impl Reach {
    fn of(tool: &ToolSpec) -> Self {
        let Ok(template) = Template::parse(&tool.resource) else { return Self(Vec::new()) };
        let mut reach = Vec::new();
        for segment in template.segments() {
            match segment {
                Ok(text) => reach.push(Some(text)),
                Err(names) if names.iter().all(|name| is_required(&tool.input.0, name)) => reach.push(None),
                Err(_) => break,
            }
        }
        // `/customers/` is `/customers`, as for the calls themselves.
        while reach.last().is_some_and(|segment| segment.as_deref() == Some("")) {
            reach.pop();
        }
        Self(reach)
    }

    fn is_fixed(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    fn begins_with(&self, place: &Self) -> bool {
        self.0.starts_with(&place.0)
    }
}

impl std::fmt::Display for Reach {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return out.write_str("/");
        }
        self.0.iter().try_for_each(|segment| write!(out, "/{}", segment.as_deref().unwrap_or("{}")))
    }
}
