//! The policy in force in a workspace: read once with what else is connected.

use std::collections::BTreeSet;

use domain::call::ToolCall;
use domain::json::Json;
use domain::policy::{POLICY_SETTINGS, PolicySettings};
use domain::tool::SourceName;
use policy::{People, Policy, PolicyMistake};
use store::Reader;

use crate::error::EngineError;

/// The rules that hold here, and who is who.
pub(crate) struct InForce {
    pub(crate) policy: Policy,
    /// What entries name it by.
    pub(crate) hash: String,
    people: People,
    authored: BTreeSet<SourceName>,
}

impl InForce {
    /// As a workspace has set it.
    ///
    /// # Errors
    /// If the trail can't be read, or what was set no longer loads: a policy that can't be read must not be taken for none.
    pub(crate) async fn read(reader: &Reader) -> Result<Self, EngineError> {
        let settings = settings(reader).await?;
        let policy = Policy::load(&settings.rules).map_err(|mistakes| {
            let words =
                "this workspace's policy can't be loaded, so nothing runs; `tieout policy use` sets another";
            EngineError::BadInput(format!("{words}:\n{}", told(&mistakes)))
        })?;
        let hash = policy.hash();
        Ok(Self { policy, hash, people: People::of(&settings), authored: settings.authored })
    }

    /// Who is who.
    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// Who wrote each item of what this call brought, where its source can be believed in that.
    pub(crate) fn authors(&self, call: &ToolCall) -> Option<&People> {
        let source = call.tool.as_ref()?.source();
        self.authored.contains(source).then_some(&self.people)
    }
}

/// What is set about policy.
pub(crate) async fn settings(reader: &Reader) -> Result<PolicySettings, EngineError> {
    let Some(Json(value)) = reader.setting(POLICY_SETTINGS).await? else {
        return Ok(PolicySettings::default());
    };
    serde_json::from_value(value).map_err(|error| {
        EngineError::BadInput(format!("the setting `{POLICY_SETTINGS}` can't be read: {error}; set it anew"))
    })
}

/// Mistakes of rules, a line each.
pub(crate) fn told(mistakes: &[PolicyMistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
