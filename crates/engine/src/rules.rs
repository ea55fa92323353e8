//! The rules of a workspace: read, checked, and changed on record.

use domain::call::Decision;
use domain::event::Ask;
use domain::json::Json;
use domain::payload::PayloadRole;
use domain::policy::{POLICY_SETTINGS, PolicySettings};
use domain::view::CallDetail;
use policy::{Policy, Rule};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::in_force::{settings, told};

impl Engine {
    /// Reads rules without putting them in force: the built-in ones with these, as they would hold.
    ///
    /// # Errors
    /// Every mistake of the text by line, rule and fix.
    pub fn read_policy(rules: &str) -> Result<Policy, EngineError> {
        Policy::load(rules).map_err(|mistakes| EngineError::BadInput(told(&mistakes)))
    }

    /// The rules in force here, and the name that entries give them.
    ///
    /// # Errors
    /// If the trail can't be read, or what was set no longer loads.
    pub async fn policy_rules(&self) -> Result<(Vec<Rule>, String), EngineError> {
        let connected = self.inner.catalogue.read(&self.inner.reader).await?;
        Ok((connected.rules.policy.rules().to_vec(), connected.rules.hash.clone()))
    }

    /// What is set about policy here.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn policy_settings(&self) -> Result<PolicySettings, EngineError> {
        settings(&self.inner.reader).await
    }

    /// What a person was shown when they were asked about a call: the decision with its reasons and origins. None if nobody
    /// was asked, or what was shown is erased.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn decision_shown(&self, call: &CallDetail) -> Result<Option<Decision>, EngineError> {
        let shown = call.payloads.iter().rev().find(|payload| payload.role == PayloadRole::Shown);
        let Some(shown) = shown else { return Ok(None) };
        let bytes = self.inner.reader.payload_bytes(shown.seq, shown.commitment).await?.unwrap_or_default();
        let asks: Vec<Ask> = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(asks.into_iter().find(|ask| ask.call == call.row.call).map(|ask| ask.decision))
    }

    /// Sets it, on record with its whole text. Turns under way go on with what held when they began.
    ///
    /// # Errors
    /// If the rules don't load, or the trail can't be written.
    pub async fn save_policy_settings(&self, settings: PolicySettings) -> Result<(), EngineError> {
        Self::read_policy(&settings.rules)?;
        let value =
            serde_json::to_value(&settings).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(POLICY_SETTINGS, Json(value)).await
    }
}
