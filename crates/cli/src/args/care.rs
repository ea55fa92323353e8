//! `tieout trail erase | hold | retention`

use std::str::FromStr;

use clap::{Args, Subcommand};
use domain::care::RetentionRule;
use domain::id::{CallId, ConversationId, HoldId};
use domain::label::Level;
use domain::payload::PayloadRole;
use domain::time::Micros;

use super::values::instant;

#[derive(Debug, Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) what: What,
    /// Why: it stays on record
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    pub(crate) why: Option<String>,
    /// Say what would go, and erase nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct What {
    /// One call: arguments, requests, result, and the prompts and the response that repeat them
    #[arg(long, value_name = "ID")]
    pub(crate) call: Option<CallId>,
    /// Everything of one conversation
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Option<ConversationId>,
    /// Every payload in which this name stands
    #[arg(long, value_name = "NAME")]
    pub(crate) subject: Option<String>,
    /// Everything recorded before: 2026-11-01 or 2026-11-01T12:00
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) before: Option<Micros>,
    /// The calls that a filter finds, such as 'source:crm until:2026-06-30'
    #[arg(long, value_name = "FILTER")]
    pub(crate) matching: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// List holds, the latest first
    List,
    /// Keep payloads from being erased: everything, or one conversation's or call's
    Add {
        /// Only this conversation's
        #[arg(long, value_name = "ID", conflicts_with = "call")]
        conversation: Option<ConversationId>,
        /// Only this call's
        #[arg(long, value_name = "ID")]
        call: Option<CallId>,
        /// Why: it stays on record
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
    /// End a hold
    #[command(visible_alias = "remove")]
    Release {
        /// hold_…
        hold: HoldId,
        /// Why: it stays on record
        #[arg(long, value_name = "TEXT")]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Retention {
    /// The rules as they stand
    Show,
    /// Put these rules in the place of those that stand; nothing is erased by that
    Set {
        /// `365d`, `prompt:90d`, `@restricted:30d` or `result@confidential:60d`; none: keep everything
        rules: Vec<RuleArg>,
    },
    /// What applying the rules would erase now
    Preview,
    /// Erase what was kept as long as the rules say
    Apply {
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

/// A retention rule as people write it: `[ROLE][@LEVEL:]DAYSd`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleArg(pub(crate) RetentionRule);

impl FromStr for RuleArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!(
                "`{text}`: {what}. Write for example 365d, prompt:90d, @restricted:30d or result@confidential:60d"
            )
        };
        let (whose, days) = text.rsplit_once(':').unwrap_or(("", text));
        let days = days.strip_suffix('d').and_then(|days| days.parse().ok());
        let days = days.ok_or_else(|| wrong("it must end with a number of days and `d`"))?;
        let (role, level) = whose.split_once('@').unwrap_or((whose, ""));
        let role = match role {
            "" => None,
            word => Some(role_of(word).ok_or_else(|| wrong(&format!("no payload is called `{word}`")))?),
        };
        let at_least = match level {
            "" => None,
            word => {
                let level = Level::ALL.into_iter().find(|level| level.word() == word);
                Some(level.ok_or_else(|| wrong(&format!("there is no level `{word}`")))?)
            }
        };
        Ok(Self(RetentionRule { role, at_least, days }))
    }
}

impl std::fmt::Display for RuleArg {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let RetentionRule { role, at_least, days } = self.0;
        let whose = match (role, at_least) {
            (None, None) => String::new(),
            (role, level) => {
                let level = level.map(|level| format!("@{level}")).unwrap_or_default();
                format!("{}{level}:", role.map_or("", PayloadRole::word))
            }
        };
        write!(out, "{whose}{days}d")
    }
}

fn role_of(word: &str) -> Option<PayloadRole> {
    PayloadRole::ALL.into_iter().find(|role| role.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_and_a_wrong_one_says_what_to_write() {
        for text in ["365d", "prompt:90d", "@restricted:30d", "result@confidential:60d"] {
            assert_eq!(text.parse::<RuleArg>().unwrap().to_string(), text);
        }
        for wrong in ["", "90", "prompts:90d", "@secret:1d", "prompt:d", "prompt@:x"] {
            let words = wrong.parse::<RuleArg>().unwrap_err();
            assert!(words.contains("prompt:90d"), "{words}");
        }
    }
}
