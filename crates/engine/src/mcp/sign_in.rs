//! Signing in to an MCP server that wants to know who asks: where it says that is done, who may be asked for it, and a
//! client that is known there.
//!
//! Each step is a stranger's word about the next: the server names an authorization server, that names the places where
//! tokens are got. Nobody but the server itself is asked before a person has seen and accepted their host, and each request
//! is on record before it leaves (`source.asked`; for tokens `token.sent`).

use std::sync::Arc;
use std::time::Duration;

use domain::effect::Method;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::payload::PayloadRole;
use domain::secret::SecretName;
use domain::source::{Auth, SourceSpec};
use domain::time::Micros;
use egress::{Outbound, Passage, Reach};
use mcp::{AuthorizationServer, Challenge, ClientName, Protected, Registered, Unavailable};
use serde::{Deserialize, Serialize};
use sources::Credential;
use url::Url;

use super::link::apart;
use super::offer::{McpConnection, described};
use crate::clock::seal;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::sign_in::{Callback, SignIn};

/// How long an answer to one of these questions may take, and how long it may be.
const LIMIT: Duration = Duration::from_secs(10);
const MOST: u64 = 256 << 10;
/// What a server gives longer sign-ins for, where it says that it knows this scope.
const OFFLINE: &str = "offline_access";

/// What a person must know before they sign in to a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SignInWanted {
    /// Where one signs in, as the server says.
    pub issuer: String,
    /// Hosts that would be asked besides the server's own, with their schemes and ports, and that nobody has accepted yet.
    pub hosts: Vec<String>,
    /// What the sign-in would be good for; empty if the server leaves that open.
    pub scopes: Vec<String>,
}

/// What a person said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SignInAccepted {
    /// The hosts that may be asked besides the server's own, as [`SignInWanted::hosts`] names them.
    pub hosts: Vec<String>,
    /// By which the authorization server knows this program already: what it gave to whoever registered it, or the https
    /// address of a document that describes it.
    pub client_id: Option<String>,
    /// The name of that client's secret, if it has one.
    pub client_secret: Option<SecretName>,
}

/// How far signing in came.
#[derive(Debug)]
pub enum ServerSignIn {
    /// A person must accept more first.
    Wanted(SignInWanted),
    /// Their browser is to go to [`SigningIn::url`].
    Begun(Box<SigningIn>),
}

/// A person signs in to a server. Dropping it gives that up.
#[derive(Debug)]
pub struct SigningIn {
    sign_in: SignIn,
    auth: Auth,
}

impl SigningIn {
    /// Where the person's browser goes.
    pub fn url(&self) -> &Url {
        self.sign_in.url()
    }

    /// Waits until they have signed in, and gives what a source then knows its server by, and until when that holds if
    /// the server says so.
    ///
    /// # Errors
    /// As [`SignIn::finish`].
    pub async fn finish(self) -> Result<(Auth, Option<Micros>), EngineError> {
        let ends = self.sign_in.finish().await?;
        Ok((self.auth, ends))
    }
}

