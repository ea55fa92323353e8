//! Tokens of OAuth 2: asked for when a call needs one, once for all calls that wait for the same, renewed before they end,
//! and once more if a source refuses one. A person's tokens lie in the keychain alone; those that a client gets for itself
//! are in memory, since it can get others at any time.

mod asked;
mod kept;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::{Secret, SecretName};
use domain::source::SourceSpec;
use domain::time::Micros;
use domain::view::TokenView;
use egress::Passage;
use sources::{Credential, Grant};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::keys::is_reserved;
use crate::locked::lock;

pub(crate) use kept::Token;

/// A source that refuses a token this young refuses it for another reason than its age: another would fare no better.
const YOUNG: Duration = Duration::from_secs(60);

/// The tokens of an open workspace.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<Credential, Arc<Slot>>>);

/// One credential's.
#[derive(Default)]
struct Slot {
    now: Mutex<Now>,
    /// Whoever asks for another one. It is held by a task that goes on when whoever waits for it gives up: a server that
    /// gives a new refresh token takes the old one back, so its answer must not be lost.
    asking: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Now {
    token: Option<Token>,
    /// When it was got, if that was because a source had refused the one before.
    replaced: Option<Instant>,
    /// How often another was asked for, and why it was not given the last time.
    asked: u64,
    denied: Option<NoToken>,
}

/// Why there is no token. Nothing was sent to the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoToken {
    /// A person has to sign in.
    SignIn(String),
    /// It was not to be had now.
    Denied(String),
}

impl NoToken {
    fn words(&self) -> &str {
        match self {
            Self::SignIn(words) | Self::Denied(words) => words,
        }
    }

    /// How a call ends that has none.
    pub(crate) fn ending(&self, source: &str) -> Ending {
        let words = format!("{source}: {}; nothing was sent to it", self.advice(source));
        Ending::without_body(Outcome::Failed, Some(FailureClass::MissingSecret), words)
    }

    /// What happened and what to do.
    pub(crate) fn advice(&self, source: &str) -> String {
        match self {
            Self::SignIn(words) => {
                format!("{words}; sign in on its screen, or with `tieout sources sign-in {source}`")
            }
            Self::Denied(words) => words.clone(),
        }
    }
}

impl Tokens {
    fn slot(&self, credential: &Credential) -> Arc<Slot> {
        Arc::clone(lock(&self.0).entry(credential.clone()).or_default())
    }

    /// The token to send now, if it needs not be asked for.
    pub(crate) fn at_hand(&self, credential: &Credential, now: Micros) -> Option<Secret> {
        let slot = lock(&self.0).get(credential).map(Arc::clone)?;
        let known = lock(&slot.now);
        known.token.as_ref().filter(|token| token.is_fresh(now)).map(|token| token.access.clone())
    }

    /// Forgets those that are kept under a name: another was put there.
    pub(crate) fn forget(&self, name: &SecretName) {
        lock(&self.0).retain(|credential, _| {
            credential.secret != *name && credential.client_secret.as_ref() != Some(name)
        });
    }

    pub(crate) fn put(&self, credential: &Credential, token: Token) {
        let slot = self.slot(credential);
        *lock(&slot.now) = Now { token: Some(token), ..Now::default() };
    }
}

