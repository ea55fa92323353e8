//! Care for the people in the trail: erasing, holds and retention. What is done is on record with a reason; what it will
//! do can be seen before.

use domain::care::{ErasePreview, EraseScope, Erased, HoldScope, HoldView, Retention, RetentionRule};
use domain::fact::{Fact, MOST_ERASED};
use domain::id::{CallId, ConversationId, HoldId, Seq};
use domain::payload::{Payload, PayloadRole};
use domain::time::Micros;
use serde::{Deserialize, Serialize};
use store::{Erasure, Selection};

use crate::clock::{id_parts, seal};
use crate::engine::Engine;
use crate::error::EngineError;

/// The setting that holds the retention rules.
const RETENTION: &str = "trail.retention";
/// The longest reason, in bytes.
const LONGEST_REASON: usize = 4096;

/// What somebody asks to erase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EraseInput {
    /// One call.
    Call {
        /// Which.
        call: CallId,
    },
    /// One conversation.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// A person, or anything else that has a name, wherever it is written.
    Subject {
        /// The name: words that stand one after another.
        words: String,
    },
    /// Everything that was recorded before.
    Before {
        /// When.
        at: Micros,
    },
    /// The calls that a filter finds.
    Filter {
        /// As people write it.
        text: String,
    },
}

impl Engine {
    /// What erasing this would do now. `progress` hears how many entries of how many were looked at.
    ///
    /// # Errors
    /// If what is named does not exist, says nothing, or the trail can't be read.
    pub async fn erase_preview(
        &self,
        input: &EraseInput,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<ErasePreview, EngineError> {
        Ok(self.selection(input, progress).await?.preview)
    }

    /// Erases for good what the preview shows at this moment, and says so on record with the reason.
    ///
    /// # Errors
    /// As for the preview, without a reason, or if the trail can't be written; then nothing is erased.
    pub async fn erase(
        &self,
        input: &EraseInput,
        why: &str,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Erased, EngineError> {
        let _alone = self.inner.caring.lock().await;
        reason(why)?;
        self.inner.store()?;
        let selection = self.selection(input, progress).await?;
        self.erase_all(selection, why).await
    }

    /// Every hold, the latest first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn holds(&self) -> Result<Vec<HoldView>, EngineError> {
        Ok(self.inner.reader.holds().await?)
    }

    /// Keeps what this covers from being erased, until it is released.
    ///
    /// # Errors
    /// Without a reason, if what it covers does not exist, or the trail can't be written.
    pub async fn add_hold(&self, scope: HoldScope, why: &str) -> Result<HoldView, EngineError> {
        let _alone = self.inner.caring.lock().await;
        let reason = reason(why)?;
        let (of, call) = match scope {
            HoldScope::Everything => (None, None),
            HoldScope::Conversation { conversation } => {
                self.conversation(conversation).await?;
                (Some(conversation), None)
            }
            HoldScope::Call { call } => {
                self.call(call).await?;
                (None, Some(call))
            }
        };
        let (ms, random) = id_parts()?;
        let hold = HoldId::new(ms, random);
        let fact = Fact::HoldSet { hold, of, call, reason: reason.commitment() };
        self.inner.store()?.append(vec![self.draft(fact, vec![reason])]).await?;
        self.hold(hold).await
    }

    /// Ends a hold.
    ///
    /// # Errors
    /// Without a reason, if there is no such hold or it has ended, or the trail can't be written.
    pub async fn release_hold(&self, hold: HoldId, why: &str) -> Result<HoldView, EngineError> {
        let _alone = self.inner.caring.lock().await;
        let reason = reason(why)?;
        if self.hold(hold).await?.released_at.is_some() {
            return Err(EngineError::BadInput(format!("{hold} was released already")));
        }
        let fact = Fact::HoldReleased { hold, reason: reason.commitment() };
        self.inner.store()?.append(vec![self.draft(fact, vec![reason])]).await?;
        self.hold(hold).await
    }

    /// How long payloads are kept.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn retention(&self) -> Result<Retention, EngineError> {
        let Some(value) = self.setting(RETENTION).await? else {
            return Ok(Retention::default());
        };
        serde_json::from_str(&value.canonical()).map_err(|error| {
            EngineError::Internal(format!("the setting `{RETENTION}` does not read: {error}"))
        })
    }

    /// Changes how long payloads are kept. Nothing is erased by that alone.
    ///
    /// # Errors
    /// If a rule can't be meant, or the trail can't be written.
    pub async fn save_retention(&self, rules: &Retention) -> Result<(), EngineError> {
        check_rules(&rules.rules)?;
        let text = serde_json::to_string(rules).map_err(|error| EngineError::Internal(error.to_string()))?;
        let value = serde_json::from_str(&text).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(RETENTION, value).await
    }