impl Engine {
    /// Begins a person's signing in to a server. Everything that is reached for it besides the server itself must stand in
    /// `accepted`; what does not is asked for, and nothing has been sent there then.
    ///
    /// # Errors
    /// If the server is no address, can't be reached, describes no safe way to sign in, or knows no client of ours; or the
    /// trail can't be written.
    pub async fn sign_in_to_server(
        &self,
        connection: &McpConnection,
        accepted: &SignInAccepted,
    ) -> Result<ServerSignIn, EngineError> {
        self.inner.store()?;
        let before =
            self.inner.reader.sources().await?.into_iter().find(|source| source.name == connection.name);
        let source = described(connection, before.as_ref());
        let Ok(server) = Url::parse(&source.base_url) else {
            return bad(
                "nobody signs in to a program of this machine; give it what it needs in its environment",
            );
        };
        let ask = Asking { inner: &self.inner, source: &source, server: &server, accepted };
        let challenge = challenge(&self.inner, &source).await?;
        let (protected, describes) = ask.protected(&challenge).await?;
        let Some(issuer) = protected.servers.first() else { return bad("it names no authorization server") };
        let mut scopes =
            if challenge.scopes.is_empty() { protected.scopes.clone() } else { challenge.scopes };
        for more in self.inner.servers.wanted(&source.name) {
            if !scopes.contains(&more) {
                scopes.push(more);
            }
        }
        let wanted = |hosts| SignInWanted { issuer: issuer.to_string(), hosts, scopes: scopes.clone() };
        let more = ask.unaccepted([issuer]);
        if !more.is_empty() {
            return Ok(ServerSignIn::Wanted(wanted(more)));
        }
        let place = ask.authorization_server(issuer, describes).await?;
        let reached = [&place.authorize_url, &place.token_url].into_iter().chain(&place.register_url);
        let more = ask.unaccepted(reached);
        if !more.is_empty() {
            return Ok(ServerSignIn::Wanted(wanted(more)));
        }
        if place.scopes.iter().any(|scope| scope == OFFLINE) && !scopes.iter().any(|scope| scope == OFFLINE) {
            scopes.push(OFFLINE.to_owned());
        }
        let callback = Callback::open().await?;
        let client = self.client(&ask, &place, &callback, &scopes).await?;
        let auth = Auth::OAuth2Code {
            secret: tokens_name(&source)?,
            client_id: client.id,
            client_secret: client.secret,
            authorize_url: place.authorize_url.to_string(),
            token_url: place.token_url.to_string(),
            scopes,
            audience: None,
            resource: protected.resource,
            client_auth: client.auth,
        };
        let Some(credential) = Credential::of(&auth) else { return bad("nobody can sign in to it") };
        let sign_in = self.begin_sign_in_at(callback, credential, sources::passage(&source)).await?;
        Ok(ServerSignIn::Begun(Box::new(SigningIn { sign_in, auth })))
    }

    /// By what the authorization server knows us: as the person says, or as it says itself when we make ourselves known.
    async fn client(
        &self,
        ask: &Asking<'_>,
        place: &AuthorizationServer,
        callback: &Callback,
        scopes: &[String],
    ) -> Result<Client, EngineError> {
        let known = ask.accepted.client_id.as_ref().filter(|id| place.takes_addresses || !is_address(id));
        if let Some(id) = known {
            let (id, secret) = (id.clone(), ask.accepted.client_secret.clone());
            return Ok(Client { id, secret, auth: place.client_auth() });
        }
        let Some(register) = &place.register_url else {
            return bad(
                "the authorization server lets no program make itself known: register one there, and give its client id",
            );
        };
        let body = mcp::registration(place, ClientName { redirect: callback.address(), scopes });
        let (status, answer) = ask.post(register, body).await?;
        let registered = place.registered(status, &answer);
        let Registered { client_id, client_secret, client_auth } = registered.map_err(|why| {
            EngineError::BadInput(format!("{} does not let us make ourselves known: {why}", host(register)))
        })?;
        let secret = match client_secret {
            Some(secret) => {
                let name = named(&format!("{}-client", tokens_name(ask.source)?))?;
                self.set_secret(&name, secret).await?;
                Some(name)
            }
            None => None,
        };
        Ok(Client { id: client_id, secret, auth: client_auth })
    }
}

/// By what an authorization server knows us.
struct Client {
    id: String,
    secret: Option<SecretName>,
    auth: domain::source::ClientAuth,
}

/// Questions to a server, and to those of whom it speaks.
struct Asking<'a> {
    inner: &'a Arc<Inner>,
    source: &'a SourceSpec,
    server: &'a Url,
    accepted: &'a SignInAccepted,
}

