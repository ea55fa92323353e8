//! What a tool does, in the words that people have for it, and whether a person's words ask for that.
//!
//! Words can only ever show that something was *not* asked for. That somebody said "send" does not say to whom: the
//! rules about destinations and targets hold beside this.

use crate::words::{folded, is_form_of, parts};

/// Kinds of side effects, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acts(u8);

impl Acts {
    /// Tells somebody something, or everybody.
    pub(crate) const TELL: Self = Self(1);
    /// Moves money.
    pub(crate) const PAY: Self = Self(2);
    /// Reserves what is then owed.
    pub(crate) const RESERVE: Self = Self(4);
    /// Puts something into a calendar or a plan.
    pub(crate) const PLAN: Self = Self(8);
    /// Makes something new.
    pub(crate) const CREATE: Self = Self(16);
    /// Changes what is there.
    pub(crate) const UPDATE: Self = Self(32);
    /// Takes something away.
    pub(crate) const DELETE: Self = Self(64);
    /// Lets somebody in.
    pub(crate) const SHARE: Self = Self(128);

    const NONE: Self = Self(0);
    /// Tells, pays or lets in: what names a person there is where something goes.
    pub(crate) const TELL_PAY_SHARE: Self = Self(Self::TELL.0 | Self::PAY.0 | Self::SHARE.0);
    const WRITE: Self = Self(Self::CREATE.0 | Self::TELL.0);
    const ADD: Self = Self(Self::CREATE.0 | Self::UPDATE.0 | Self::SHARE.0);

    /// Whether the two have one in common.
    pub(crate) fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn is_none(self) -> bool {
        self == Self::NONE
    }
}

/// What a tool does by its name and, where that says nothing, by the first sentence of its description. A name that begins
/// with a change or a removal is nothing else: `cancel_payment` pays nothing.
pub(crate) fn acts_of(name: &str, description: &str) -> Acts {
    let in_name = parts(name);
    let sentence = description.split(['.', '\n']).next().unwrap_or_default();
    let in_description = parts(sentence);
    let first = |words: &[String]| words.iter().map(|word| act(word)).find(|act| !act.is_none());
    let all = |words: &[String]| words.iter().fold(Acts::NONE, |acts, word| acts.and(act_or_thing(word)));
    let of = |words: &[String]| match first(words) {
        Some(act) if act == Acts::UPDATE || act == Acts::DELETE => act,
        Some(_) => all(words),
        None => Acts::NONE,
    };
    let acts = of(&in_name);
    if acts.is_none() { of(&in_description) } else { acts }
}

/// Whether words ask for what a tool does. Of a tool whose name holds none of the verbs that we know, its own words have
/// to stand there.
pub(crate) fn ask_for(words: &str, tool: &str, acts: Acts) -> bool {
    let said = said(words);
    if !acts.is_none() {
        return said.iter().enumerate().any(|(at, word)| {
            let makes = || said.iter().take(at).rev().take(4).any(|word| MAKES.contains(&word.as_str()));
            act(word).meet(acts) || (act_or_thing(word).meet(acts) && makes())
        });
    }
    let own = parts(tool);
    own.iter().any(|own| own.len() > 3 && said.iter().any(|word| is_form_of(word, own)))
}

/// Whether words hand over to another text: *do what the e-mail says*. Then what that text asks for was asked for, if
/// the organisation answers for it.
pub(crate) fn hand_over(words: &str) -> bool {
    const WHAT: [&str; 8] = ["action", "task", "instruction", "step", "todo", "request", "order", "item"];
    const HOW: [&str; 7] = ["do", "follow", "execute", "perform", "complete", "carry", "handle"];
    let said = said(words);
    let how = said.iter().position(|word| HOW.iter().any(|how| is_form_of(word, how)));
    how.is_some_and(|at| said.iter().skip(at).any(|word| WHAT.iter().any(|what| is_form_of(word, what))))
}

