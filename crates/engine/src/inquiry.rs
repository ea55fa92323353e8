//! Asking a server about its models. It is no prompt, but it leaves the machine: so it is on record as a request to a
//! model, with an empty prompt or the exact bytes that ask (docs/decisions/0013).

use std::time::{Duration, Instant};

use domain::fact::Fact;
use domain::id::ModelCallId;
use domain::label::Label;
use domain::model::{Capabilities, ModelFailure, ModelSpec, Protocol, Usage};
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::time::Micros;
use domain::view::DaySpent;
use egress::{Outbound, PlacedSecret, SendError};
use providers::{Inquiry, Preset};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{id_parts, seal};
use crate::engine::Engine;
use crate::error::EngineError;

/// How long a server that we know may take to tell of a model, and one on this machine of which we don't know whether it
/// is there.
const ABOUT_LIMIT: Duration = Duration::from_secs(10);
const LIST_LIMIT: Duration = Duration::from_secs(2);

/// A server on this machine that has models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct FoundServer {
    /// Its preset.
    pub preset: String,
    /// What people read.
    pub title: String,
    /// The protocol to speak with it.
    pub protocol: Protocol,
    /// Its address.
    pub base_url: String,
    /// Its models, in its order.
    pub models: Vec<FoundModel>,
}

/// A model of a server on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct FoundModel {
    /// Its id there.
    pub id: String,
    /// What the server says of it.
    pub capabilities: Capabilities,
    /// Under what name it is connected already, if it is.
    pub connected: Option<String>,
}

impl Engine {
    /// Looks at the ports where servers of models usually are on this machine. What is asked is on record.
    ///
    /// # Errors
    /// If the trail can't be written. A port where nothing answers is no error.
    pub async fn find_local_models(&self) -> Result<Vec<FoundServer>, EngineError> {
        self.find_models_at(providers::presets()).await
    }

    /// Looks at the first address of each of these presets that is of a server of one's own.
    ///
    /// # Errors
    /// If the trail can't be written. An address where nothing answers is no error.
    pub async fn find_models_at(&self, presets: &[Preset]) -> Result<Vec<FoundServer>, EngineError> {
        let connected = self.inner.reader.models().await?;
        let mut found = Vec::new();
        for preset in presets {
            let (Some(inquiry), Some(endpoint)) = (providers::list(preset), preset.endpoints.first()) else {
                continue;
            };
            let Some(answer) = self.inquire(&preset.id, inquiry, None, LIST_LIMIT).await? else { continue };
            let at = |spec: &ModelSpec, id: &str| {
                spec.model == id && preset.endpoints.iter().any(|endpoint| endpoint.base_url == spec.base_url)
            };
            let models = providers::listed(&answer).into_iter().map(|listed| FoundModel {
                connected: connected.iter().find(|spec| at(spec, &listed.id)).map(|spec| spec.name.clone()),
                capabilities: listed.capabilities,
                id: listed.id,
            });
            found.push(FoundServer {
                preset: preset.id.clone(),
                title: preset.title.clone(),
                protocol: endpoint.protocol,
                base_url: endpoint.base_url.clone(),
                models: models.collect(),
            });
        }
        Ok(found)
    }

    /// The providers and servers that models can be had from, the best known first.
    pub fn model_presets() -> &'static [Preset] {
        providers::presets()
    }

    /// What each model used on each day since then, the newest day first.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn usage(&self, since: Micros) -> Result<Vec<DaySpent>, EngineError> {
        Ok(self.inner.reader.spent_by_day(since).await?)
    }

    /// What a model's server tells of it; nothing if it tells nothing.
    pub(crate) async fn told_about(
        &self,
        spec: &ModelSpec,
        key: Option<Secret>,
    ) -> Result<Capabilities, EngineError> {
        let Some(inquiry) = providers::about(spec) else { return Ok(Capabilities::default()) };
        let secret = key.and_then(|key| providers::placed(spec, key, self.inner.clock.now().at));
        let answer = self.inquire(&spec.name, inquiry, secret, ABOUT_LIMIT).await?;
        Ok(answer.map(|answer| providers::told(&spec.model, &answer)).unwrap_or_default())
    }

    /// Asks, and gives what a good answer says.
    async fn inquire(
        &self,
        model: &str,
        inquiry: Inquiry,
        secret: Option<PlacedSecret>,
        limit: Duration,
    ) -> Result<Option<Value>, EngineError> {
        let Inquiry { method, url, headers, body } = inquiry;
        let prompt = seal(PayloadRole::Prompt, "application/json", body.clone())?;
        let request = Outbound {
            headers,
            secrets: secret.into_iter().collect(),
            body: (!body.is_empty()).then_some(body),
            deadline: limit,
            idle: limit,
            ..Outbound::new(method, url)
        };
        if request.check().is_err() {
            return Ok(None);
        }
        let (unix_ms, random) = id_parts()?;
        let id = ModelCallId::new(unix_ms, random);
        let called = Fact::ModelCalled {
            request: id,
            turn: None,
            model: model.to_owned(),
            endpoint: request.endpoint(),
            prompt: prompt.commitment(),
            label: Label::PUBLIC,
            shortened: 0,
            redacted: 0,
            hidden: None,
        };
        let store = self.inner.store()?;
        let intent = store.intend(self.draft(called, vec![prompt])).await?;
        let scrubber = request.scrubber();
        let began = Instant::now();
        let (bytes, failure) = match self.inner.door.send(intent, request).await {
            Err(error) => (Vec::new(), Some(kind(&error))),
            Ok(mut inbound) => {
                let mut bytes = Vec::new();
                let ended = loop {
                    match inbound.next().await {
                        Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                        Ok(None) => break None,
                        Err(error) => break Some(kind(&error)),
                    }
                };
                let refused = match inbound.status() {
                    200..300 => None,
                    401 | 403 => Some(ModelFailure::KeyRefused),
                    _ => Some(ModelFailure::Rejected),
                };
                (scrubber.bytes(bytes), refused.or(ended))
            }
        };
        let answer = serde_json::from_slice(&bytes).ok().filter(|_| failure.is_none());
        let response = seal(PayloadRole::Response, "application/json", bytes)?;
        let returned = Fact::ModelReturned {
            request: id,
            finish: None,
            failure,
            response: response.commitment(),
            usage: Usage::default(),
            cost: None,
            took: began.elapsed().into(),
        };
        store.append(vec![self.draft(returned, vec![response])]).await?;
        Ok(answer)
    }
}

fn kind(error: &SendError) -> ModelFailure {
    match error {
        SendError::Unsendable(_) => ModelFailure::Rejected,
        SendError::Connect(_) | SendError::Forbidden(_) => ModelFailure::Unreachable,
        SendError::Interrupted(_) => ModelFailure::CutStream,
        SendError::Untrusted(_) => ModelFailure::Untrusted,
        SendError::TimedOut(_) => ModelFailure::TimedOut,
        SendError::BadBody(_) | SendError::Redirect(_) => ModelFailure::NotAModel,
    }
}