impl Asking<'_> {
    /// How the server is protected, and whether it described that itself.
    async fn protected(&self, challenge: &Challenge) -> Result<(Protected, bool), EngineError> {
        for place in mcp::resource_places(self.server, challenge) {
            if let Some(document) = self.get(&place).await? {
                let read = Protected::read(&document, self.server);
                return read.map(|read| (read, true)).map_err(|why| {
                    EngineError::BadInput(format!("nobody can sign in safely: {place} was asked, and {why}"))
                });
            }
        }
        Ok((Protected::by_itself(self.server), false))
    }

    async fn authorization_server(
        &self,
        issuer: &Url,
        must_describe: bool,
    ) -> Result<AuthorizationServer, EngineError> {
        for place in mcp::server_places(issuer) {
            if let Some(document) = self.get(&place).await? {
                let read = if must_describe {
                    AuthorizationServer::read(&document, issuer)
                } else {
                    AuthorizationServer::read_own(&document, self.server)
                };
                return read.map_err(|why| {
                    EngineError::BadInput(format!("nobody can sign in safely: {place} was asked, and {why}"))
                });
            }
        }
        if must_describe {
            return bad(&format!("{} does not say how one signs in there", host(issuer)));
        }
        AuthorizationServer::by_custom(issuer).map_err(EngineError::BadInput)
    }

    /// The hosts of these addresses that nobody has accepted, each once.
    fn unaccepted<'u>(&self, urls: impl IntoIterator<Item = &'u Url>) -> Vec<String> {
        let mut more: Vec<String> = Vec::new();
        for url in urls {
            let origin = url.origin().ascii_serialization();
            let known = url.origin() == self.server.origin() || self.accepted.hosts.contains(&origin);
            if !known && !more.contains(&origin) {
                more.push(origin);
            }
        }
        more
    }

    /// The document at an address; none if there is none.
    async fn get(&self, url: &Url) -> Result<Option<Vec<u8>>, EngineError> {
        let request = Outbound::new(Method::Get, url.clone());
        let (status, body) = self.ask(request).await?;
        match status {
            200 => Ok(Some(body)),
            400..500 => Ok(None),
            status => bad(&format!("{url} answered {status}, so nobody knows how one signs in")),
        }
    }

    async fn post(&self, url: &Url, body: Vec<u8>) -> Result<(u16, Vec<u8>), EngineError> {
        let mut request = Outbound::new(Method::Post, url.clone());
        request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        request.body = Some(body);
        self.ask(request).await
    }

    /// Asks, on record, within the reach of what the person named or accepted.
    async fn ask(&self, mut request: Outbound) -> Result<(u16, Vec<u8>), EngineError> {
        request.headers.push(("accept".to_owned(), "application/json".to_owned()));
        (request.deadline, request.idle, request.max_bytes) = (LIMIT, LIMIT, MOST);
        let own = sources::passage(self.source);
        let elsewhere = request.url.origin() != self.server.origin();
        let reach = if elsewhere { Reach::named_by(&request.url) } else { own.reach };
        request.passage = Passage { reach, ..own };
        let unsent =
            |why: &egress::SendError| EngineError::BadInput(format!("{}: {}", request.url, why.words()));
        request.check().map_err(|why| unsent(&why))?;
        let record = seal(PayloadRole::Request, "message/http", request.record())?;
        let fact = Fact::SourceAsked {
            source: self.source.name.to_string(),
            method: request.method.word().to_owned(),
            endpoint: request.endpoint(),
            request: Some(record.commitment()),
        };
        let moment = self.inner.clock.now();
        let draft = Draft { moment, conversation: None, fact, payloads: vec![record] };
        let intent = self.inner.store()?.intend(draft).await?;
        let url = request.url.clone();
        let lost = |why: egress::SendError| EngineError::BadInput(format!("{url}: {}", why.words()));
        let answer = self.inner.door.send(intent, request).await.map_err(lost)?;
        let status = answer.status();
        Ok((status, answer.whole().await.map_err(lost)?.bytes))
    }
}

/// What the server says when nobody says who asks.
async fn challenge(inner: &Arc<Inner>, source: &SourceSpec) -> Result<Challenge, EngineError> {
    let unknown = SourceSpec { auth: Auth::None, ..source.clone() };
    let server = apart(inner, &unknown).await.map_err(|why| EngineError::BadInput(why.to_string()))?;
    let looked = server.tools().await;
    server.close().await;
    match looked {
        // Some ask for a sign-in only when a tool is called.
        Ok(_) => Ok(Challenge::default()),
        Err(Unavailable::Challenged { challenge, .. }) => Ok(challenge),
        Err(Unavailable::Because(words)) => Err(EngineError::BadInput(words)),
    }
}

/// The name under which the keychain holds the tokens of a source.
fn tokens_name(source: &SourceSpec) -> Result<SecretName, EngineError> {
    match &source.auth {
        Auth::OAuth2Code { secret, .. } => Ok(secret.clone()),
        _ => named(&format!("{}-tokens", source.name)),
    }
}

fn named(name: &str) -> Result<SecretName, EngineError> {
    name.parse().map_err(|error: domain::secret::SecretNameError| EngineError::BadInput(error.to_string()))
}

fn is_address(client_id: &str) -> bool {
    client_id.starts_with("https://")
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn bad<T>(words: &str) -> Result<T, EngineError> {
    Err(EngineError::BadInput(words.to_owned()))
}
