//! Which results the model had, and how much of each.

use std::cmp::Reverse;

use domain::answer::{Exposed, Exposure};
use domain::id::{CallId, Handle};

/// One result as it stood in the prompt that the answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InContext {
    /// The call it came from.
    pub call: CallId,
    /// How the model could cite it.
    pub handle: Handle,
    /// How many bytes of the result the model was shown.
    pub shown: u64,
    /// How many bytes the source sent, as far as we know.
    pub of: u64,
    /// How many bytes it was given room for: with the same room the same excerpt can be made again.
    pub budget: usize,
    /// Whether it is a result and not the words of a failure or refusal.
    pub ok: bool,
    /// Whether it was called for in an earlier turn.
    pub earlier: bool,
}

/// What the model was exposed to, in order of the handles, each call once: where a result stood in the prompt
/// twice, the fuller of the two counts.
pub fn exposure(results: &[InContext]) -> Vec<Exposed> {
    let mut results = results.to_vec();
    results.sort_by_key(|result| (result.handle, result.call, Reverse((result.ok, result.shown))));
    results.dedup_by_key(|result| result.call);
    let exposed = |result: InContext| Exposed {
        call: result.call,
        handle: result.handle,
        mode: mode(&result),
        earlier: result.earlier,
    };
    results.into_iter().map(exposed).collect()
}

fn mode(result: &InContext) -> Exposure {
    if !result.ok {
        Exposure::Words
    } else if result.shown < result.of {
        Exposure::Truncated { shown: result.shown, of: result.of }
    } else {
        Exposure::Full
    }
}