impl Inner {
    /// A token for a request that leaves now. Of many that ask at one time one asks the server. `refused` is a token that
    /// the source would not take: the one that is given is another.
    ///
    /// # Errors
    /// If the trail can't be written, or the keychain can't be used.
    pub(crate) async fn token(
        self: &Arc<Self>,
        credential: &Credential,
        passage: &Passage,
        refused: Option<&Secret>,
    ) -> Result<Result<Secret, NoToken>, EngineError> {
        let slot = self.tokens.slot(credential);
        let before = match slot.now(self.clock.now().at, refused) {
            Have::This(token) => return Ok(Ok(token)),
            Have::Young => return Ok(Err(NoToken::Denied("a new token was refused too".to_owned()))),
            Have::None { asked } => asked,
        };
        let asking = Arc::clone(&slot.asking).lock_owned().await;
        match slot.now(self.clock.now().at, refused) {
            Have::This(token) => return Ok(Ok(token)),
            Have::Young => return Ok(Err(NoToken::Denied("a new token was refused too".to_owned()))),
            Have::None { asked } if asked != before => {
                if let Some(denied) = lock(&slot.now).denied.clone() {
                    return Ok(Err(denied));
                }
            }
            Have::None { .. } => {}
        }
        let errand = self.turns.errand().await?;
        let (inner, credential, passage) = (Arc::clone(self), credential.clone(), passage.clone());
        let refused = refused.cloned();
        let asked = tokio::spawn(async move {
            let result = inner.renewed(&credential, passage, refused.as_ref()).await;
            let mut now = lock(&slot.now);
            now.asked += 1;
            let given = result.map(|given| match given {
                Ok(token) => {
                    now.denied = None;
                    now.replaced = refused.map(|_| Instant::now());
                    let access = token.access.clone();
                    now.token = Some(token);
                    Ok(access)
                }
                Err(denied) => {
                    now.denied = Some(denied.clone());
                    Err(denied)
                }
            });
            drop(now);
            drop((asking, errand));
            given
        });
        asked
            .await
            .map_err(|_| EngineError::Internal("asking for a token failed, which is our fault".to_owned()))?
    }

    /// Another token: from the keychain if another program has put one there, else from the server.
    async fn renewed(
        &self,
        credential: &Credential,
        passage: Passage,
        refused: Option<&Secret>,
    ) -> Result<Result<Token, NoToken>, EngineError> {
        let name = &credential.secret;
        if credential.authorize_url.is_none() {
            return self.asked(credential, passage, Grant::Client, None).await;
        }
        let kept = match is_reserved(name) {
            false => self.keychain.get(name).await?.as_ref().and_then(Token::read),
            true => None,
        };
        let Some(kept) = kept else {
            return Ok(Err(NoToken::SignIn("nobody is signed in".to_owned())));
        };
        let other = refused.is_none_or(|refused| refused.expose() != kept.access.expose());
        if other && kept.is_fresh(self.clock.now().at) {
            return Ok(Ok(kept));
        }
        let Some(refresh) = kept.refresh else {
            return Ok(Err(NoToken::SignIn("the sign-in has ended".to_owned())));
        };
        let given = self.asked(credential, passage, Grant::Refresh(refresh.clone()), Some(refresh)).await?;
        if let Ok(token) = &given {
            self.keychain.set(name, token.written()).await?;
        }
        Ok(given)
    }
}

impl Engine {
    /// What is known of a source's tokens, for a screen.
    ///
    /// # Errors
    /// If the keychain can't be used.
    pub(crate) async fn token_view(&self, spec: &SourceSpec) -> Result<Option<TokenView>, EngineError> {
        let Some(credential) = Credential::of(&spec.auth) else { return Ok(None) };
        let token = if credential.authorize_url.is_none() {
            let slot = self.inner.tokens.slot(&credential);
            let now = lock(&slot.now);
            now.token.clone()
        } else if is_reserved(&credential.secret) {
            None
        } else {
            self.inner.keychain.get(&credential.secret).await?.as_ref().and_then(Token::read)
        };
        Ok(token.map(|token| TokenView {
            ends: token.ends,
            renewable: credential.authorize_url.is_none() || token.refresh.is_some(),
        }))
    }
}

/// What a slot has.
enum Have {
    This(Secret),
    /// The token that was refused is one that had just been got in the place of another.
    Young,
    None {
        asked: u64,
    },
}

impl Slot {
    fn now(&self, at: Micros, refused: Option<&Secret>) -> Have {
        let now = lock(&self.now);
        match (&now.token, refused) {
            (Some(token), Some(refused)) if token.access.expose() == refused.expose() => {
                let young = now.replaced.is_some_and(|replaced| replaced.elapsed() < YOUNG);
                if young { Have::Young } else { Have::None { asked: now.asked } }
            }
            (Some(token), _) if token.is_fresh(at) => Have::This(token.access.clone()),
            _ => Have::None { asked: now.asked },
        }
    }
}

impl std::fmt::Display for NoToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words())
    }
}
