//! Connecting a whole company at once: what the window's demo and the command line's have in common.

use domain::model::ModelSpec;
use domain::secret::Secret;

use crate::engine::Engine;
use crate::error::EngineError;

/// A source to connect, with the secret that it needs.
pub struct Adopted {
    /// The source's file.
    pub toml: String,
    /// The name under which the file asks for the secret; empty if it needs none.
    pub secret_name: String,
    /// The secret; empty if it needs none.
    pub secret: Secret,
}

impl Engine {
    /// Connects sources and a model with their secrets, as a person would one by one: each is an entry of the trail.
    /// What has the same name is replaced.
    ///
    /// # Errors
    /// If a file has mistakes, the keychain refuses, or the trail can't be written; what came before stays connected.
    pub async fn adopt(
        &self,
        sources: Vec<Adopted>,
        model: ModelSpec,
        key: Option<Secret>,
    ) -> Result<(), EngineError> {
        for source in sources {
            if !source.secret_name.is_empty() {
                let name = source.secret_name.parse().map_err(|error: domain::secret::SecretNameError| {
                    EngineError::BadInput(error.to_string())
                })?;
                self.set_secret(&name, source.secret).await?;
            }
            self.save_source(Self::read_source(&source.toml)?).await?;
        }
        if let (Some(name), Some(key)) = (&model.secret, key) {
            self.set_secret(name, key).await?;
        }
        self.save_model(model).await?;
        Ok(())
    }
}
