//! Sources, models, secrets and other settings. Every change is an entry of the trail, written with the change itself.

use domain::entry::Draft;
use domain::fact::{Change, Fact};
use domain::json::Json;
use domain::model::{Capabilities, ModelSpec};
use domain::payload::{Payload, PayloadRole};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::time::Micros;
use domain::tool::SourceName;
use domain::view::SourceView;
use serde::{Deserialize, Serialize};

use crate::clock::seal;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::is_reserved;
use crate::learnt::on_record;

/// How far back a source's health looks: seven days, in microseconds.
const HEALTH: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// A model with what a screen says beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ModelView {
    /// Its definition.
    pub spec: ModelSpec,
    /// Whether the key that it names is in the keychain; true if it needs none.
    pub secret_present: bool,
    /// What it can do and costs: as its definition says, else as was learnt, else as is known.
    pub capabilities: Capabilities,
    /// Of that, what was learnt from it.
    pub learnt: Capabilities,
}

impl Engine {
    /// Reads a source's file (`docs/cli.md`).
    ///
    /// # Errors
    /// Every mistake of the file, each with its line, key, value and mend.
    pub fn read_source(toml: &str) -> Result<SourceSpec, EngineError> {
        sources::read_source(toml).map_err(EngineError::Mistakes)
    }

    /// Adds a source, or replaces the one of that name.
    ///
    /// # Errors
    /// If the trail can't be written.
    pub async fn save_source(&self, spec: SourceSpec) -> Result<Change, EngineError> {
        let store = self.inner.store()?;
        let known = self.inner.reader.sources().await?;
        let change = change_of(known.iter().any(|source| source.name == spec.name));
        let payload = setting(&spec)?;
        let fact = Fact::SourceChanged {
            source: spec.name.to_string(),
            change,
            setting: Some(payload.commitment()),
        };
        store.put_source(&spec, self.draft(fact, vec![payload])).await?;
        self.inner.catalogue.changed();
        self.inner.kept.changed(&spec.name);
        Ok(change)
    }

    /// Removes a source. Its calls stay on record; its secret stays in the keychain.
    ///
    /// # Errors
    /// If there is none of that name, or the trail can't be written.
    pub async fn remove_source(&self, name: &SourceName) -> Result<(), EngineError> {
        let store = self.inner.store()?;
        self.source(name).await?;
        let fact = Fact::SourceChanged { source: name.to_string(), change: Change::Removed, setting: None };
        store.remove_source(name, self.draft(fact, Vec::new())).await?;
        self.inner.servers.end(name).await;
        self.inner.catalogue.changed();
        self.inner.kept.changed(name);
        Ok(())
    }

    /// Every source, in the order in which they were connected, with its health.
    ///
    /// # Errors
    /// If the trail or the keychain can't be read.
    pub async fn sources(&self) -> Result<Vec<SourceView>, EngineError> {
        let present = self.secrets().await?;
        let paused = self.paused_sources().await?;
        let since = Micros(self.inner.clock.now().at.0.saturating_sub(HEALTH));
        let mut views = Vec::new();
        for spec in self.inner.reader.sources().await? {
            let secret_present = spec.secrets().into_iter().all(|name| present.contains(name));
            let token = self.token_view(&spec).await?;
            let health = self.inner.reader.health(&spec.name, since).await?;
            let asks = self.inner.gate.paused_for(&spec.name).map(|(lasts, _)| lasts.ms());
            let asks_to_wait_ms = asks.unwrap_or(0);
            let paused = paused.contains(&spec.name);
            views.push(SourceView { spec, secret_present, token, health, paused, asks_to_wait_ms });
        }
        Ok(views)
    }

