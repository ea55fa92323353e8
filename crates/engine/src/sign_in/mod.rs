//! A person's signing in: their browser goes to the authorization server and comes back to this machine with a code, which
//! buys tokens. The browser is a stranger to us, and so is whoever else on this machine opens our port: what comes back
//! counts only with the state that was sent along.

mod callback;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::secret::Secret;
use domain::source::{Auth, SourceSpec};
use domain::time::Micros;
use domain::tool::SourceName;
use egress::Passage;
use sources::{Credential, Grant};
use url::Url;

use crate::clock::random_key;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::is_reserved;
use callback::Came;

pub(crate) use callback::Callback;

/// How long a person has to sign in.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A person is to sign in: show them [`SignIn::url`] in a browser, and wait for [`SignIn::finish`]. Dropping it closes the
/// port that the browser comes back to.
pub struct SignIn {
    engine: Engine,
    credential: Credential,
    passage: Passage,
    url: Url,
    state: String,
    verifier: Secret,
    callback: Callback,
    /// The source as it is once the person has signed in, if the sign-in is good for more than the one before.
    becomes: Option<Box<SourceSpec>>,
}

impl Engine {
    /// Begins a person's signing in to a source. It is good for what the source says, for these scopes too, and for what an
    /// MCP server has said that it lacks; once they have signed in, the source says so.
    ///
    /// # Errors
    /// If there is no such source, nobody signs in to it, or no port can be had.
    pub async fn sign_in(&self, name: &SourceName, more: &[String]) -> Result<SignIn, EngineError> {
        let mut source = self.source(name).await?;
        let grown = match &mut source.auth {
            Auth::OAuth2Code { scopes, .. } => {
                let before = scopes.len();
                for scope in more.iter().cloned().chain(self.inner.servers.wanted(name)) {
                    if !scopes.contains(&scope) {
                        scopes.push(scope);
                    }
                }
                scopes.len() > before
            }
            _ => false,
        };
        let credential = Credential::of(&source.auth).filter(|credential| credential.authorize_url.is_some());
        let credential = credential.ok_or_else(|| {
            EngineError::BadInput(format!(
                "nobody signs in to {name}: its auth is not `oauth2_code` (`tieout sources export {name}` shows it)"
            ))
        })?;
        let sign_in = self.begin_sign_in(credential, sources::passage(&source)).await?;
        Ok(SignIn { becomes: grown.then(|| Box::new(source)), ..sign_in })
    }

    /// Begins a person's signing in with a credential that no source's file need name: the one for a server that described
    /// itself.
    ///
    /// # Errors
    /// If the workspace is open for reading, the credential's name is ours, or no port can be had.
    pub async fn begin_sign_in(
        &self,
        credential: Credential,
        passage: Passage,
    ) -> Result<SignIn, EngineError> {
        self.begin_sign_in_at(Callback::open().await?, credential, passage).await
    }

    /// The same with a port that is open already.
    pub(crate) async fn begin_sign_in_at(
        &self,
        callback: Callback,
        credential: Credential,
        passage: Passage,
    ) -> Result<SignIn, EngineError> {
        self.inner.store()?;
        if is_reserved(&credential.secret) {
            let words = format!("`{}` is the workspace's own key; choose another name", credential.secret);
            return Err(EngineError::BadInput(words));
        }
        let random = || Ok::<_, EngineError>(URL_SAFE_NO_PAD.encode(random_key()?));
        let (state, verifier) = (random()?, Secret::new(random()?));
        let url = credential
            .sign_in_url(callback.address(), &state, &verifier)
            .map_err(|why| EngineError::BadInput(format!("nobody can sign in: {why}")))?;
        let engine = self.clone();
        Ok(SignIn { engine, credential, passage, url, state, verifier, callback, becomes: None })
    }

    /// A token for requests to a server that [`Engine::begin_sign_in`] signed in to: renewed if it is about to end, or if
    /// the server has `refused` it.
    ///
    /// # Errors
    /// If there is none, in words that say what to do, or the trail can't be written.
    pub async fn bearer(
        &self,
        credential: &Credential,
        passage: &Passage,
        refused: Option<&Secret>,
    ) -> Result<Secret, EngineError> {
        let token = self.inner.token(credential, passage, refused).await?;
        token.map_err(|none| EngineError::NotFound(none.to_string()))
    }

    /// Takes a person's tokens for a source out of the keychain. Other sources that name the same lose them too.
    ///
    /// # Errors
    /// If nobody is signed in, or the keychain can't be used.
    pub async fn sign_out(&self, name: &SourceName) -> Result<(), EngineError> {
        let source = self.source(name).await?;
        let credential = Credential::of(&source.auth).filter(|credential| credential.authorize_url.is_some());
        let Some(credential) = credential else {
            return Err(EngineError::BadInput(format!("nobody signs in to {name}")));
        };
        self.remove_secret(&credential.secret).await.map_err(|error| match error {
            EngineError::NotFound(_) => EngineError::NotFound(format!("nobody is signed in to {name}")),
            error => error,
        })
    }
}

impl std::fmt::Debug for SignIn {
    /// State and proof are secrets of a minute.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SignIn").field("credential", &self.credential).finish_non_exhaustive()
    }
}

impl SignIn {
    /// Where the person's browser goes. It holds no secret: the proof of the code stays here.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Waits until the person has signed in, and keeps what that gives in the keychain; tells until when it holds, if the
    /// server says so.
    ///
    /// # Errors
    /// If they did not, were refused, took more than ten minutes, or the code gave no token; in words.
    pub async fn finish(self) -> Result<Option<Micros>, EngineError> {
        let Self { engine, credential, passage, state, verifier, mut callback, becomes, .. } = self;
        let mut errand = engine.inner.turns.errand().await?;
        let bad = |words: &str| Err(EngineError::BadInput(words.to_owned()));
        let came = tokio::select! {
            came = callback.came(&state) => came,
            () = tokio::time::sleep(PATIENCE) => return bad("nobody signed in within ten minutes; begin anew"),
            () = errand.called_off() => return bad("the workspace closed before anybody had signed in"),
        };
        let code = match came {
            Came::Code(code) => code,
            Came::Denied(words) => {
                return Err(EngineError::BadInput(format!("the sign-in was refused: {words}")));
            }
        };
        let grant = Grant::Code { code, verifier, redirect: callback.address().to_owned() };
        let inner = &engine.inner;
        let token = inner.asked(&credential, passage, grant, None).await?;
        let token = token.map_err(|none| EngineError::BadInput(none.to_string()))?;
        inner.keychain.set(&credential.secret, token.written()).await?;
        // Another person may be signed in now, who sees something else.
        engine.another_key(&credential.secret).await?;
        let ends = token.ends;
        inner.tokens.put(&credential, token);
        if let Some(source) = becomes {
            engine.save_source(*source).await?;
        }
        Ok(ends)
    }
}
