//! The attempts of one call: each begins after the one before, and what must not happen twice is not sent twice.

use std::collections::BTreeMap;

use domain::effect::Effect;
use domain::id::CallId;
use domain::view::FindingKind;

use crate::findings::Here;

/// How many attempts of one read may be under way beside each other: the first, and one that hedges it.
const MOST_TOGETHER: usize = 2;

/// Whether the last attempt was refused for its token (401): then nothing was done, and it may be made with another, once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Refused {
    #[default]
    No,
    Now,
    Before,
}

/// What the entries say of a call's attempts.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// The highest that was sent; 0 for none.
    sent: u32,
    /// How many pages each of those that are under way has asked for.
    under_way: BTreeMap<u32, u32>,
    /// The idempotency key of the first.
    key: Option<String>,
    refused: Refused,
}

impl Attempts {
    /// Whether anything was sent.
    pub(crate) fn any(&self) -> bool {
        self.sent > 0
    }

    /// Whether one is under way.
    pub(crate) fn any_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// An attempt leaves.
    pub(crate) fn send(
        &mut self,
        call: CallId,
        attempt: u32,
        effect: Effect,
        key: Option<&str>,
        here: &mut Here<'_>,
    ) {
        let expected = self.sent.saturating_add(1);
        if attempt != expected {
            let words = format!("attempt {attempt} of {call} where attempt {expected} would come");
            here.report(FindingKind::Gap, &words);
        }
        if !self.any() {
            self.key = key.map(str::to_owned);
        } else if self.key.as_deref() != key {
            let words = format!("attempt {attempt} of {call} has another idempotency key than the first");
            here.report(FindingKind::Altered, &words);
        } else if effect == Effect::Write && key.is_none() && self.refused != Refused::Now {
            let words =
                format!("{call} writes and is sent again, and nothing keeps it from being done twice");
            here.report(FindingKind::OffPolicy, &words);
        }
        if let Some(other) = self.under_way.keys().next()
            && (effect.writes() || self.under_way.len() >= MOST_TOGETHER)
        {
            let words = format!("attempt {attempt} of {call} is sent while attempt {other} is under way");
            here.report(FindingKind::OffPolicy, &words);
        }
        if self.refused == Refused::Now {
            self.refused = Refused::Before;
        }
        self.sent = self.sent.max(attempt);
        self.under_way.insert(attempt, 1);
    }

    /// An attempt that is under way asks for another page of its result.
    pub(crate) fn turn(
        &mut self,
        call: CallId,
        attempt: u32,
        page: u32,
        effect: Effect,
        here: &mut Here<'_>,
    ) {
        if effect.writes() {
            let words = format!("{call} writes, and page {page} of its result is asked for");
            here.report(FindingKind::OffPolicy, &words);
        }
        let Some(pages) = self.under_way.get_mut(&attempt) else {
            let words = format!("attempt {attempt} of {call} asks for page {page}, and is not under way");
            here.report(FindingKind::Missing, &words);
            return;
        };
        let expected = pages.saturating_add(1);
        if page != expected {
            let words =
                format!("attempt {attempt} of {call} asks for page {page} where page {expected} would come");
            here.report(FindingKind::Gap, &words);
        }
        *pages = expected.max(page);
    }

    /// An attempt came to nothing.
    pub(crate) fn end(&mut self, call: CallId, attempt: u32, status: Option<u16>, here: &mut Here<'_>) {
        if self.under_way.remove(&attempt).is_some() {
            if status == Some(401) && self.refused == Refused::No {
                self.refused = Refused::Now;
            }
            return;
        }
        if attempt <= self.sent {
            here.report(FindingKind::Forked, &format!("attempt {attempt} of {call} ends a second time"));
        } else {
            let words = format!("attempt {attempt} of {call} ends, and no entry says that it was sent");
            here.report(FindingKind::Missing, &words);
        }
    }
}
