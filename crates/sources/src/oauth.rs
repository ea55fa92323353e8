//! Tokens of OAuth 2 (RFC 6749, 7636, 8707): what is asked of an authorization server, and what it answers. Where a
//! server's addresses were found is the caller's business: a source's file, or a server's own description.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::effect::Method;
use domain::secret::{Secret, SecretName};
use domain::source::{Auth, ClientAuth};
use domain::time::Span;
use egress::{Outbound, Passage, PlacedSecret, Placement, Redirects};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::schema::short;

/// The most that an authorization server's answer has.
const MOST: u64 = 256 << 10;
/// What a one-time code and its proof are called in the record.
const CODE: &str = "authorization-code";
const VERIFIER: &str = "code-verifier";

/// How tokens are got, and under which name they are kept. Two that are equal share their tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credential {
    /// The name of the tokens; of a client that asks for itself, of its secret.
    pub secret: SecretName,
    /// By which the server knows the client.
    pub client_id: String,
    /// The name of the client's secret, if it has one.
    pub client_secret: Option<SecretName>,
    /// Where that stands.
    pub client_auth: ClientAuth,
    /// Where a person signs in; `None` for a client that asks for itself.
    pub authorize_url: Option<String>,
    /// Where tokens are got.
    pub token_url: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// For whom the tokens are, in the word of some servers.
    pub audience: Option<String>,
    /// For whom they are, as RFC 8707 has it: an address.
    pub resource: Option<String>,
}

/// What a token is asked for with.
#[derive(Clone, Debug)]
pub enum Grant {
    /// The client's own secret.
    Client,
    /// What a person's browser brought back.
    Code {
        /// The code.
        code: Secret,
        /// The proof that it was asked for here.
        verifier: Secret,
        /// Where the browser was sent.
        redirect: String,
    },
    /// A token that gives tokens.
    Refresh(Secret),
}

/// What an authorization server gave.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The token for requests.
    pub access: Secret,
    /// The one that gives the next, if there is one.
    pub refresh: Option<Secret>,
    /// How long the first one lasts, if the server says so.
    pub lasts: Option<Span>,
}

/// Why it gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What it said, in words.
    pub words: String,
    /// Whether what was shown to it holds no longer, so that a person must sign in again.
    pub over: bool,
}

impl Credential {
    /// That of a source, if it uses OAuth 2.
    pub fn of(auth: &Auth) -> Option<Self> {
        match auth {
            Auth::OAuth2Client { secret, client_id, token_url, scopes, audience, client_auth } => {
                Some(Self {
                    secret: secret.clone(),
                    client_id: client_id.clone(),
                    client_secret: Some(secret.clone()),
                    client_auth: *client_auth,
                    authorize_url: None,
                    token_url: token_url.clone(),
                    scopes: scopes.clone(),
                    audience: audience.clone(),
                    resource: None,
                })
            }
            Auth::OAuth2Code {
                secret,
                client_id,
                client_secret,
                authorize_url,
                token_url,
                scopes,
                audience,
                resource,
                client_auth,
            } => Some(Self {
                secret: secret.clone(),
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                client_auth: *client_auth,
                authorize_url: Some(authorize_url.clone()),
                token_url: token_url.clone(),
                scopes: scopes.clone(),
                audience: audience.clone(),
                resource: resource.clone(),
            }),
            _ => None,
        }
    }

    /// Where a person's browser is sent to sign in, to come back to `redirect` with `state`.
    ///
    /// # Errors
    /// If there is no such address.
    pub fn sign_in_url(&self, redirect: &str, state: &str, verifier: &Secret) -> Result<Url, String> {
        let address = self.authorize_url.as_deref().ok_or("nobody signs in to it")?;
        let mut url =
            Url::parse(address).map_err(|error| format!("`authorize_url` is no address: {error}"))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
        let scope = self.scopes.join(" ");
        let ours = [
            ("response_type", Some("code")),
            ("client_id", Some(self.client_id.as_str())),
            ("redirect_uri", Some(redirect)),
            ("scope", Some(scope.as_str()).filter(|scope| !scope.is_empty())),
            ("state", Some(state)),
            ("code_challenge", Some(&challenge)),
            ("code_challenge_method", Some("S256")),
            ("audience", self.audience.as_deref()),
            ("resource", self.resource.as_deref()),
        ];
        for (name, value) in ours.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(url)
    }

