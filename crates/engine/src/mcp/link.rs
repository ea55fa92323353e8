//! From a source to its server: with the secrets that it names, and everything that it is sent on record.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use domain::entry::Draft;
use domain::fact::Fact;
use domain::intent::DurableIntent;
use domain::payload::PayloadRole;
use domain::source::SourceSpec;
use domain::tool::SourceName;
use egress::{Identity, Passage};
use mcp::{Carried, Recorder, Said, Sent, Server, Settings, Tokens, Unavailable};
use sources::Credential;
use tokio::sync::mpsc;

use super::hold::hold;
use crate::clock::seal;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::keys::named;

/// The server of a source: the one that is connected already, if it is reached in the same way.
pub(crate) async fn server(inner: &Arc<Inner>, source: &SourceSpec) -> Result<Server, Unavailable> {
    let way = way(source);
    if let Some(server) = inner.servers.find(&source.name, &way) {
        return Ok(server);
    }
    let (server, said) = Server::new(settings(inner, source).await?);
    let hears = tokio::spawn(hear(Arc::downgrade(inner), source.name.clone(), said));
    let (server, before) = inner.servers.keep(&source.name, way, server, hears);
    if let Some(before) = before {
        before.close().await;
    }
    Ok(server)
}

/// The same, but for one look at a source that is not saved: nobody keeps it.
pub(super) async fn apart(inner: &Arc<Inner>, source: &SourceSpec) -> Result<Server, Unavailable> {
    let (server, mut said) = Server::new(settings(inner, source).await?);
    let (weak, name) = (Arc::downgrade(inner), source.name.clone());
    // It ends with the server, whose end closes the channel.
    tokio::spawn(async move {
        while let Some(said) = said.recv().await {
            if let (Said::Asks(asked), Some(inner)) = (said, weak.upgrade()) {
                inner.servers.questions.ask(name.clone(), asked);
            }
        }
    });
    Ok(server)
}

/// Where the log of a source's server is.
pub(super) fn log_of(inner: &Inner, source: &SourceName) -> PathBuf {
    inner.folder.dir.join("servers").join(format!("{source}.log"))
}

async fn settings(inner: &Arc<Inner>, source: &SourceSpec) -> Result<Settings, Unavailable> {
    let mut secrets = HashMap::new();
    for name in source.secrets() {
        let secret = named(&inner.keychain, Some(name)).await;
        let secret =
            secret.map_err(|error| because(format!("the secret `{name}` can't be read: {error}")))?;
        secrets.extend(secret.map(|secret| (name.clone(), secret)));
    }
    let key = source.tls.as_ref().and_then(|tls| tls.client_key_secret.as_ref());
    let passage = sources::passage_with(source, key.and_then(|name| secrets.get(name))).map_err(because)?;
    let carried = match (Credential::of(&source.auth), source.auth.secret()) {
        (Some(credential), Some(name)) => {
            let tokens = tokens(inner, credential, passage.clone(), source.name.to_string());
            Carried::Token { name: name.clone(), tokens }
        }
        (_, name) => {
            let own = name.and_then(|name| secrets.get(name).cloned());
            let placed = sources::placed_secret(source, own).map_err(|ending| because(ending.words))?;
            Carried::Always(placed.into_iter().collect())
        }
    };
    let (door, recorder) = (inner.door.clone(), recorder(inner, source));
    let log = log_of(inner, &source.name);
    Settings::new(source, |name| secrets.get(name).cloned(), (carried, passage), (door, recorder), log)
}

fn because(words: String) -> Unavailable {
    Unavailable::Because(words)
}

/// What gives each request of a session the token of the moment.
fn tokens(inner: &Arc<Inner>, credential: Credential, passage: Passage, source: String) -> Tokens {
    let weak = Arc::downgrade(inner);
    // A certificate of ours is the server's to see, and not the authorization server's.
    let identity = passage.identity.as_ref().and_then(Identity::without_certificate);
    let passage = Passage { identity, ..passage };
    Arc::new(move |refused| {
        let (weak, credential, passage) = (weak.clone(), credential.clone(), passage.clone());
        let source = source.clone();
        Box::pin(async move {
            let inner = weak.upgrade().ok_or("the workspace is closed")?;
            let token = inner.token(&credential, &passage, refused.as_ref()).await;
            token.map_err(|error| error.to_string())?.map_err(|none| none.advice(&source))
        })
    })
}

/// The same text for sources whose servers are reached in the same way.
fn way(source: &SourceSpec) -> String {
    let transport = source.mcp.as_ref().map(|server| &server.transport);
    serde_json::to_string(&(transport, &source.base_url, &source.auth, source.limits.result_bytes))
        .unwrap_or_default()
}

fn recorder(inner: &Arc<Inner>, source: &SourceSpec) -> Recorder {
    let (weak, source, endpoint) = (Arc::downgrade(inner), source.name.to_string(), source.place());
    Arc::new(move |sent| {
        let (weak, source, endpoint) = (weak.clone(), source.clone(), endpoint.clone());
        Box::pin(
            async move { record(&weak, source, endpoint, sent).await.map_err(|error| error.to_string()) },
        )
    })
}

async fn record(
    inner: &Weak<Inner>,
    source: String,
    endpoint: String,
    sent: Sent,
) -> Result<DurableIntent, EngineError> {
    let closed = || EngineError::BadInput("the workspace is closed".to_owned());
    let inner = inner.upgrade().ok_or_else(closed)?;
    let message =
        sent.message.map(|message| seal(PayloadRole::Request, "application/json", message)).transpose()?;
    let fact = Fact::SourceAsked {
        source,
        method: sent.method,
        endpoint,
        request: message.as_ref().map(domain::payload::Payload::commitment),
    };
    let payloads = message.into_iter().collect();
    let draft = Draft { moment: inner.clock.now(), conversation: None, fact, payloads };
    Ok(inner.store()?.intend(draft).await?)
}

async fn hear(inner: Weak<Inner>, source: SourceName, mut said: mpsc::UnboundedReceiver<Said>) {
    while let Some(said) = said.recv().await {
        let Some(inner) = inner.upgrade() else { return };
        match said {
            Said::Tools(offered) => {
                if let Err(error) = hold(&inner, &source, &offered).await {
                    tracing::warn!(%source, %error, "what the server offers can't be written down");
                }
            }
            Said::Asks(asked) => inner.servers.questions.ask(source.clone(), asked),
            Said::Wants(scopes) => inner.servers.wants(&source, scopes),
        }
    }
}
