//! How a source knows who asks, and by what way it is reached, as its file has it.

use domain::source::{Auth, ClientAuth, HmacRecipe, KeyPlace, Tls};

use crate::toml_text::{key, text};
use crate::words::{CLIENT_AUTHS, ENCODINGS, HMAC_ALGORITHMS, word};

/// The value of `auth`.
pub(crate) fn auth(auth: &Auth) -> String {
    let pairs = match auth {
        Auth::None => vec!["kind = \"none\"".to_owned()],
        Auth::Bearer { secret } => vec![kind("bearer"), named("secret", secret.as_str())],
        Auth::Basic { user, secret } => {
            vec![kind("basic"), named("user", user), named("secret", secret.as_str())]
        }
        Auth::ApiKey { secret, place, name } => {
            let place = match place {
                KeyPlace::Header => "header",
                KeyPlace::Query => "query",
                KeyPlace::Cookie => "cookie",
            };
            vec![
                kind("api_key"),
                named("place", place),
                named("name", name),
                named("secret", secret.as_str()),
            ]
        }
        Auth::OAuth2Client { secret, client_id, token_url, scopes, audience, client_auth } => {
            let mut pairs = vec![
                kind("oauth2_client"),
                named("token_url", token_url),
                named("client_id", client_id),
                named("secret", secret.as_str()),
            ];
            pairs.extend(asked(scopes, audience.as_deref(), *client_auth));
            pairs
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
        } => {
            let mut pairs = vec![
                kind("oauth2_code"),
                named("authorize_url", authorize_url),
                named("token_url", token_url),
                named("client_id", client_id),
            ];
            pairs.extend(client_secret.iter().map(|name| named("client_secret", name.as_str())));
            pairs.push(named("secret", secret.as_str()));
            pairs.extend(asked(scopes, audience.as_deref(), *client_auth));
            pairs.extend(resource.iter().map(|resource| named("resource", resource)));
            pairs
        }
        Auth::AwsSigV4 { secret, region, service } => vec![
            kind("aws_sigv4"),
            named("region", region),
            named("service", service),
            named("secret", secret.as_str()),
        ],
        Auth::Hmac { secret, recipe } => {
            let HmacRecipe { algorithm, encoding, base64_key, sign, headers } = recipe;
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| format!("{} = {}", key(name), text(value))).collect();
            let mut pairs = vec![
                kind("hmac"),
                named("secret", secret.as_str()),
                named("algorithm", word(&HMAC_ALGORITHMS, algorithm)),
                named("encoding", word(&ENCODINGS, encoding)),
            ];
            if *base64_key {
                pairs.push("base64_key = true".to_owned());
            }
            pairs.push(named("sign", sign));
            pairs.push(format!("headers = {{ {} }}", headers.join(", ")));
            pairs
        }
    };
    format!("{{ {} }}", pairs.join(", "))
}

/// The value of `tls`.
pub(crate) fn tls(tls: &Tls) -> String {
    let Tls { ca, client_cert, client_key_secret } = tls;
    let pem = |name: &'static str| move |pem: &String| named(name, pem);
    let certificates = ca.iter().map(pem("ca")).chain(client_cert.iter().map(pem("client_cert")));
    let key = client_key_secret.iter().map(|name| named("client_key_secret", name.as_str()));
    let pairs: Vec<_> = certificates.chain(key).collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn asked(scopes: &[String], audience: Option<&str>, client_auth: ClientAuth) -> Vec<String> {
    let mut pairs = Vec::new();
    if !scopes.is_empty() {
        let scopes: Vec<_> = scopes.iter().map(|scope| text(scope)).collect();
        pairs.push(format!("scopes = [{}]", scopes.join(", ")));
    }
    pairs.extend(audience.map(|audience| named("audience", audience)));
    if client_auth != ClientAuth::default() {
        pairs.push(named("client_auth", word(&CLIENT_AUTHS, &client_auth)));
    }
    pairs
}

fn kind(word: &str) -> String {
    named("kind", word)
}

fn named(name: &str, value: &str) -> String {
    format!("{name} = {}", text(value))
}