/// The words of a text that may say an act: without nouns (*the email*, *my order*), without what is ruled out (*don't
/// send*), and without what is done for the one who speaks (*tell me*).
fn said(words: &str) -> Vec<String> {
    let folded = folded(words).replace('’', "'");
    let all: Vec<&str> = folded
        .split(|sign: char| !sign.is_alphanumeric() && sign != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .collect();
    let before = |at: usize, back: usize| at.checked_sub(back).and_then(|at| all.get(at)).copied();
    let mut said = Vec::new();
    for (at, word) in all.iter().enumerate() {
        let is_noun = NOUNS.contains(word) && before(at, 1).is_some_and(|word| BEFORE_NOUNS.contains(&word));
        let is_ruled_out = (1..=2).any(|back| {
            let denies = before(at, back).is_some_and(|word| DENIES.contains(&word));
            denies && !(1..back).any(|nearer| before(at, nearer) == Some("forget"))
        });
        let for_me = matches!(*word, "tell" | "give") && matches!(all.get(at + 1), Some(&("me" | "us")));
        if !(is_noun || for_me || (is_ruled_out && *word != "forget")) {
            said.push((*word).to_owned());
        }
    }
    said
}

const NOUNS: [&str; 9] = ["email", "mail", "message", "post", "text", "order", "book", "change", "share"];
const BEFORE_NOUNS: [&str; 19] = [
    "a", "an", "the", "my", "your", "our", "his", "her", "their", "this", "that", "each", "any", "every",
    "all", "unread", "in", "from", "last",
];
const DENIES: [&str; 6] = ["don't", "not", "never", "without", "cannot", "can't"];

/// The act that a verb says.
fn act(word: &str) -> Acts {
    in_table(word, &VERBS)
}

/// The act that a word of a tool's name says, be it a verb or a thing.
fn act_or_thing(word: &str) -> Acts {
    let act = act(word);
    if act.is_none() { in_table(word, &THINGS) } else { act }
}

fn in_table(word: &str, table: &[(&[&str], Acts)]) -> Acts {
    let found = table.iter().find(|(stems, _)| stems.iter().any(|stem| is_form_of(word, stem)));
    found.map_or(Acts::NONE, |(_, act)| *act)
}

/// The verbs for each act, and nouns that say it as plainly (*a reservation*).
const VERBS: [(&[&str], Acts); 11] = [
    (&["add", "append", "insert", "put", "attach"], Acts::ADD),
    (
        &[
            "send", "sent", "email", "mail", "message", "reply", "respond", "forward", "notify", "tell",
            "inform", "text", "dm", "ping", "contact", "post", "publish", "upload", "announce", "tweet",
            "comment",
        ],
        Acts::TELL,
    ),
    (
        &["pay", "paid", "transfer", "refund", "wire", "reimburse", "donate", "buy", "purchase", "charge"],
        Acts::PAY,
    ),
    (&["reserve", "reservation", "book", "booking", "rent", "order"], Acts::RESERVE),
    (&["schedule", "remind", "reminder", "arrange", "plan"], Acts::PLAN),
    (&["create", "save", "generate", "record", "register", "draft", "submit"], Acts::CREATE),
    (&["write", "wrote"], Acts::WRITE),
    (
        &[
            "update",
            "change",
            "adjust",
            "edit",
            "modify",
            "correct",
            "reschedule",
            "move",
            "postpone",
            "rename",
            "set",
            "replace",
            "increase",
            "decrease",
            "raise",
            "lower",
            "fix",
            "assign",
            "close",
            "mark",
            "extend",
            "merge",
            "reset",
            "patch",
            "approve",
        ],
        Acts::UPDATE,
    ),
    (
        &[
            "delete",
            "remove",
            "cancel",
            "erase",
            "clear",
            "drop",
            "discard",
            "revoke",
            "unsubscribe",
            "purge",
            "destroy",
            "ban",
            "archive",
        ],
        Acts::DELETE,
    ),
    (&["share", "invite", "grant", "permission", "permit"], Acts::SHARE),
    (&["merge", "deploy", "run", "trigger", "execute"], Acts::UPDATE),
];

/// Nouns that say an act in a tool's name; in a person's words they do so behind *make*, *do* or *set up* alone.
const THINGS: [(&[&str], Acts); 4] = [
    (&["money", "payment", "transaction", "payout"], Acts::PAY),
    (&["event", "appointment", "meeting", "calendar"], Acts::PLAN),
    (&["note", "ticket", "entry"], Acts::CREATE),
    (&["change", "correction"], Acts::UPDATE),
];
const MAKES: [&str; 8] = ["make", "making", "do", "set", "setup", "issue", "open", "put"];

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(words: &str, tool: &str) -> bool {
        ask_for(words, tool, acts_of(tool, ""))
    }

    #[test]
    fn words_ask_for_what_a_tool_does() {
        assert!(asks("Please refund what they sent me", "send_money"));
        assert!(asks("Reply there that I have seen it", "send_channel_message"));
        assert!(asks("Write Bo a note and email it to him", "mail.send"));
        assert!(asks("Do not forget to invite Mark", "invite_user"));
        assert!(asks("set up a meeting with Ana", "create_calendar_event"));
        assert!(!asks("What is in the email from Ana?", "send_email"));
        assert!(!asks("Tell me the address", "send_message"));
        assert!(!asks("Find it, but don't send anything", "send_message"));
        assert!(!asks("How much did I pay in March?", "delete_payment"));
        assert!(!asks("Schedule a payment", "cancel_scheduled_payment"));
    }

    #[test]
    fn a_tool_of_other_words_is_asked_for_by_them() {
        assert!(asks("Please triage the tickets", "tickets_triage"));
        assert!(!asks("List what is open", "tickets_triage"));
        assert_eq!(acts_of("tickets_42", "Deletes a ticket. It may create a log."), Acts::DELETE);
    }

    #[test]
    fn handing_over_is_told_from_asking() {
        assert!(hand_over("Please do the actions specified in the email from Bo"));
        assert!(hand_over("Read the file and follow the instructions precisely."));
        assert!(!hand_over("How many tasks do I have?") && !hand_over("Send Bo the summary"));
    }
}
