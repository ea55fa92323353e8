//! How a source knows who asks: `auth`.

use std::collections::BTreeMap;

use domain::request::is_header_of_ours;
use domain::secret::SecretName;
use domain::source::{Auth, ClientAuth, Encoding, HmacAlgorithm, HmacRecipe, KeyPlace};
use toml::de::DeValue;
use url::Url;

use super::section::{Section, article};
use crate::headers::{is_a_key, sendable_name};
use crate::mistake::Wrong;
use crate::words::{CLIENT_AUTHS, ENCODINGS, HMAC_ALGORITHMS};

const BEARER: &str = "auth = { kind = \"bearer\", secret = \"crm\" }";
const KINDS: [&str; 8] =
    ["none", "bearer", "basic", "api_key", "oauth2_client", "oauth2_code", "aws_sigv4", "hmac"];

/// The auth, which is none if the file says nothing of it; `None` only if a mistake was named.
pub(super) fn auth(section: &Section<'_>) -> Option<Auth> {
    if section.value("auth").is_none() {
        return Some(Auth::None);
    }
    let section = &section.section("auth", BEARER)?;
    let kind = section.needed("kind", "\"bearer\"")?;
    match kind {
        "none" => {
            section.only(&["kind"]);
            Some(Auth::None)
        }
        "bearer" => {
            section.only(&["kind", "secret"]);
            Some(Auth::Bearer { secret: secret(section)? })
        }
        "basic" => {
            section.only(&["kind", "user", "secret"]);
            let user = section
                .needed("user", "\"reports\"")
                .and_then(|user| section.accepted("user", user, basic_user));
            let secret = secret(section);
            Some(Auth::Basic { user: user?, secret: secret? })
        }
        "api_key" => {
            section.only(&["kind", "place", "name", "secret"]);
            let places =
                [("header", KeyPlace::Header), ("query", KeyPlace::Query), ("cookie", KeyPlace::Cookie)];
            let place =
                section.needed("place", "\"header\"").and_then(|text| section.word("place", text, &places));
            let name = section
                .needed("name", "\"X-Api-Key\"")
                .and_then(|text| section.accepted("name", text, |text| key_name(place, text)));
            let secret = secret(section);
            Some(Auth::ApiKey { secret: secret?, place: place?, name: name? })
        }
        "oauth2_client" => oauth2_client(section),
        "oauth2_code" => oauth2_code(section),
        "aws_sigv4" => {
            section.only(&["kind", "region", "service", "secret"]);
            let named = |key, example| {
                section.needed(key, example).and_then(|text| section.accepted(key, text, aws_name))
            };
            let (region, service) =
                (named("region", "\"eu-central-1\""), named("service", "\"execute-api\""));
            let secret = secret(section);
            Some(Auth::AwsSigV4 { secret: secret?, region: region?, service: service? })
        }
        "hmac" => hmac(section),
        text => {
            section.word("kind", text, &KINDS.map(|word| (word, ())));
            None
        }
    }
}

fn oauth2_client(section: &Section<'_>) -> Option<Auth> {
    section.only(&["kind", "token_url", "client_id", "secret", "scopes", "audience", "client_auth"]);
    let token_url = address(section, "token_url", "\"https://login.example.com/oauth/token\"");
    let client_id = needed_text(section, "client_id", "\"reports\"");
    let secret = secret(section);
    let scopes = scopes(section);
    let audience = optional_text(section, "audience");
    let client_auth = client_auth(section);
    Some(Auth::OAuth2Client {
        secret: secret?,
        client_id: client_id?,
        token_url: token_url?,
        scopes: scopes?,
        audience: audience?,
        client_auth: client_auth?,
    })
}