    /// What applying these rules would do now.
    ///
    /// # Errors
    /// If a rule can't be meant, or the trail can't be read.
    pub async fn retention_preview(
        &self,
        rules: &Retention,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<ErasePreview, EngineError> {
        check_rules(&rules.rules)?;
        Ok(self.overdue(rules.clone(), progress).await?.preview)
    }

    /// Erases what was kept as long as the rules say, and notes that they were applied.
    ///
    /// # Errors
    /// If the trail can't be read or written.
    pub async fn apply_retention(
        &self,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Erased, EngineError> {
        let _alone = self.inner.caring.lock().await;
        let store = self.inner.store()?;
        let rules = self.retention().await?;
        let selection = self.overdue(rules, progress).await?;
        let mut erased = self.erase_all(selection, "kept as long as the retention rules say").await?;
        let fact = Fact::RetentionApplied { payloads: erased.payloads, held: erased.held };
        erased.entries.extend(store.append(vec![self.draft(fact, Vec::new())]).await?);
        Ok(erased)
    }

    async fn overdue(
        &self,
        rules: Retention,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Selection, EngineError> {
        let now = self.inner.clock.now().at;
        Ok(self.inner.reader.erasable(EraseScope::Overdue { rules, now }, progress).await?)
    }

    async fn selection(
        &self,
        input: &EraseInput,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Selection, EngineError> {
        let scope = match input {
            EraseInput::Call { call } => {
                self.call(*call).await?;
                EraseScope::Calls { calls: vec![*call] }
            }
            EraseInput::Conversation { conversation } => {
                self.conversation(*conversation).await?;
                EraseScope::Conversation { conversation: *conversation }
            }
            EraseInput::Subject { words } if words.chars().any(char::is_alphanumeric) => {
                EraseScope::Subject { words: words.clone() }
            }
            EraseInput::Subject { words } => {
                return Err(EngineError::BadInput(format!(
                    "`{words}` has neither a letter nor a digit, so nothing can be found by it; write a name"
                )));
            }
            EraseInput::Before { at } => EraseScope::Before { at: *at },
            EraseInput::Filter { text } => EraseScope::Calls { calls: self.found_by(text).await? },
        };
        Ok(self.inner.reader.erasable(scope, progress).await?)
    }

    /// The caller holds `caring`, so that no hold is set between the selection and its end.
    async fn erase_all(&self, selection: Selection, why: &str) -> Result<Erased, EngineError> {
        let Selection { targets, preview } = selection;
        let mut erasures = Vec::new();
        for targets in targets.chunks(MOST_ERASED) {
            let reason = reason(why)?;
            let payloads = targets.iter().map(|target| target.commitment).collect();
            let fact = Fact::PayloadErased { payloads, reason: reason.commitment() };
            erasures.push(Erasure { draft: self.draft(fact, vec![reason]), targets: targets.to_vec() });
        }
        let entries: Vec<Seq> =
            if erasures.is_empty() { Vec::new() } else { self.inner.store()?.erase(erasures).await? };
        // What was kept for being used again may be what is gone.
        self.inner.kept.forget_all();
        Ok(Erased { payloads: preview.payloads, bytes: preview.bytes, held: preview.held, entries })
    }

    async fn hold(&self, id: HoldId) -> Result<HoldView, EngineError> {
        let found = self.holds().await?.into_iter().find(|hold| hold.id == id);
        found.ok_or_else(|| EngineError::NotFound(format!("there is no hold {id}")))
    }
}

pub(crate) fn reason(why: &str) -> Result<Payload, EngineError> {
    let why = why.trim();
    if why.is_empty() {
        return Err(EngineError::BadInput(
            "say why: the reason stays on record beside what was done".to_owned(),
        ));
    }
    if why.len() > LONGEST_REASON {
        return Err(EngineError::BadInput(format!(
            "the reason has {} bytes; keep it under {LONGEST_REASON}",
            why.len()
        )));
    }
    seal(PayloadRole::Reason, "text/plain; charset=utf-8", why.as_bytes().to_vec())
}

fn check_rules(rules: &[RetentionRule]) -> Result<(), EngineError> {
    for (number, rule) in (1..).zip(rules) {
        if rule.days == 0 || rule.days > 36_500 {
            return Err(EngineError::BadInput(format!(
                "retention rule {number}: `days` can't be {}; write 1 to 36500",
                rule.days
            )));
        }
        if matches!(rule.role, Some(PayloadRole::Setting | PayloadRole::Anchor)) {
            return Err(EngineError::BadInput(format!(
                "retention rule {number}: settings and anchors are kept for good; name another `role`"
            )));
        }
    }
    Ok(())
}
