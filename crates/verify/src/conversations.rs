//! Conversations: whether each is whole by its own links, so that an export of one can be checked alone.

use std::collections::BTreeMap;

use domain::entry::Link;
use domain::fact::Fact;
use domain::id::ConversationId;
use domain::view::FindingKind;
use tlog::Hash;

use crate::findings::Here;

/// Where each conversation stands.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    ends: BTreeMap<ConversationId, End>,
    linked: u64,
}

#[derive(Debug)]
struct End {
    next: u64,
    leaf: Hash,
}

impl Conversations {
    /// How many entries are linked into one.
    pub(crate) fn linked(&self) -> u64 {
        self.linked
    }

    /// Checks an entry's link, and what only makes sense with one.
    pub(crate) fn check(&mut self, link: Option<&Link>, fact: &Fact, leaf: Hash, here: &mut Here<'_>) {
        let Some(link) = link else {
            if needs_conversation(fact) {
                here.report(FindingKind::Missing, &format!("{} stands in no conversation", fact.type_name()));
            }
            return;
        };
        self.linked += 1;
        if belongs_to_none(fact) {
            let words = format!("{} stands in a conversation, and belongs to none", fact.type_name());
            here.report(FindingKind::Altered, &words);
        }
        let conversation = link.conversation;
        let (next, before) = match self.ends.get(&conversation) {
            Some(end) => (end.next, end.leaf.to_hex()),
            None => (0, String::new()),
        };
        if link.cseq > next {
            let left_out = link.cseq - next;
            here.report(
                FindingKind::Gap,
                &format!("{left_out} entries of {conversation} are left out before it"),
            );
        } else if link.cseq < next {
            let words =
                format!("it is number {} of {conversation}, which has {next} entries already", link.cseq);
            here.report(FindingKind::Forked, &words);
        } else if link.cprev != before {
            let words = format!("it does not follow the entry of {conversation} before it");
            here.report(FindingKind::Altered, &words);
        }
        if matches!(fact, Fact::ConversationOpened {}) != (link.cseq == 0) {
            let words = format!("{} is number {} of {conversation}", fact.type_name(), link.cseq);
            here.report(FindingKind::Altered, &words);
        }
        let after = link.cseq.saturating_add(1);
        if let Fact::AnswerGiven { entries, .. } = fact
            && *entries != after
        {
            let words = format!("it counts {entries} entries of {conversation}, and there are {after}");
            here.report(FindingKind::Altered, &words);
        }
        self.ends.insert(conversation, End { next: after.max(next), leaf });
    }
}

fn needs_conversation(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::ConversationOpened {}
            | Fact::QuestionAsked { .. }
            | Fact::BatchOpened { .. }
            | Fact::AnswerGiven { .. }
            | Fact::TurnStopped { .. }
            | Fact::LabelLowered { .. }
    )
}

fn belongs_to_none(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::TrailOpened { .. }
            | Fact::TrailRecovered { .. }
            | Fact::TokenSent { .. }
            | Fact::TokenEnded { .. }
            | Fact::EpochOpened { .. }
            | Fact::ClockJumped { .. }
            | Fact::Heartbeat {}
            | Fact::SourceAsked { .. }
            | Fact::AnchorSent { .. }
            | Fact::AnchorRecorded { .. }
            | Fact::AnchorFailed { .. }
            | Fact::PayloadErased { .. }
            | Fact::HoldSet { .. }
            | Fact::HoldReleased { .. }
            | Fact::RetentionApplied { .. }
            | Fact::ExportSent { .. }
            | Fact::FindingDismissed(_)
            | Fact::FindingRestored(_)
    )
}
