//! One rule, as people read it.

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the trail. It never changes its meaning; a rule that means something else gets another.
    pub id: String,
    /// What comes of it.
    pub strength: Strength,
    /// Why, to the person who is asked about a call.
    pub message: String,
    /// Whether it is one of ours, and not the workspace's own.
    pub built_in: bool,
}

/// What comes of a rule that holds for a call; the strongest of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// The call runs, and the rule is named.
    Notice,
    /// What is too sensitive is taken out. A call's arguments stay as they are, and a person decides.
    Redact,
    /// A person decides.
    Ask,
    /// It doesn't run.
    Deny,
}

impl Strength {
    /// Every strength, weakest first.
    pub const ALL: [Self; 4] = [Self::Notice, Self::Redact, Self::Ask, Self::Deny];

    /// The word for it in `@decision`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Redact => "redact",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}
