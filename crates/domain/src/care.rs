//! Care for the people in a trail: what can be erased, what is held, how long things are kept.

use serde::{Deserialize, Serialize};

use crate::id::{CallId, ConversationId, HoldId, Seq};
use crate::label::Level;
use crate::payload::PayloadRole;
use crate::time::{Micros, Span};

/// Whose payloads to erase. Payloads of settings and of what this program says about itself are never meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EraseScope {
    /// Calls: arguments, requests, results, words, and what repeats them word by word: the responses that asked for
    /// them, and the prompts of their conversations since. Answers stay; they are their conversation's.
    Calls {
        /// Which.
        calls: Vec<CallId>,
    },
    /// One conversation: questions, prompts, responses, answers and everything of its calls.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// A person, or anything else that has a name: every payload with these words in it, whosoever it is. Prompts,
    /// responses and answers that repeat a result are found by the same words.
    Subject {
        /// Letters and digits are compared, capitals and accents are not; the words stand one after another.
        words: String,
    },
    /// What was kept as long as these rules say.
    Overdue {
        /// The rules.
        rules: Retention,
        /// When it is.
        now: Micros,
    },
    /// Everything that was recorded before.
    Before {
        /// When.
        at: Micros,
    },
}

/// What erasing would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ErasePreview {
    /// Payloads that would go.
    #[specta(type = u32)]
    pub payloads: u64,
    /// Their bytes.
    #[specta(type = u32)]
    pub bytes: u64,
    /// How many of each role, most first.
    pub by_role: Vec<RoleCount>,
    /// Calls that would lose something.
    #[specta(type = u32)]
    pub calls: u64,
    /// Conversations that would lose something.
    #[specta(type = u32)]
    pub conversations: u64,
    /// Payloads that would stay, since a hold covers them.
    #[specta(type = u32)]
    pub held: u64,
    /// Payloads that are meant and were erased before.
    #[specta(type = u32)]
    pub gone: u64,
    /// Payloads that stay, since their call or turn is still under way.
    #[specta(type = u32)]
    pub busy: u64,
}

/// How many payloads of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RoleCount {
    /// What they are.
    pub role: PayloadRole,
    /// How many.
    #[specta(type = u32)]
    pub count: u64,
}

/// What erasing did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Erased {
    /// Payloads that went.
    #[specta(type = u32)]
    pub payloads: u64,
    /// Their bytes.
    #[specta(type = u32)]
    pub bytes: u64,
    /// Payloads that stayed, since a hold covers them.
    #[specta(type = u32)]
    pub held: u64,
    /// The entries that say so, one for each portion of payloads that one entry can name.
    pub entries: Vec<Seq>,
}

/// What a hold covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HoldScope {
    /// Every payload.
    Everything,
    /// One conversation's.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// One call's.
    Call {
        /// Which.
        call: CallId,
    },
}

/// A hold, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HoldView {
    /// The hold.
    pub id: HoldId,
    /// What it covers.
    pub scope: HoldScope,
    /// Why; empty if that was erased.
    pub reason: String,
    /// The entry that set it.
    pub seq: Seq,
    /// When.
    pub at: Micros,
    /// When it ended, if it did.
    pub released_at: Option<Micros>,
}

/// How long payloads are kept. A rule that names a role wins over one that does not, then one that names a higher level;
/// of equals the shorter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// The rules; without one that fits a payload it is kept for good.
    pub rules: Vec<RetentionRule>,
}

impl Retention {
    /// How long a payload of this role is kept, of a call or conversation of this level; none: for good.
    pub fn keeps(&self, role: PayloadRole, level: Level) -> Option<Span> {
        let fits = |rule: &&RetentionRule| {
            rule.role.is_none_or(|of| of == role) && rule.at_least.is_none_or(|least| level >= least)
        };
        let narrow = |rule: &RetentionRule| (rule.role.is_some(), rule.at_least);
        let fitting: Vec<_> = self.rules.iter().filter(fits).copied().collect();
        let narrowest = fitting.iter().map(narrow).max()?;
        let equals = fitting.iter().filter(|rule| narrow(rule) == narrowest);
        equals.map(|rule| rule.span()).min()
    }
}

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// Only payloads of this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<PayloadRole>,
    /// Only payloads of calls or conversations whose label is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Level>,
    /// How many days they are kept.
    pub days: u32,
}

impl RetentionRule {
    /// How long that is.
    pub fn span(self) -> Span {
        Span(u64::from(self.days) * 24 * 60 * 60 * 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrower_rule_wins_and_of_equals_the_shorter() {
        let rule = |role, at_least, days| RetentionRule { role, at_least, days };
        let rules = Retention {
            rules: vec![
                rule(None, None, 365),
                rule(None, Some(Level::Restricted), 30),
                rule(Some(PayloadRole::Prompt), None, 90),
                rule(None, None, 400),
            ],
        };
        let days = |role, level| rules.keeps(role, level).map(|kept| kept.0 / 86_400_000_000);
        assert_eq!(days(PayloadRole::Result, Level::Public), Some(365));
        assert_eq!(days(PayloadRole::Result, Level::Restricted), Some(30));
        assert_eq!(days(PayloadRole::Prompt, Level::Restricted), Some(90));
        assert_eq!(Retention::default().keeps(PayloadRole::Result, Level::Public), None);
    }
}
