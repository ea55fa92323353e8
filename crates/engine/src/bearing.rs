//! A token for whoever needs one: that at hand, or another, which one of all that wait asks for.

use std::sync::Arc;
use std::time::Instant;

use domain::secret::Secret;
use domain::source::SourceSpec;
use domain::view::TokenView;
use egress::Passage;
use sources::{Credential, Grant};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::keys::named;
use crate::locked::lock;
use crate::tokens::{Have, NoToken, Token};

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
        let kept = named(&self.keychain, Some(name)).await?.as_ref().and_then(Token::read);
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
        } else {
            named(&self.inner.keychain, Some(&credential.secret)).await?.as_ref().and_then(Token::read)
        };
        Ok(token.map(|token| TokenView {
            ends: token.ends,
            renewable: credential.authorize_url.is_none() || token.refresh.is_some(),
        }))
    }
}
