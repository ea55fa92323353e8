//! Results that may be used again. The record holds them all; here is what of them may answer the same call anew.
//!
//! Two kinds: within a turn, what its source's cache headers allow; within a conversation, what calls brought that
//! started early and whose message then came to nothing, if the model asks for the same again soon.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::id::{CallId, ConversationId};
use domain::tool::SourceName;

use super::end::End;
use crate::locked::lock;

/// How long the result of a call may wait for the same call, when its own message came to nothing.
const ASKED_AGAIN: Duration = Duration::from_secs(5 * 60);
/// How many of them a conversation keeps: a message's worth.
const MOST: usize = 128;
/// How many all conversations keep together.
const MOST_IN_ALL: usize = 1024;

/// A result that waits for its call to be asked for again.
#[derive(Clone)]
pub(crate) struct KeptEnd {
    pub(crate) call: CallId,
    pub(crate) source: SourceName,
    pub(crate) end: End,
    until: Instant,
}

/// By conversation and identity.
#[derive(Default)]
pub(crate) struct Kept {
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    by_conversation: HashMap<ConversationId, HashMap<String, KeptEnd>>,
    /// When something last changed at a source, as far as we had a hand in it.
    changed: HashMap<SourceName, Instant>,
}

impl Kept {
    /// Keeps the end of a call whose message came to nothing, unless its source changed since it was sent.
    pub(crate) fn keep(
        &self,
        conversation: ConversationId,
        identity: String,
        call: CallId,
        source: SourceName,
        sent: Instant,
        end: End,
    ) {
        let mut all = lock(&self.all);
        if all.changed_since(&source, sent) {
            return;
        }
        let now = Instant::now();
        all.by_conversation.retain(|_, kept| {
            kept.retain(|_, end| end.until > now);
            !kept.is_empty()
        });
        let many = all.by_conversation.values().map(HashMap::len).sum::<usize>() >= MOST_IN_ALL;
        let kept = all.by_conversation.entry(conversation).or_default();
        if kept.len() < MOST && !many {
            kept.insert(identity, KeptEnd { call, source, end, until: now + ASKED_AGAIN });
        }
    }

    /// What is kept for the same call, if it is not too old.
    pub(crate) fn find(&self, conversation: ConversationId, identity: &str) -> Option<KeptEnd> {
        let all = lock(&self.all);
        all.by_conversation
            .get(&conversation)?
            .get(identity)
            .filter(|kept| kept.until > Instant::now())
            .cloned()
    }

    /// Something at a source may be changing, or how it is asked: what came of it before holds no longer.
    pub(crate) fn changed(&self, source: &SourceName) {
        let mut all = lock(&self.all);
        all.changed.insert(source.clone(), Instant::now());
        for kept in all.by_conversation.values_mut() {
            kept.retain(|_, end| end.source != *source);
        }
    }

    /// Payloads were erased: whatever is kept may hold what is gone.
    pub(crate) fn forget_all(&self) {
        lock(&self.all).by_conversation.clear();
    }

    /// Whether that was so at some time since then.
    pub(crate) fn changed_since(&self, source: &SourceName, then: Instant) -> bool {
        lock(&self.all).changed_since(source, then)
    }
}

impl All {
    fn changed_since(&self, source: &SourceName, then: Instant) -> bool {
        self.changed.get(source).is_some_and(|changed| *changed >= then)
    }
}
