//! Where a server is and what it may have, and why it can't be used.

use std::sync::Arc;

use domain::mcp::{EnvValue, McpTransport};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use egress::{Door, Passage, PlacedSecret, Scrubber};
use futures_util::future::BoxFuture;
use url::Url;

use crate::challenge::Challenge;
use crate::log::Log;
use crate::process::Program;
use crate::wire::Recorder;

/// Hears how far a call has come, in the server's words.
pub type Progress = Arc<dyn Fn(String) + Send + Sync>;

/// Gives the token for a request that leaves now: another than the refused one, if one was refused; or says why there is
/// none.
pub type Tokens = Arc<dyn Fn(Option<Secret>) -> BoxFuture<'static, Result<Secret, String>> + Send + Sync>;

/// By what a server that is reached by HTTP knows us.
#[derive(Clone)]
pub enum Carried {
    /// The same with each request.
    Always(Vec<PlacedSecret>),
    /// A token, which each request has anew, since it ends sooner than a session does.
    Token {
        /// Its name: what the record shows.
        name: SecretName,
        /// Where it comes from.
        tokens: Tokens,
    },
}

/// A server can't be used now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// What happened and what to do, in words.
    #[error("{0}")]
    Because(String),
    /// It wants to know who asks, and does not take what it was shown, if it was shown anything.
    #[error("{words}")]
    Challenged {
        /// The same in words.
        words: String,
        /// What it said of that.
        challenge: Challenge,
    },
}

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
    Http { url: Url, carried: Carried, passage: Passage },
}

impl Settings {
    /// Of a source whose kind is MCP. `secret` gives the secrets that it names; `carried` is by what it knows us and
    /// `passage` how requests go, if it is reached by HTTP; its log is in `log`.
    ///
    /// # Errors
    /// If a secret is missing, or the source is no MCP server's.
    pub fn new(
        source: &SourceSpec,
        secret: impl Fn(&SecretName) -> Option<Secret>,
        (carried, passage): (Carried, Passage),
        (door, recorder): (Door, Recorder),
        log: std::path::PathBuf,
    ) -> Result<Self, Unavailable> {
        let Some(server) = &source.mcp else {
            return Err(Unavailable::Because(format!("{} is no MCP server", source.name)));
        };
        let mut secrets: Vec<(SecretName, Secret)> = match &carried {
            Carried::Always(placed) => {
                placed.iter().map(|placed| (placed.name.clone(), placed.secret.clone())).collect()
            }
            // It comes and goes: each request takes its own out of what is answered.
            Carried::Token { .. } => Vec::new(),
        };
        let reach = match &server.transport {
            McpTransport::Stdio { command, args, env, cwd } => {
                let mut values = Vec::new();
                for (name, value) in env {
                    let value = match value {
                        EnvValue::Plain { value } => Secret::new(value.clone()),
                        EnvValue::Secret { secret: named } => {
                            let found = secret(named).filter(|secret| !secret.is_empty());
                            let found = found.ok_or_else(|| {
                                Unavailable::Because(format!(
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
                let url = Url::parse(&source.base_url).map_err(|error| {
                    Unavailable::Because(format!("{} can't be used: {error}", source.base_url))
                })?;
                Reach::Http { url, carried, passage }
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
