//! Tools whose calls wait for one another, whatever their arguments.
//!
//! Two calls meet if one of their resources is a prefix of the other, segment by segment. `/customers/{id}` of two
//! tools meets itself only for the same id, which is as it should be; `/customers` meets every `/customers/{id}`.

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;
use domain::tool::ToolSpec;

use super::names::{ids, named, verb};
use super::reach::Reach;

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
    places.into_iter().filter_map(|place| Meeting::at(place, &tools).advice(spec)).collect()
}

/// Writes that touch their whole source.
pub(super) fn whole(spec: &SourceSpec) -> Option<Advice> {
    let tools: Vec<_> = spec
        .tools
        .iter()
        .filter(|tool| tool.effect.writes() && !tool.exclusive && Reach::of(tool).is_whole())
        .collect();
    if tools.is_empty() {
        return None;
    }
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &tools),
        kind: AdviceKind::WholeSource,
        words: format!(
            "{} {} the whole of {}, as far as the definition says: in a batch no other call of the source runs beside \
             one of these.",
            named(&tools),
            verb(tools.len(), "changes", "change"),
            spec.name
        ),
        mend: "Name the thing that a call changes, with a required parameter, as resource = \"/customers/{id}\"."
            .to_owned(),
    })
}

/// The tools that touch a fixed place, all of it or a part.
struct Meeting<'s> {
    place: &'s Reach,
    /// In the order of the file.
    all: Vec<&'s ToolSpec>,
    wide_writes: Vec<&'s ToolSpec>,
    wide_reads: Vec<&'s ToolSpec>,
    narrow_writes: Vec<&'s ToolSpec>,
}

impl<'s> Meeting<'s> {
    fn at(place: &'s Reach, tools: &[(&'s ToolSpec, Reach)]) -> Self {
        let there: Vec<_> = tools.iter().filter(|(_, reach)| reach.begins_with(place)).collect();
        let those = |wide: bool, writes: bool| {
            let those = there
                .iter()
                .filter(|(tool, reach)| (reach == place) == wide && tool.effect.writes() == writes);
            those.map(|(tool, _)| *tool).collect()
        };
        Self {
            place,
            all: there.iter().map(|(tool, _)| *tool).collect(),
            // That a write touches the whole source is told apart.
            wide_writes: if place.is_whole() { Vec::new() } else { those(true, true) },
            wide_reads: those(true, false),
            narrow_writes: those(false, true),
        }
    }

    fn advice(&self, spec: &SourceSpec) -> Option<Advice> {
        let (words, mend, tools) = if !self.wide_writes.is_empty() && self.all.len() > 1 {
            (self.writes_all(), self.narrow_it(), self.all.clone())
        } else if !self.wide_reads.is_empty() && !self.narrow_writes.is_empty() {
            let both = |tool: &&ToolSpec| has(&self.wide_reads, tool) || has(&self.narrow_writes, tool);
            (self.reads_all(), self.leave_it(), self.all.iter().copied().filter(both).collect())
        } else {
            return None;
        };
        let tools = ids(spec, &tools);
        Some(Advice { source: spec.name.clone(), tools, kind: AdviceKind::SharedState, words, mend })
    }

    fn writes_all(&self) -> String {
        let (place, writes) = (self.place, named(&self.wide_writes));
        let others: Vec<_> = self.all.iter().copied().filter(|tool| !has(&self.wide_writes, tool)).collect();
        if others.is_empty() {
            return format!(
                "{writes} change all of `{place}`: in a batch no two of their calls run together, whatever the \
                 arguments."
            );
        }
        format!(
            "{writes} {} all of `{place}`: in a batch no such call runs beside one of {}, whatever the arguments.",
            verb(self.wide_writes.len(), "changes", "change"),
            named(&others),
        )
    }

    fn narrow_it(&self) -> String {
        format!(
            "If {} {} only what is new or a thing apart, narrow the resource, as resource = \"{}/new\"; leave it as it \
             is if the order matters.",
            named(&self.wide_writes),
            verb(self.wide_writes.len(), "touches", "touch"),
            self.place,
        )
    }

    fn reads_all(&self) -> String {
        format!(
            "{} {} all of `{}` and {} {} a part of it: in a batch no call of the one kind runs beside one of the other, \
             whatever the arguments.",
            named(&self.wide_reads),
            verb(self.wide_reads.len(), "reads", "read"),
            self.place,
            named(&self.narrow_writes),
            verb(self.narrow_writes.len(), "changes", "change"),
        )
    }

    fn leave_it(&self) -> String {
        format!(
            "Leave it as it is if {} {} what {} {}; if not, give one of them a resource of its own.",
            named(&self.wide_reads),
            verb(self.wide_reads.len(), "shows", "show"),
            named(&self.narrow_writes),
            verb(self.narrow_writes.len(), "changes", "change"),
        )
    }
}

/// A source has each name once.
fn has(tools: &[&ToolSpec], tool: &ToolSpec) -> bool {
    tools.iter().any(|one| one.name == tool.name)
}