fn oauth2_code(section: &Section<'_>) -> Option<Auth> {
    section.only(&[
        "kind",
        "authorize_url",
        "token_url",
        "client_id",
        "client_secret",
        "secret",
        "scopes",
        "audience",
        "resource",
        "client_auth",
    ]);
    let authorize_url = address(section, "authorize_url", "\"https://login.example.com/oauth/authorize\"");
    let token_url = address(section, "token_url", "\"https://login.example.com/oauth/token\"");
    let client_id = needed_text(section, "client_id", "\"reports\"");
    let client_secret = match section.value("client_secret") {
        Some(_) => named_secret(section, "client_secret").map(Some),
        None => Some(None),
    };
    let secret = secret(section);
    if let (Some(Some(client)), Some(tokens)) = (&client_secret, &secret)
        && client == tokens
    {
        let fix = "give each a name of its own: under `secret` signing in puts the tokens";
        section.wrong("client_secret", Wrong::new("is the name under which the tokens are kept", fix));
        return None;
    }
    let scopes = scopes(section);
    let audience = optional_text(section, "audience");
    let resource = optional_text(section, "resource");
    let client_auth = client_auth(section);
    Some(Auth::OAuth2Code {
        secret: secret?,
        client_id: client_id?,
        client_secret: client_secret?,
        authorize_url: authorize_url?,
        token_url: token_url?,
        scopes: scopes?,
        audience: audience?,
        resource: resource?,
        client_auth: client_auth?,
    })
}

fn hmac(section: &Section<'_>) -> Option<Auth> {
    section.only(&["kind", "secret", "algorithm", "encoding", "base64_key", "sign", "headers"]);
    let secret = secret(section);
    let algorithm = word_or(section, "algorithm", HmacAlgorithm::Sha256, &HMAC_ALGORITHMS);
    let encoding = word_or(section, "encoding", Encoding::Hex, &ENCODINGS);
    let base64_key = match section.value("base64_key") {
        Some(_) => section.flag("base64_key"),
        None => Some(false),
    };
    let sign = section.needed("sign", "\"{timestamp}{method}{path_query}{body}\"").and_then(|text| {
        section.accepted("sign", text, |text| template(text, &HmacRecipe::SIGNED).map(|()| text.to_owned()))
    });
    let headers = signed_headers(section);
    let recipe = HmacRecipe {
        algorithm: algorithm?,
        encoding: encoding?,
        base64_key: base64_key?,
        sign: sign?,
        headers: headers?,
    };
    Some(Auth::Hmac { secret: secret?, recipe })
}

fn signed_headers(section: &Section<'_>) -> Option<BTreeMap<String, String>> {
    let example = "headers = { \"X-Signature\" = \"{signature}\", \"X-Timestamp\" = \"{timestamp}\" }";
    if section.value("headers").is_none() {
        section.missing("headers", example);
        return None;
    }
    let headers = section.section("headers", example)?;
    let mut read = BTreeMap::new();
    let mut good = true;
    for name in headers.keys() {
        let checked = headers.text(name).and_then(|text| {
            headers.accepted(name, text, |text| {
                sendable_name(name)?;
                if is_header_of_ours(name) && !name.eq_ignore_ascii_case("authorization") {
                    return Err(Wrong::new("is a header that carries something else", "choose another"));
                }
                if text.chars().any(char::is_control) {
                    return Err(Wrong::new("holds a line break", "write it on one line"));
                }
                template(text, &HmacRecipe::SHOWN).map(|()| text.to_owned())
            })
        });
        match checked {
            Some(text) => drop(read.insert(name.to_owned(), text)),
            None => good = false,
        }
    }
    if good && !read.values().any(|text| text.contains("{signature}")) {
        section.wrong("headers", Wrong::new("none of them carries {signature}", format!("write {example}")));
        return None;
    }
    good.then_some(read)
}

/// Whether each `{…}` is one of these.
fn template(text: &str, known: &[&str]) -> Result<(), Wrong> {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { return Ok(()) };
        let looks_like_one =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if looks_like_one && !known.contains(&name) {
            let list = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            return Err(Wrong::new(format!("there is no {{{name}}} here"), format!("there are {list}")));
        }
        rest = if looks_like_one { after } else { behind };
    }
    Ok(())
}

