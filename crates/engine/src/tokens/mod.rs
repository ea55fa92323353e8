//! Tokens of OAuth 2: asked for when a call needs one, once for all calls that wait for the same, renewed before they end,
//! and once more if a source refuses one. A person's tokens lie in the keychain alone; those that a client gets for itself
//! are in memory, since it can get others at any time.

mod kept;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::{Secret, SecretName};
use domain::time::Micros;
use sources::Credential;

use crate::locked::lock;

pub(crate) use kept::Token;

/// A source that refuses a token this young refuses it for another reason than its age: another would fare no better.
const YOUNG: Duration = Duration::from_secs(60);

/// The tokens of an open workspace.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<Credential, Arc<Slot>>>);

/// One credential's.
#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) now: Mutex<Now>,
    /// Whoever asks for another one. It is held by a task that goes on when whoever waits for it gives up: a server that
    /// gives a new refresh token takes the old one back, so its answer must not be lost.
    pub(crate) asking: Arc<tokio::sync::Mutex<()>>,
}

/// What is known of one credential's tokens now.
#[derive(Default)]
pub(crate) struct Now {
    pub(crate) token: Option<Token>,
    /// When it was got, if that was because a source had refused the one before.
    pub(crate) replaced: Option<Instant>,
    /// How often another was asked for, and why it was not given the last time.
    pub(crate) asked: u64,
    pub(crate) denied: Option<NoToken>,
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
    pub(crate) fn slot(&self, credential: &Credential) -> Arc<Slot> {
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

/// What a slot has.
pub(crate) enum Have {
    This(Secret),
    /// The token that was refused is one that had just been got in the place of another.
    Young,
    None {
        asked: u64,
    },
}

impl Slot {
    pub(crate) fn now(&self, at: Micros, refused: Option<&Secret>) -> Have {
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