    /// The request for a token. What is secret in it stands in the record by name.
    ///
    /// # Errors
    /// If the address is none, or the request can't be sent as it is.
    pub fn request(
        &self,
        grant: Grant,
        client_secret: Option<Secret>,
        passage: Passage,
    ) -> Result<Outbound, String> {
        let url =
            Url::parse(&self.token_url).map_err(|error| format!("`token_url` is no address: {error}"))?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let mut secrets = Vec::new();
        let field = |name: SecretName, secret, field: &str| PlacedSecret {
            name,
            secret,
            place: Placement::Form { name: field.to_owned() },
        };
        let ours = |name: &str| name.parse::<SecretName>().map_err(|error| error.to_string());
        match grant {
            Grant::Client => {
                form.append_pair("grant_type", "client_credentials");
                if !self.scopes.is_empty() {
                    form.append_pair("scope", &self.scopes.join(" "));
                }
            }
            Grant::Code { code, verifier, redirect } => {
                form.append_pair("grant_type", "authorization_code").append_pair("redirect_uri", &redirect);
                secrets.push(field(ours(CODE)?, code, "code"));
                secrets.push(field(ours(VERIFIER)?, verifier, "code_verifier"));
            }
            Grant::Refresh(token) => {
                form.append_pair("grant_type", "refresh_token");
                secrets.push(field(self.secret.clone(), token, "refresh_token"));
            }
        }
        if let Some(audience) = &self.audience {
            form.append_pair("audience", audience);
        }
        if let Some(resource) = &self.resource {
            form.append_pair("resource", resource);
        }
        let client = client_secret.zip(self.client_secret.clone());
        if client.is_none() || self.client_auth == ClientAuth::Body {
            form.append_pair("client_id", &self.client_id);
        }
        match (client, self.client_auth) {
            (Some((secret, name)), ClientAuth::Basic) => {
                let place = Placement::ClientBasic { id: self.client_id.clone() };
                secrets.push(PlacedSecret { name, secret, place });
            }
            (Some((secret, name)), ClientAuth::Body) => secrets.push(field(name, secret, "client_secret")),
            (None, _) => {}
        }
        let request = Outbound {
            headers: vec![
                ("accept".to_owned(), "application/json".to_owned()),
                ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ],
            secrets,
            body: Some(form.finish().into_bytes()),
            max_bytes: MOST,
            redirects: Redirects::Refuse,
            passage,
            ..Outbound::new(Method::Post, url)
        };
        request.check().map_err(|error| error.words().to_owned())?;
        Ok(request)
    }
}

/// What an answer of the token endpoint means (RFC 6749 §5).
///
/// # Errors
/// If it gives no token that we can use. The words may repeat what the server said.
pub fn granted(status: u16, body: &[u8]) -> Result<Granted, Denied> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: Option<String>,
        token_type: Option<String>,
        refresh_token: Option<String>,
        expires_in: Option<serde_json::Value>,
        error: Option<String>,
        error_description: Option<String>,
    }
    let denied = |words: String| Denied { words, over: false };
    let answer: Answer = match serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(_) if (200..300).contains(&status) => {
            return Err(denied("it answered something else than a token".to_owned()));
        }
        Err(_) => return Err(denied(format!("it answered {status}"))),
    };
    if let Some(error) = &answer.error {
        let described = answer.error_description.as_deref().map(|words| format!(": {}", short(words, 200)));
        let words = format!("it said `{}`{}", short(error, 60), described.unwrap_or_default());
        return Err(Denied { words, over: error == "invalid_grant" });
    }
    let access = answer.access_token.filter(|token| !token.is_empty() && (200..300).contains(&status));
    let Some(access) = access else { return Err(denied(format!("it answered {status} without a token"))) };
    if answer.token_type.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(denied("its tokens are of a kind that we can't send: they are not `Bearer`".to_owned()));
    }
    // Some servers write the number as a text.
    let lasts = answer.expires_in.and_then(|lasts| match lasts {
        serde_json::Value::String(text) => text.parse::<u64>().ok(),
        lasts => lasts.as_u64(),
    });
    Ok(Granted {
        access: Secret::new(access),
        refresh: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::new),
        lasts: lasts.map(|seconds| Span(seconds.min(MOST_SECONDS) * 1_000_000)),
    })
}

