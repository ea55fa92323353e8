//! Where a server is and what it may have, and why it can't be used.

use std::sync::Arc;

use domain::mcp::{EnvValue, McpTransport};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use egress::{Door, Passage, PlacedSecret, Scrubber};
use url::Url;

use crate::log::Log;
use crate::process::Program;
use crate::wire::Recorder;

/// Hears how far a call has come, in the server's words.
pub type Progress = Arc<dyn Fn(String) + Send + Sync>;

/// A server can't be used now; what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// Where a server is, and what it may have.
#[derive(Clone)]
pub struct Settings {
    pub(crate) source: String,
    pub(crate) place: String,
    pub(crate) reach: Reach,
    pub(crate) most: usize,
    pub(crate) scrubber: Scrubber,
    pub(crate) recorder: Recorder,
    pub(crate) door: Door,
    pub(crate) log: Log,
}

/// How it is reached.
#[derive(Clone)]
pub(crate) enum Reach {
    Program(Program),
    Http { url: Url, secrets: Vec<PlacedSecret>, passage: Passage },
}

impl Settings {
    /// Of a source whose kind is MCP. `secret` gives the secrets that it names; `placed` is what its requests carry
    /// and `passage` how they go, if it is reached by HTTP; its log is in `log`.
    ///
    /// # Errors
    /// If a secret is missing, or the source is no MCP server's.
    pub fn new(
        source: &SourceSpec,
        secret: impl Fn(&SecretName) -> Option<Secret>,
        (placed, passage): (Vec<PlacedSecret>, Passage),
        (door, recorder): (Door, Recorder),
        log: std::path::PathBuf,
    ) -> Result<Self, Unavailable> {
        let Some(server) = &source.mcp else {
            return Err(Unavailable(format!("{} is no MCP server", source.name)));
        };
        let mut secrets: Vec<(SecretName, Secret)> =
            placed.iter().map(|placed| (placed.name.clone(), placed.secret.clone())).collect();
        let reach = match &server.transport {
            McpTransport::Stdio { command, args, env, cwd } => {
                let mut values = Vec::new();
                for (name, value) in env {
                    let value = match value {
                        EnvValue::Plain { value } => Secret::new(value.clone()),
                        EnvValue::Secret { secret: named } => {
                            let found = secret(named).filter(|secret| !secret.is_empty());
                            let found = found.ok_or_else(|| {
                                Unavailable(format!(
                                    "the secret `{named}`, which the server of {} needs, is not in the keychain: set it \
                                     with `tieout secrets set {named}`; nothing was started",
                                    source.name
                                ))
                            })?;
                            secrets.push((named.clone(), found.clone()));
                            found
                        }
                    };
                    values.push((name.clone(), value));
                }
                let (command, args, cwd) = (command.clone(), args.clone(), cwd.clone());
                Reach::Program(Program { command, args, env: values, cwd })
            }
            McpTransport::Http => {
                let url = Url::parse(&source.base_url)
                    .map_err(|error| Unavailable(format!("{} can't be used: {error}", source.base_url)))?;
                Reach::Http { url, secrets: placed, passage }
            }
        };
        let scrubber = Scrubber::new(secrets);
        Ok(Self {
            source: source.name.to_string(),
            place: source.place(),
            reach,
            most: usize::try_from(source.limits.result_bytes).unwrap_or(usize::MAX),
            log: Log::new(log, scrubber.clone()),
            scrubber,
            recorder,
            door,
        })
    }
}
