//! How much is asked of a source, and whether it may be asked twice.

use domain::advice::{Advice, AdviceKind};
use domain::effect::Effect;
use domain::source::SourceSpec;
use url::{Origin, Url};

use super::names::{ids, listed, named, verb};

/// Sources of one host share the host's limit, and each counts for itself. If every one of them has a rate, somebody
/// has divided it.
pub(super) fn shared(spec: &SourceSpec, sources: &[SourceSpec]) -> Option<Advice> {
    let origin = origin(spec)?;
    let together: Vec<_> = sources
        .iter()
        .filter(|other| !other.tools.is_empty() && self::origin(other).as_ref() == Some(&origin))
        .collect();
    let one_of_them = together.iter().any(|other| other.name == spec.name);
    if !one_of_them || together.len() < 2 || together.iter().all(|other| other.limits.rate.is_some()) {
        return None;
    }
    let others = together.iter().filter(|other| other.name != spec.name);
    let in_flight: u64 = together.iter().map(|other| u64::from(other.limits.in_flight)).sum();
    Some(Advice {
        source: spec.name.clone(),
        tools: Vec::new(),
        kind: AdviceKind::SharedLimit,
        words: format!(
            "{} is served by {}, as {} {}: they hit one limit together, {in_flight} calls at a time, and each is \
             counted for itself.",
            spec.name,
            origin.ascii_serialization(),
            listed(others.clone().map(|other| &other.name)),
            verb(others.count(), "is", "are"),
        ),
        mend: "Divide what the host allows among them, as limits = { in_flight = 4, per_second = 5 } in each, or make \
               one source of them."
            .to_owned(),
    })
}

/// Writes that may never be sent a second time, because no key tells the source that it is the same call.
pub(super) fn no_idempotency_header(spec: &SourceSpec) -> Option<Advice> {
    let writes: Vec<_> = spec.tools.iter().filter(|tool| tool.effect == Effect::Write).collect();
    // MCP has no place for such a key, so there would be nothing to do about it.
    if writes.is_empty() || spec.idempotency_header.is_some() || spec.mcp.is_some() {
        return None;
    }
    Some(Advice {
        source: spec.name.clone(),
        tools: ids(spec, &writes),
        kind: AdviceKind::NoIdempotencyHeader,
        words: format!(
            "{} {}, and no header tells {} that a second request is the same call: if the connection breaks, nobody \
             knows whether it was done, and it is not tried again.",
            named(&writes),
            verb(writes.len(), "writes", "write"),
            spec.name
        ),
        mend: "If the API's documents name a header for such keys, name it too: idempotency_header = \
               \"Idempotency-Key\". If doing one of these twice is the same as doing it once, give it effect = \
               \"idempotent_write\"."
            .to_owned(),
    })
}

/// No limit of requests in a time.
pub(super) fn no_rate(spec: &SourceSpec) -> Option<Advice> {
    if spec.limits.rate.is_some() || spec.tools.is_empty() {
        return None;
    }
    Some(Advice {
        source: spec.name.clone(),
        tools: Vec::new(),
        kind: AdviceKind::NoRate,
        words: format!(
            "{} has no limit of requests per second: a large batch keeps {} calls under way until the source turns \
             some away.",
            spec.name, spec.limits.in_flight
        ),
        mend: "Write what the API's documents allow, as limits = { per_second = 10 }.".to_owned(),
    })
}

fn origin(spec: &SourceSpec) -> Option<Origin> {
    Url::parse(&spec.base_url).ok().map(|url| url.origin())
}
