//! Reviewing: opening what a call carried is itself on record.

use domain::fact::Fact;
use domain::id::CallId;
use domain::json::Json;
use domain::view::CallDetail;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;

/// The setting that holds the roles.
const ROLES: &str = "roles";

/// Who may do what in this workspace. On one person's machine these are rules that the program keeps and the record
/// shows, no walls: whoever holds the workspace's keys can read everything in it with a program of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Whether a reviewer may open the payloads of calls.
    pub reviewer_may_open_payloads: bool,
}

impl Default for Roles {
    fn default() -> Self {
        Self { reviewer_may_open_payloads: true }
    }
}

impl Engine {
    /// Opens a call's payloads to a reviewer: that it was done is on record before they are given.
    ///
    /// # Errors
    /// If there is no such call, the roles don't allow it, or the trail can't be written.
    pub async fn review_open(&self, call: CallId) -> Result<CallDetail, EngineError> {
        let store = self.inner.store()?;
        if !self.roles().await?.reviewer_may_open_payloads {
            return Err(EngineError::BadInput(
                "reviewers may not open payloads in this workspace: its roles say so, and whoever administers it can \
                 change them"
                    .to_owned(),
            ));
        }
        // Nothing is put on record of a call that is not there.
        self.call(call).await?;
        store.append(vec![self.draft(Fact::ReviewOpened { call }, Vec::new())]).await?;
        self.call(call).await
    }

    /// Who may do what.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn roles(&self) -> Result<Roles, EngineError> {
        match self.inner.reader.setting(ROLES).await? {
            Some(Json(value)) => serde_json::from_value(value).map_err(|error| {
                EngineError::Internal(format!("the setting {ROLES} does not read: {error}"))
            }),
            None => Ok(Roles::default()),
        }
    }

    /// Changes who may do what, on record.
    ///
    /// # Errors
    /// If the trail can't be written.
    pub async fn save_roles(&self, roles: Roles) -> Result<(), EngineError> {
        let value = serde_json::to_value(roles).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(ROLES, Json(value)).await
    }
}
