//! Advice on sources: what a definition makes slower or less safe than it needs to be, and how to mend it.

use domain::advice::{Advice, AdviceKind};
use domain::source::SourceSpec;

/// Advice on these sources, in their order; none is a mistake.
pub fn lint(sources: &[SourceSpec]) -> Vec<Advice> {
    sources.iter().filter_map(no_rate).collect()
}

fn no_rate(spec: &SourceSpec) -> Option<Advice> {
    (spec.limits.rate.is_none() && !spec.tools.is_empty()).then(|| Advice {
        source: spec.name.clone(),
        tools: Vec::new(),
        kind: AdviceKind::NoRate,
        words: format!(
            "{} has no limit of requests per second: {} calls run at a time, each as soon as one has ended",
            spec.name, spec.limits.in_flight
        ),
        mend: "write the number that the API's documents give, as limits = { per_second = 10 }".to_owned(),
    })
}
