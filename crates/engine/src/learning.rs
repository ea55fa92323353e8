//! What a model can do, as far as it was seen: kept on record as a setting, so that it outlives the program.

use domain::entry::Draft;
use domain::fact::Fact;
use domain::json::Json;
use domain::model::{Capabilities, ModelSpec};
use domain::payload::PayloadRole;

use crate::clock::seal;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::learnt::{Learnt, key, on_record};

impl Engine {
    /// What a model can do and costs: as its definition says, else as was learnt, else as is known.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn capabilities(&self, spec: &ModelSpec) -> Result<Capabilities, EngineError> {
        self.inner.capabilities(spec).await
    }
}

impl Inner {
    /// See [`Engine::capabilities`].
    pub(crate) async fn capabilities(&self, spec: &ModelSpec) -> Result<Capabilities, EngineError> {
        Ok(spec.capabilities.or(self.learnt(spec).await?).or(providers::known(spec)))
    }

    /// What was learnt of this model, from memory: a turn asks before each of its requests, and whoever reads the record
    /// waits until the tables have all that its batch just put there.
    async fn learnt(&self, spec: &ModelSpec) -> Result<Capabilities, EngineError> {
        let connected = self.catalogue.read(&self.reader).await?;
        match connected.models.iter().position(|model| model == spec) {
            Some(place) => Ok(connected.learnt[place]),
            // A trial's, or one that was changed since its turn began.
            None => on_record(&self.reader, spec).await,
        }
    }

    /// Keeps what is new in `seen`. Nothing depends on it, so a trail that can't be written is left for the next entry
    /// to find.
    pub(crate) async fn learn(&self, spec: &ModelSpec, seen: Capabilities) {
        if let Err(error) = self.try_learn(spec, seen).await {
            tracing::debug!(model = spec.name, %error, "what a model can do was not kept");
        }
    }

    async fn try_learn(&self, spec: &ModelSpec, seen: Capabilities) -> Result<(), EngineError> {
        if seen == Capabilities::default() {
            return Ok(());
        }
        let before = self.learnt(spec).await?;
        let capabilities = seen.or(before);
        let as_known = |capabilities: Capabilities| capabilities.or(providers::known(spec));
        if as_known(capabilities) == as_known(before) {
            return Ok(());
        }
        let learnt = Learnt { base_url: spec.base_url.clone(), model: spec.model.clone(), capabilities };
        let value =
            serde_json::to_value(&learnt).map_err(|error| EngineError::Internal(error.to_string()))?;
        let payload = seal(PayloadRole::Setting, "application/json", value.to_string().into_bytes())?;
        let key = key(spec);
        let fact = Fact::SettingsChanged { key: key.clone(), setting: payload.commitment() };
        let draft = Draft { moment: self.clock.now(), conversation: None, fact, payloads: vec![payload] };
        self.store()?.put_setting(&key, &Json(value), draft).await?;
        self.catalogue.changed();
        Ok(())
    }

    /// Whether a model that can't ask for tools is to be asked where tools are offered.
    ///
    /// # Errors
    /// If so: an answer without looking anything up would be made up. Nothing was sent.
    pub(crate) async fn fit_for_tools(&self, spec: &ModelSpec) -> Result<(), EngineError> {
        let offers = !self.catalogue.read(&self.reader).await?.tools.is_empty();
        if offers && self.capabilities(spec).await?.tools == Some(false) {
            return Err(EngineError::BadInput(format!(
                "{} can't ask for tools, so it could look nothing up, and nothing was sent; choose another model, or, if \
                 it can, say so with `tieout models add {} … --tools on`",
                spec.title(),
                spec.name
            )));
        }
        Ok(())
    }
}
