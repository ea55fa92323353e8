//! What people say of labels: what else to look for, what is a false alarm, what a model may see, and how far a
//! conversation's label falls. All of it is on record.

use domain::fact::Fact;
use domain::finding::{Carried, FalseAlarm, Judged, shape};
use domain::hidden::{ABOVE_CLEARANCE, AboveClearance, DETECTION, OwnDetectors};
use domain::id::{CallId, ConversationId};
use domain::json::Json;
use domain::label::{Label, Level};
use domain::payload::Payload;
use serde::Serialize;

use crate::care::reason;
use crate::classify::{Classified, classify};
use crate::detection;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::run;

impl Engine {
    /// A person's own patterns and lists of words.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn own_detectors(&self) -> Result<OwnDetectors, EngineError> {
        detection::own_detectors(&self.inner.reader).await
    }

    /// Changes what is looked for besides what Tieout knows, from the next question on.
    ///
    /// # Errors
    /// If a pattern or a list can't be used, or the trail can't be written.
    pub async fn save_own_detectors(&self, own: OwnDetectors) -> Result<(), EngineError> {
        detection::detectors(&own)?;
        self.set_setting(DETECTION, json(&own)?).await
    }

    /// What is found in a text or a JSON document with these patterns and lists beside ours, as a call's result would be
    /// looked at. Nothing of it is recorded.
    ///
    /// # Errors
    /// If a pattern or a list can't be used.
    pub fn classified(text: &str, own: &OwnDetectors) -> Result<Classified, EngineError> {
        Ok(classify(&detection::detectors(own)?, text))
    }

    /// What becomes of what is above a model's clearance.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn above_clearance(&self) -> Result<AboveClearance, EngineError> {
        run::above_clearance(&self.inner.reader).await
    }

    /// Changes what becomes of it, from the next question on.
    ///
    /// # Errors
    /// If the trail can't be written.
    pub async fn save_above_clearance(&self, above: AboveClearance) -> Result<(), EngineError> {
        self.set_setting(ABOVE_CLEARANCE, json(&above)?).await
    }

    /// What people called false alarms, by tool.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn false_alarms(&self) -> Result<Vec<FalseAlarm>, EngineError> {
        Ok(self.inner.reader.false_alarms().await?)
    }

    /// Calls a finding a false alarm: from the next question on its kind is not raised at that place of that tool. What
    /// was recorded stays as it is.
    ///
    /// # Errors
    /// Without a reason, if nothing of that kind was found there, it is a false alarm already, or the trail can't be
    /// written.
    pub async fn dismiss_finding(
        &self,
        call: CallId,
        kind: &str,
        carried: Carried,
        pointer: &str,
        why: &str,
    ) -> Result<(), EngineError> {
        let _alone = self.inner.caring.lock().await;
        let detail = self.call(call).await?;
        let place = shape(pointer);
        let found = detail.detected.as_ref().map(|detected| match carried {
            Carried::Arguments => &detected.arguments,
            Carried::Result => &detected.result,
        });
        let is_it =
            |finding: &domain::finding::Finding| finding.kind == kind && shape(&finding.pointer) == place;
        if !found.is_some_and(|found| found.iter().any(is_it)) {
            let words = format!("no `{kind}` was found at `{pointer}` in {call}");
            return Err(EngineError::NotFound(words));
        }
        let is_known = |alarm: &FalseAlarm| {
            (alarm.tool.as_str(), alarm.kind.as_str(), alarm.carried, alarm.pointer.as_str())
                == (detail.row.tool.as_str(), kind, carried, place.as_str())
        };
        if self.false_alarms().await?.iter().any(is_known) {
            let words = format!("`{kind}` at `{place}` of {} is a false alarm already", detail.row.tool);
            return Err(EngineError::BadInput(words));
        }
        let reason = reason(why)?;
        let fact = Fact::FindingDismissed(judged(call, kind, carried, place, &reason));
        self.say_of_findings(fact, reason).await
    }

    /// Takes a false alarm back: from the next question on its kind is raised there again.
    ///
    /// # Errors
    /// Without a reason, if there is no such false alarm, or the trail can't be written.
    pub async fn restore_finding(&self, alarm: &FalseAlarm, why: &str) -> Result<(), EngineError> {
        let _alone = self.inner.caring.lock().await;
        if !self.false_alarms().await?.contains(alarm) {
            let FalseAlarm { tool, kind, pointer, .. } = alarm;
            let words = format!("`{kind}` at `{pointer}` of {tool} is no false alarm");
            return Err(EngineError::NotFound(words));
        }
        let reason = reason(why)?;
        let judged = judged(alarm.call, &alarm.kind, alarm.carried, alarm.pointer.clone(), &reason);
        self.say_of_findings(Fact::FindingRestored(judged), reason).await
    }

    async fn say_of_findings(&self, fact: Fact, reason: Payload) -> Result<(), EngineError> {
        self.inner.store()?.append(vec![self.draft(fact, vec![reason])]).await?;
        self.inner.catalogue.changed();
        Ok(())
    }

    /// Lowers a conversation's label to a level: what its next questions join to it begins there. What it is about, and
    /// what each result is labelled, stays; so a model still sees nothing above its clearance.
    ///
    /// # Errors
    /// Without a reason, if there is no such conversation, its level is not above that one, it is answering, or the trail
    /// can't be written.
    pub async fn lower_label(
        &self,
        conversation: ConversationId,
        to: Level,
        why: &str,
    ) -> Result<Label, EngineError> {
        let reason = reason(why)?;
        let (_nobody_asks_meanwhile, _unheard) = self.visit(conversation)?;
        let from = self.conversation(conversation).await?.row.label;
        if to >= from.level {
            let words = format!("the conversation is {from}; lower it to a level below that, not to {to}");
            return Err(EngineError::BadInput(words));
        }
        let lowered = Label { level: to, ..from.clone() };
        let fact = Fact::LabelLowered { from, to: lowered.clone(), reason: reason.commitment() };
        let draft = self.draft(fact, vec![reason]);
        let draft = domain::entry::Draft { conversation: Some(conversation), ..draft };
        self.inner.store()?.append(vec![draft]).await?;
        Ok(lowered)
    }
}

fn judged(call: CallId, kind: &str, carried: Carried, pointer: String, reason: &Payload) -> Judged {
    Judged { call, kind: kind.to_owned(), carried, pointer, reason: reason.commitment() }
}

fn json(value: &impl Serialize) -> Result<Json, EngineError> {
    serde_json::to_value(value).map(Json).map_err(|error| EngineError::Internal(error.to_string()))
}