/// Ten years: whoever says more means for ever.
const MOST_SECONDS: u64 = 315_360_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn credential() -> Credential {
        Credential {
            secret: "crm".parse().unwrap(),
            client_id: "tieout".to_owned(),
            client_secret: Some("crm-client".parse().unwrap()),
            client_auth: ClientAuth::Basic,
            authorize_url: Some("https://login.example/authorize?prompt=consent".to_owned()),
            token_url: "https://login.example/token".to_owned(),
            scopes: vec!["read".to_owned(), "offline".to_owned()],
            audience: None,
            resource: Some("https://api.example/mcp".to_owned()),
        }
    }

    #[test]
    fn a_person_is_sent_with_a_challenge_and_not_with_its_proof() {
        // The verifier and its challenge are those of RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let url = credential().sign_in_url("http://127.0.0.1:9/x", "s-1", &verifier).unwrap();
        assert_eq!(
            url.as_str(),
            "https://login.example/authorize?prompt=consent&response_type=code&client_id=tieout&\
             redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fx&scope=read+offline&state=s-1&\
             code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&\
             resource=https%3A%2F%2Fapi.example%2Fmcp"
        );
    }

    fn recorded(credential: &Credential, grant: Grant, client_secret: Option<&str>) -> String {
        let secret = client_secret.map(Secret::new);
        let request = credential.request(grant, secret, Passage::default()).unwrap();
        String::from_utf8(request.record()).unwrap()
    }

    #[test]
    fn what_is_secret_stands_in_the_record_by_name() {
        let mut credential = credential();
        let code = Grant::Code {
            code: Secret::new("c0de-1234567"),
            verifier: Secret::new("verifier-1234567"),
            redirect: "http://127.0.0.1:9/x".to_owned(),
        };
        let record = recorded(&credential, code, Some("s3cret-1234567"));
        assert!(!record.contains("1234567"), "{record}");
        assert!(record.contains("authorization: Basic base64(tieout:{secret:crm-client})\n"), "{record}");
        assert!(
            record.ends_with(
                "\n\ngrant_type=authorization_code&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fx&\
                 resource=https%3A%2F%2Fapi.example%2Fmcp&code={secret:authorization-code}&\
                 code_verifier={secret:code-verifier}"
            ),
            "{record}"
        );
        credential.client_auth = ClientAuth::Body;
        let record = recorded(&credential, Grant::Refresh(Secret::new("r-1234567")), Some("s3cret-1234567"));
        assert!(
            record.ends_with(
                "grant_type=refresh_token&resource=https%3A%2F%2Fapi.example%2Fmcp&client_id=tieout&\
                 refresh_token={secret:crm}&client_secret={secret:crm-client}"
            ),
            "{record}"
        );
        // A client without a secret says who it is.
        credential.client_secret = None;
        let record = recorded(&credential, Grant::Refresh(Secret::new("r-1234567")), None);
        assert!(record.contains("&client_id=tieout&") && !record.contains("authorization:"), "{record}");
    }

    #[test]
    fn an_answer_gives_tokens_or_says_why_not() {
        let body = br#"{"access_token":"a","token_type":"BEARER","refresh_token":"r","expires_in":"3600"}"#;
        let tokens = granted(200, body).unwrap();
        assert_eq!((tokens.access.expose(), tokens.lasts), ("a", Some(Span(3_600_000_000))));
        assert_eq!(tokens.refresh.unwrap().expose(), "r");
        assert_eq!(granted(200, br#"{"access_token":"a"}"#).unwrap().lasts, None);
        for (status, body, words, over) in [
            (
                400,
                r#"{"error":"invalid_grant","error_description":"expired"}"#,
                "`invalid_grant`: expired",
                true,
            ),
            (401, r#"{"error":"invalid_client"}"#, "`invalid_client`", false),
            (200, r#"{"error":"bad_verification_code"}"#, "bad_verification_code", false),
            (200, "{}", "without a token", false),
            (200, r#"{"access_token":""}"#, "without a token", false),
            (200, r#"{"access_token":"a","token_type":"mac"}"#, "not `Bearer`", false),
            (200, "access_token=a", "something else", false),
            (502, "<html>", "answered 502", false),
        ] {
            let denied = granted(status, body.as_bytes()).unwrap_err();
            assert!(denied.words.contains(words) && denied.over == over, "{denied:?}");
        }
    }
}
