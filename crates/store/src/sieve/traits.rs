//! What a call is, as bits: each value of each kind has one of its own, so that "one of these" is a single AND, and what
//! a block has at all is the OR of its calls.

use domain::call::Verdict;
use domain::effect::Effect;
use domain::outcome::{FailureClass, Outcome};

/// In the order of their bits, as the lists below are. Whoever changes an order raises the tables' shape.
const EFFECTS: [Effect; 3] = [Effect::Read, Effect::IdempotentWrite, Effect::Write];
/// In the order of their bits.
pub(crate) const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::Ask, Verdict::Deny];
/// In the order of their bits.
pub(crate) const OUTCOMES: [Outcome; 6] = [
    Outcome::Returned,
    Outcome::Failed,
    Outcome::Refused,
    Outcome::Cancelled,
    Outcome::TimedOut,
    Outcome::Unknown,
];
/// In the order of their bits.
pub(crate) const FAILURES: [FailureClass; 10] = [
    FailureClass::UnknownTool,
    FailureClass::InvalidArguments,
    FailureClass::MissingSecret,
    FailureClass::Connect,
    FailureClass::Interrupted,
    FailureClass::Status,
    FailureClass::BadBody,
    FailureClass::Redirect,
    FailureClass::Paused,
    FailureClass::Internal,
];

const EFFECT: u32 = 0;
const LEVEL: u32 = EFFECT + 3;
const VERDICT: u32 = LEVEL + 4;
const OUTCOME: u32 = VERDICT + 3;
const OPEN: u32 = OUTCOME + 6;
const FAILURE: u32 = OPEN + 1;
const STATUS: u32 = FAILURE + 10;
const FLAG: u32 = STATUS + 6;
const CATEGORY: u32 = FLAG + 10;
/// Thirteen categories end below the sign of SQLite's numbers.
const END: u32 = CATEGORY + 13;
const _: () = assert!(END < 63);

/// What is so or not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Early,
    Shared,
    Retry,
    Edited,
    Dropped,
    ByHand,
    Erased,
    Sent,
    Allowed,
    Refused,
}

/// The bits of one call, or of what is asked of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits(pub(crate) u64);

impl Traits {
    /// What `call.requested` says once and for all.
    const ASKED: Self = Self(
        0b111 << EFFECT
            | 1 << (FLAG + Flag::Early as u32)
            | 1 << (FLAG + Flag::Retry as u32)
            | 1 << (FLAG + Flag::ByHand as u32),
    );

    pub(crate) fn effect(effect: Effect) -> Self {
        bit(EFFECT, place(&EFFECTS, &effect))
    }

    /// By its number, as columns have it.
    pub(crate) fn level(level: u32) -> Self {
        bit(LEVEL, level.min(3))
    }

    pub(crate) fn verdict(verdict: Verdict) -> Self {
        bit(VERDICT, place(&VERDICTS, &verdict))
    }

    /// `None` while it has none.
    pub(crate) fn outcome(outcome: Option<Outcome>) -> Self {
        outcome.map_or(bit(OPEN, 0), |outcome| bit(OUTCOME, place(&OUTCOMES, &outcome)))
    }

    pub(crate) fn failure(failure: FailureClass) -> Self {
        bit(FAILURE, place(&FAILURES, &failure))
    }

    /// By its hundred; those that no standard knows are one class.
    pub(crate) fn status_class(status: u16) -> Self {
        let class = status / 100;
        bit(STATUS, if class <= 5 { u32::from(class) } else { 0 })
    }

    pub(crate) fn flag(flag: Flag) -> Self {
        bit(FLAG, flag as u32)
    }

    /// As columns have them.
    pub(crate) fn categories(categories: u32) -> Self {
        Self(u64::from(categories & 0x1FFF) << CATEGORY)
    }

    pub(crate) fn has(self, flag: Flag) -> bool {
        self.meets(Self::flag(flag))
    }

    /// Whether they share one.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These of the asking, those of what came of it; what was erased stays erased.
    #[must_use]
    pub(crate) fn changed(self, later: Self) -> Self {
        let kept = Self::ASKED.with(Self::flag(Flag::Erased));
        Self(self.0 & kept.0 | later.0)
    }

    /// The outcome's place in [`OUTCOMES`]; `None` while it has none.
    pub(crate) fn outcome_place(self) -> Option<usize> {
        only(self.0 >> OUTCOME, OUTCOMES.len())
    }

    /// The level's number.
    pub(crate) fn level_place(self) -> usize {
        only(self.0 >> LEVEL, 4).unwrap_or(0)
    }

    /// The verdict's place in [`VERDICTS`].
    pub(crate) fn verdict_place(self) -> Option<usize> {
        only(self.0 >> VERDICT, VERDICTS.len())
    }

    /// The failure's place in [`FAILURES`].
    pub(crate) fn failure_place(self) -> Option<usize> {
        only(self.0 >> FAILURE, FAILURES.len())
    }
}

fn bit(from: u32, place: u32) -> Traits {
    Traits(1 << (from + place))
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    (0..).zip(all).find(|(_, known)| *known == one).map_or(0, |(place, _)| place)
}

fn only(bits: u64, of: usize) -> Option<usize> {
    (0..of).find(|place| bits >> place & 1 == 1)
}
