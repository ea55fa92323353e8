//! What entries say, whether all of a trail is there or a choice: runs, conversations, the story, payloads, ties.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use domain::view::{FindingKind, Part};
use tlog::Hash;

use crate::clocks::Clocks;
use crate::conversations::Conversations;
use crate::findings::{Findings, Here};
use crate::payloads::Payloads;
use crate::story::Story;
use crate::ties::Ties;

/// Everything that the entries so far tell.
#[derive(Debug, Default)]
pub(crate) struct Record {
    clocks: Clocks,
    pub(crate) conversations: Conversations,
    pub(crate) story: Story,
    pub(crate) payloads: Payloads,
    pub(crate) ties: Ties,
}

impl Record {
    /// For a choice of entries.
    pub(crate) fn of_some() -> Self {
        Self { story: Story::of_some(), payloads: Payloads::of_some(), ..Self::default() }
    }

    /// Takes in the next entry, whose leaf this is.
    pub(crate) fn tell(&mut self, entry: &Entry, leaf: Hash, findings: &mut Findings) {
        let opens = matches!(entry.fact, Fact::TrailOpened { .. });
        if opens != (entry.seq == Seq(0)) {
            let (kind, words) = if opens {
                (FindingKind::Forked, "the trail is opened a second time")
            } else {
                (FindingKind::Missing, "the first entry does not open the trail")
            };
            findings.report(Part::Story, kind, Some(entry.seq), words);
        }
        let conversation = entry.link.as_ref().map(|link| link.conversation);
        let mut here = Here { seq: entry.seq, conversation, part: Part::Story, findings };
        self.clocks.check(entry.boot, entry.mono, &mut here);
        self.story.tell(&entry.fact, &mut here);
        here.part = Part::Conversations;
        self.conversations.check(entry.link.as_ref(), &entry.fact, leaf, &mut here);
        here.part = Part::Payloads;
        self.payloads.tell(&entry.fact, conversation, &mut here);
        self.ties.tell(&entry.fact, entry.seq);
    }
}