fn address(section: &Section<'_>, key: &str, example: &str) -> Option<String> {
    let text = section.needed(key, example)?;
    section.accepted(key, text, |text| {
        let fix = format!("write it like {example}");
        let url =
            Url::parse(text).map_err(|error| Wrong::new(format!("not an address: {error}"), fix.clone()))?;
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            _ => return Err(Wrong::new("not an https address, and secrets go there", fix)),
        }
        if !url.has_host()
            || !url.username().is_empty()
            || url.password().is_some()
            || url.fragment().is_some()
        {
            return Err(Wrong::new("holds a user name, a password or a fragment, or no host", fix));
        }
        Ok(text.to_owned())
    })
}

fn needed_text(section: &Section<'_>, key: &str, example: &str) -> Option<String> {
    let text = section.needed(key, example)?;
    section.accepted(key, text, plain)
}

/// `None` only if a mistake was named.
#[expect(clippy::option_option, reason = "none, some, or wrong")]
fn optional_text(section: &Section<'_>, key: &str) -> Option<Option<String>> {
    match section.value(key) {
        Some(_) => section.parsed(key, plain).map(Some),
        None => Some(None),
    }
}

fn plain(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Wrong::new("is empty or holds a line break", "write what the API's documents give"));
    }
    Ok(text.to_owned())
}

fn scopes(section: &Section<'_>) -> Option<Vec<String>> {
    let Some(value) = section.value("scopes") else { return Some(Vec::new()) };
    let DeValue::Array(items) = value.get_ref() else {
        section.wrong("scopes", Wrong::new("must be a list", "write it like scopes = [\"read\"]"));
        return None;
    };
    let mut read = Vec::new();
    for item in items {
        // RFC 6749 §3.3
        let token = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        match item.get_ref().as_str() {
            Some(text) if !text.is_empty() && text.bytes().all(token) => read.push(text.to_owned()),
            Some(text) => {
                let problem = format!("{text:?} is no scope: it has no space, quote or backslash");
                section.wrong("scopes", Wrong::new(problem, "write each scope as a text of its own"));
                return None;
            }
            None => {
                let problem = format!("a scope is a text, and this is {}", article(item.get_ref()));
                section.wrong("scopes", Wrong::new(problem, "put it in quotes"));
                return None;
            }
        }
    }
    Some(read)
}

fn client_auth(section: &Section<'_>) -> Option<ClientAuth> {
    word_or(section, "client_auth", ClientAuth::Basic, &CLIENT_AUTHS)
}

fn word_or<T: Copy>(section: &Section<'_>, key: &str, standard: T, words: &[(&str, T)]) -> Option<T> {
    match section.value(key) {
        Some(_) => section.word(key, section.text(key)?, words),
        None => Some(standard),
    }
}

fn secret(section: &Section<'_>) -> Option<SecretName> {
    named_secret(section, "secret")
}

/// The name of a secret under this key.
pub(super) fn named_secret(section: &Section<'_>, key: &str) -> Option<SecretName> {
    let text = section.needed(key, "\"crm\"")?;
    if is_a_key(text) || text.starts_with("-----BEGIN") {
        let fix = "write the name under which you keep it (`tieout secrets set NAME`), and replace the key: \
                   it stood in a file";
        section.wrong_hidden(key, Wrong::new("looks like the key itself, and must be its name", fix));
        return None;
    }
    section.needed_as(key, "\"crm\"")
}

fn basic_user(user: &str) -> Result<String, Wrong> {
    if user.is_empty() || user.contains(':') || user.chars().any(char::is_control) {
        return Err(Wrong::new("a user name is not empty and holds no colon or line break", "correct it"));
    }
    Ok(user.to_owned())
}

fn aws_name(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Wrong::new("has letters, digits and `-` alone", "write it as AWS does"));
    }
    Ok(text.to_owned())
}

fn key_name(place: Option<KeyPlace>, name: &str) -> Result<String, Wrong> {
    match place {
        Some(KeyPlace::Header | KeyPlace::Cookie) => sendable_name(name)?,
        Some(KeyPlace::Query) | None if name.is_empty() => {
            return Err(Wrong::new("must not be empty", "write the name that the API's documents give"));
        }
        _ => {}
    }
    Ok(name.to_owned())
}