    /// One source.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn source(&self, name: &SourceName) -> Result<SourceSpec, EngineError> {
        let known = self.inner.reader.sources().await?;
        let names = known.iter().map(|source| source.name.to_string()).collect::<Vec<_>>().join(", ");
        known
            .into_iter()
            .find(|source| source.name == *name)
            .ok_or_else(|| EngineError::NotFound(format!("there is no source `{name}`; connected: {names}")))
    }

    /// A source's file: reading it gives the same source.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn source_toml(&self, name: &SourceName) -> Result<String, EngineError> {
        Ok(sources::write_source(&self.source(name).await?))
    }

    /// Adds a model, or replaces the one of that name.
    ///
    /// # Errors
    /// If a field can't be as it is, or the trail can't be written.
    pub async fn save_model(&self, spec: ModelSpec) -> Result<Change, EngineError> {
        check_model(&spec)?;
        let store = self.inner.store()?;
        let known = self.inner.reader.models().await?;
        let change = change_of(known.iter().any(|model| model.name == spec.name));
        let payload = setting(&spec)?;
        let fact =
            Fact::ModelChanged { model: spec.name.clone(), change, setting: Some(payload.commitment()) };
        store.put_model(&spec, self.draft(fact, vec![payload])).await?;
        self.inner.catalogue.changed();
        Ok(change)
    }

    /// Removes a model. Its key stays in the keychain.
    ///
    /// # Errors
    /// If there is none of that name, or the trail can't be written.
    pub async fn remove_model(&self, name: &str) -> Result<(), EngineError> {
        let store = self.inner.store()?;
        self.model(name).await?;
        let fact = Fact::ModelChanged { model: name.to_owned(), change: Change::Removed, setting: None };
        store.remove_model(name, self.draft(fact, Vec::new())).await?;
        self.inner.catalogue.changed();
        Ok(())
    }

    /// Every model, in the order in which they were connected.
    ///
    /// # Errors
    /// If the trail or the keychain can't be read.
    pub async fn models(&self) -> Result<Vec<ModelView>, EngineError> {
        let present = self.secrets().await?;
        let mut views = Vec::new();
        for spec in self.inner.reader.models().await? {
            let secret_present = spec.secret.as_ref().is_none_or(|name| present.contains(name));
            let learnt = on_record(&self.inner.reader, &spec).await?;
            let capabilities = spec.capabilities.or(learnt).or(providers::known(&spec));
            views.push(ModelView { spec, secret_present, capabilities, learnt });
        }
        Ok(views)
    }

    /// One model.
    ///
    /// # Errors
    /// If there is none of that name.
    pub async fn model(&self, name: &str) -> Result<ModelSpec, EngineError> {
        let known = self.inner.reader.models().await?;
        let names = known.iter().map(|model| model.name.clone()).collect::<Vec<_>>().join(", ");
        known
            .into_iter()
            .find(|model| model.name == name)
            .ok_or_else(|| EngineError::NotFound(format!("there is no model `{name}`; connected: {names}")))
    }

    /// Puts a secret into the keychain, under a name by which sources and models refer to it.
    ///
    /// # Errors
    /// If it is empty, the name is ours, or the keychain refuses.
    pub async fn set_secret(&self, name: &SecretName, secret: Secret) -> Result<(), EngineError> {
        own(name)?;
        self.inner.store()?;
        if secret.is_empty() {
            return Err(EngineError::BadInput(format!("the secret `{name}` is empty; nothing was stored")));
        }
        self.inner.keychain.set(name, secret).await?;
        self.inner.tokens.forget(name);
        self.another_key(name).await
    }

    /// Under this name there is another key: it may be another person's, who sees something else.
    pub(crate) async fn another_key(&self, name: &SecretName) -> Result<(), EngineError> {
        for source in self.inner.reader.sources().await? {
            if source.secrets().contains(&name) {
                self.inner.kept.changed(&source.name);
                // Its server goes on with what it was given; the next one gets the new one.
                self.inner.servers.end(&source.name).await;
            }
        }
        Ok(())
    }

    /// The names of the secrets in the keychain.
    ///
    /// # Errors
    /// If the keychain can't be read.
    pub async fn secrets(&self) -> Result<Vec<SecretName>, EngineError> {
        let names = self.inner.keychain.names().await?;
        Ok(names.into_iter().filter(|name| !is_reserved(name)).collect())
    }

    /// Takes a secret out of the keychain.
    ///
    /// # Errors
    /// If there is none of that name, or the keychain refuses.
    pub async fn remove_secret(&self, name: &SecretName) -> Result<(), EngineError> {
        own(name)?;
        self.inner.store()?;
        if !self.secrets().await?.contains(name) {
            return Err(EngineError::NotFound(format!("there is no secret `{name}`")));
        }
        self.inner.keychain.remove(name).await?;
        self.inner.tokens.forget(name);
        self.another_key(name).await
    }

    /// Another setting.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn setting(&self, key: &str) -> Result<Option<Json>, EngineError> {
        Ok(self.inner.reader.setting(key).await?)
    }

    /// Changes another setting.
    ///
    /// # Errors
    /// If the trail can't be written.
    pub async fn set_setting(&self, key: &str, value: Json) -> Result<(), EngineError> {
        let store = self.inner.store()?;
        let payload = setting(&value)?;
        let fact = Fact::SettingsChanged { key: key.to_owned(), setting: payload.commitment() };
        store.put_setting(key, &value, self.draft(fact, vec![payload])).await?;
        if key == crate::anchoring::WRITES {
            *crate::locked::lock(&self.inner.watched.anchor_writes) = None;
        }
        self.inner.catalogue.changed();
        Ok(())
    }

    /// A fact outside any conversation, now.
    pub(crate) fn draft(&self, fact: Fact, payloads: Vec<Payload>) -> Draft {
        Draft { moment: self.inner.clock.now(), conversation: None, fact, payloads }
    }
}

fn change_of(known: bool) -> Change {
    if known { Change::Replaced } else { Change::Added }
}

fn setting(value: &impl Serialize) -> Result<Payload, EngineError> {
    let bytes = serde_json::to_vec(value).map_err(|error| EngineError::Internal(error.to_string()))?;
    seal(PayloadRole::Setting, "application/json", bytes)
}

fn own(name: &SecretName) -> Result<(), EngineError> {
    if is_reserved(name) {
        return Err(EngineError::BadInput(format!(
            "`{name}` is the workspace's own key; choose another name"
        )));
    }
    Ok(())
}

fn check_model(spec: &ModelSpec) -> Result<(), EngineError> {
    let bad = |field: &str, value: &str, fix: &str| {
        Err(EngineError::BadInput(format!("model: `{field}` can't be `{value}`: {fix}")))
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if spec.name.is_empty() || spec.name.len() > 64 || !plain(&spec.name) {
        return bad("name", &spec.name, "use 1 to 64 letters, digits, `-`, `_`, `.` or `:`");
    }
    if spec.model.trim().is_empty() {
        return bad("model", &spec.model, "write the model's id at its provider");
    }
    if let Some(unknown) = spec.preset.as_deref().filter(|id| providers::preset(id).is_none()) {
        return bad("preset", unknown, "`tieout models presets` lists them");
    }
    if spec.base_url.contains(['{', '}']) {
        return bad("base_url", &spec.base_url, "fill in what stands in braces");
    }
    match url::Url::parse(&spec.base_url) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            bad("base_url", &spec.base_url, "begin it with https:// or, on this machine, http://")
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => bad(
            "base_url",
            "(an address with credentials)",
            "put the key into the keychain and name it as `secret`",
        ),
        Ok(url) if url.has_host() => Ok(()),
        _ => bad("base_url", &spec.base_url, "write an address such as https://api.openai.com/v1"),
    }
}
