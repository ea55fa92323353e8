//! One request for a token: on record before it leaves, and its end on record without what it brought.

use std::time::{Duration, Instant};

use domain::entry::Draft;
use domain::fact::{Fact, TokenGrant};
use domain::payload::PayloadRole;
use domain::secret::Secret;
use egress::{Passage, SendError};
use sources::{Credential, Grant, granted};

use crate::clock::seal;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::keys::named;
use crate::tokens::{NoToken, Token};

/// How long a request for a token may take. A workspace that closes waits for it.
const LIMIT: Duration = Duration::from_secs(8);

impl Inner {
    /// Asks the server. `before` is the token that gave this one, and gives the next if the server says nothing of it.
    pub(crate) async fn asked(
        &self,
        credential: &Credential,
        passage: Passage,
        grant: Grant,
        before: Option<Secret>,
    ) -> Result<Result<Token, NoToken>, EngineError> {
        let client_secret = named(&self.keychain, credential.client_secret.as_ref()).await?;
        if let (Some(name), None) = (&credential.client_secret, &client_secret) {
            let words = format!(
                "the client's secret `{name}` is not in the keychain: set it in Settings, or with `tieout secrets set \
                 {name}`"
            );
            return Ok(Err(NoToken::Denied(words)));
        }
        let kind = match &grant {
            Grant::Client => TokenGrant::ClientCredentials,
            Grant::Code { .. } => TokenGrant::AuthorizationCode,
            Grant::Refresh(_) => TokenGrant::RefreshToken,
        };
        let request = match credential.request(grant, client_secret, passage) {
            Ok(request) => egress::Outbound { deadline: LIMIT, idle: LIMIT, ..request },
            Err(why) => return Ok(Err(NoToken::Denied(format!("a token can't be asked for: {why}")))),
        };
        let record = seal(PayloadRole::Request, "message/http", request.record())?;
        let fact = Fact::TokenSent {
            secret: credential.secret.clone(),
            grant: kind,
            endpoint: request.endpoint(),
            request: record.commitment(),
        };
        let draft = |fact, payloads| Draft { moment: self.clock.now(), conversation: None, fact, payloads };
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let intent = self.store()?.intend(draft(fact, vec![record])).await?;
        let (sent, began, scrubber) = (intent.seq(), Instant::now(), request.scrubber());
        let answered = async {
            let inbound = self.door.send(intent, request).await?;
            let status = inbound.status();
            Ok::<_, SendError>((status, inbound.whole().await?))
        };
        let (status, given) = match answered.await {
            Ok((status, whole)) => (
                Some(status),
                granted(status, &whole.bytes).map_err(|denied| {
                    let words = format!("no token came of {host}: {}", scrubber.text(denied.words));
                    if denied.over && before.is_some() {
                        NoToken::SignIn(words)
                    } else {
                        NoToken::Denied(words)
                    }
                }),
            ),
            Err(error) => (None, Err(NoToken::Denied(format!("no token could be got: {}", error.words())))),
        };
        let words = match &given {
            Ok(_) => None,
            Err(denied) => Some(seal(PayloadRole::Words, "text/plain", denied.to_string().into_bytes())?),
        };
        let (took, commitment) =
            (began.elapsed().into(), words.as_ref().map(domain::payload::Payload::commitment));
        let fact = Fact::TokenEnded { sent, status, words: commitment, took };
        self.store()?.append(vec![draft(fact, words.into_iter().collect())]).await?;
        Ok(given.map(|granted| Token::granted(granted, before, self.clock.now().at)))
    }
}
