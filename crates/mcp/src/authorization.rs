//! How a server is protected, as it and its authorization server describe it (RFC 9728, RFC 8414, OpenID Connect Discovery),
//! and what a client says of itself there (RFC 7591). Pure: whoever uses it makes the requests, and decides whom to ask.
//!
//! What stands in these documents is a stranger's word. A document counts only if it is of whom it was asked for: a server
//! could otherwise have a person sign in for it elsewhere, and get the tokens of another.

use domain::source::ClientAuth;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::challenge::{Challenge, scopes};

/// How a server says that it is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// For whom tokens are (RFC 8707); none if the server does not say.
    pub resource: Option<String>,
    /// The authorization servers that give them, the first first.
    pub servers: Vec<Url>,
    /// What they may be good for.
    pub scopes: Vec<String>,
}

/// An authorization server, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationServer {
    /// Where a person signs in.
    pub authorize_url: Url,
    /// Where tokens are got.
    pub token_url: Url,
    /// Where a client makes itself known, if anybody may.
    pub register_url: Option<Url>,
    /// What tokens may be good for.
    pub scopes: Vec<String>,
    /// Whether a client may be named by the address of a document that describes it.
    pub takes_addresses: bool,
    /// How clients prove who they are; empty if it does not say.
    client_auths: Vec<String>,
}

/// By what an authorization server knows a client.
#[derive(Clone, Copy, Debug)]
pub struct ClientName<'a> {
    /// Where a person's browser is sent back to.
    pub redirect: &'a str,
    /// What is asked for.
    pub scopes: &'a [String],
}

/// What came of registering.
#[derive(Clone, Debug)]
pub struct Registered {
    /// By which the server knows the client from now on.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Option<domain::secret::Secret>,
    /// Where that stands in a request for a token.
    pub client_auth: ClientAuth,
}

/// Where a server may describe how it is protected, in the order in which to ask: where its challenge says, if that is at
/// the server itself; then for its path, then for all of it.
pub fn resource_places(server: &Url, challenge: &Challenge) -> Vec<Url> {
    let named = challenge.resource_metadata.as_deref().and_then(|address| Url::parse(address).ok());
    let named = named.filter(|address| address.origin() == server.origin());
    let mut places: Vec<Url> = named.into_iter().collect();
    places.push(well_known(server, "oauth-protected-resource", server.path()));
    places.push(well_known(server, "oauth-protected-resource", ""));
    each_once(places)
}

/// Where an authorization server may describe itself, in the order in which to ask.
pub fn server_places(issuer: &Url) -> Vec<Url> {
    let mut places = vec![
        well_known(issuer, "oauth-authorization-server", issuer.path()),
        well_known(issuer, "openid-configuration", issuer.path()),
    ];
    let mut behind = issuer.clone();
    behind.set_path(&format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/')));
    behind.set_query(None);
    places.push(behind);
    each_once(places)
}

impl Protected {
    /// What a document says that was asked for at this server.
    ///
    /// # Errors
    /// In words, if it is no such document, or another server's.
    pub fn read(document: &[u8], server: &Url) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Document {
            resource: Option<String>,
            #[serde(default)]
            authorization_servers: Vec<String>,
            #[serde(default)]
            scopes_supported: Vec<String>,
        }
        let Document { resource, authorization_servers, scopes_supported } =
            serde_json::from_slice(document).map_err(|error| format!("it is no description: {error}"))?;
        if let Some(resource) = &resource
            && !covers(resource, server)
        {
            return Err(format!("it describes `{}`, which is another server", short(resource)));
        }
        let servers: Vec<Url> =
            authorization_servers.iter().filter_map(|address| secure(address).ok()).collect();
        if servers.is_empty() {
            return Err("it names no authorization server that can be reached safely".to_owned());
        }
        Ok(Self { resource, servers, scopes: scopes(&scopes_supported.join(" ")) })
    }

    /// Of a server that describes nothing, as those of the protocol's version 2025-03-26: it gives tokens itself.
    pub fn by_itself(server: &Url) -> Self {
        let mut own = server.clone();
        own.set_path("/");
        own.set_query(None);
        Self { resource: None, servers: vec![own], scopes: Vec::new() }
    }
}

impl AuthorizationServer {
    /// What a document says that was asked for under this issuer's name.
    ///
    /// # Errors
    /// In words, if it is no such document, another's, or of a server with which no sign-in is safe.
    pub fn read(document: &[u8], issuer: &Url) -> Result<Self, String> {
        Self::read_if(document, |named| named.trim_end_matches('/') == issuer.as_str().trim_end_matches('/'))
    }

    /// The same of a server that gives tokens itself and names no issuer ([`Protected::by_itself`]): whatever issuer its
    /// document names must be at the server.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_own(document: &[u8], server: &Url) -> Result<Self, String> {
        Self::read_if(document, |named| {
            Url::parse(named).is_ok_and(|named| named.origin() == server.origin())
        })
    }

    fn read_if(document: &[u8], is_meant: impl Fn(&str) -> bool) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Document {
            issuer: String,
            authorization_endpoint: String,
            token_endpoint: String,
            registration_endpoint: Option<String>,
            #[serde(default)]
            scopes_supported: Vec<String>,
            #[serde(default)]
            code_challenge_methods_supported: Vec<String>,
            #[serde(default)]
            token_endpoint_auth_methods_supported: Vec<String>,
            #[serde(default)]
            client_id_metadata_document_supported: bool,
        }
        let read: Document =
            serde_json::from_slice(document).map_err(|error| format!("it is no description: {error}"))?;
        if !is_meant(&read.issuer) {
            return Err(format!("it describes `{}`, which is another server", short(&read.issuer)));
        }
        // Without it whoever sees the code on its way could use it.
        if !read.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(
                "it does not say that it takes PKCE with S256, without which no sign-in is safe".to_owned()
            );
        }
        Ok(Self {
            authorize_url: secure(&read.authorization_endpoint)?,
            token_url: secure(&read.token_endpoint)?,
            register_url: read.registration_endpoint.as_deref().map(secure).transpose()?,
            scopes: scopes(&read.scopes_supported.join(" ")),
            takes_addresses: read.client_id_metadata_document_supported,
            client_auths: read.token_endpoint_auth_methods_supported,
        })
    }

    /// One that describes nothing, with the places of the protocol's version 2025-03-26.
    ///
    /// # Errors
    /// In words, if no secret can go there.
    pub fn by_custom(issuer: &Url) -> Result<Self, String> {
        let at = |path: &str| {
            issuer.join(path).map_err(|error| error.to_string()).and_then(|url| secure(url.as_str()))
        };
        Ok(Self {
            authorize_url: at("/authorize")?,
            token_url: at("/token")?,
            register_url: Some(at("/register")?),
            scopes: Vec::new(),
            takes_addresses: false,
            client_auths: Vec::new(),
        })
    }

    /// How a client that has a secret proves who it is.
    pub fn client_auth(&self) -> ClientAuth {
        let takes = |method: &str| self.client_auths.iter().any(|one| one == method);
        if takes("client_secret_post") && !takes("client_secret_basic") {
            ClientAuth::Body
        } else {
            ClientAuth::Basic
        }
    }

    /// What an answer to [`registration`] means.
    ///
    /// # Errors
    /// In words, if it made nobody known.
    pub fn registered(&self, status: u16, body: &[u8]) -> Result<Registered, String> {
        #[derive(Deserialize)]
        struct Answer {
            client_id: Option<String>,
            client_secret: Option<String>,
            token_endpoint_auth_method: Option<String>,
            error: Option<String>,
            error_description: Option<String>,
        }
        let answer: Answer = serde_json::from_slice(body).map_err(|_| format!("it answered {status}"))?;
        if let Some(error) = answer.error {
            let described = answer.error_description.unwrap_or_default();
            return Err(format!("it said `{}` {}", short(&error), short(&described)).trim_end().to_owned());
        }
        let id = answer.client_id.filter(|id| !id.is_empty() && (200..300).contains(&status));
        let client_id = id.ok_or_else(|| format!("it answered {status} without a client's id"))?;
        let method = answer.token_endpoint_auth_method.as_deref();
        let client_auth = match method {
            Some("client_secret_post") => ClientAuth::Body,
            Some("client_secret_basic") => ClientAuth::Basic,
            _ => self.client_auth(),
        };
        let client_secret =
            answer.client_secret.filter(|secret| !secret.is_empty() && method != Some("none"));
        Ok(Registered {
            client_id,
            client_secret: client_secret.map(domain::secret::Secret::new),
            client_auth,
        })
    }
}

/// What a client says of itself to be known at a server from then on (RFC 7591).
pub fn registration(server: &AuthorizationServer, client: ClientName<'_>) -> Vec<u8> {
    let takes = |method: &str| server.client_auths.iter().any(|one| one == method);
    // Nothing that lies on a person's machine is a secret of the program's, so none is asked for where that will do.
    let method = match server.client_auth() {
        _ if server.client_auths.is_empty() || takes("none") => "none",
        ClientAuth::Basic => "client_secret_basic",
        ClientAuth::Body => "client_secret_post",
    };
    let mut said = json!({
        "client_name": "Tieout",
        "application_type": "native",
        "redirect_uris": [client.redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    });
    if !client.scopes.is_empty() {
        said["scope"] = Value::from(client.scopes.join(" "));
    }
    said.to_string().into_bytes()
}

/// `/.well-known/NAME` with that path behind it (RFC 8414 §3.1).
fn well_known(of: &Url, name: &str, path: &str) -> Url {
    let mut place = of.clone();
    place.set_path(&format!("/.well-known/{name}{}", path.trim_end_matches('/')));
    place.set_query(None);
    place.set_fragment(None);
    place
}

fn each_once(places: Vec<Url>) -> Vec<Url> {
    let mut once: Vec<Url> = Vec::new();
    for place in places {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    once
}

/// Whether a token for this resource is one for the server: it is at the same origin, and the server's path is within it.
fn covers(resource: &str, server: &Url) -> bool {
    let Ok(resource) = Url::parse(resource) else { return false };
    let within = resource.path().trim_end_matches('/');
    let rest = server.path().strip_prefix(within);
    resource.origin() == server.origin() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address to which secrets may go: https, or this machine's own.
fn secure(address: &str) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|error| format!("`{}` is no address: {error}", short(address)))?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" if plain && url.has_host() => Ok(url),
        "http" if plain && here => Ok(url),
        _ => Err(format!("`{}` is no https address, and secrets would go there", short(address))),
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn places(places: Vec<Url>) -> Vec<String> {
        places.into_iter().map(String::from).collect()
    }

    #[test]
    fn descriptions_are_looked_for_in_the_order_of_the_protocol() {
        let server = url("https://crm.example/public/mcp?x=1");
        let named =
            |address: &str| Challenge { resource_metadata: Some(address.to_owned()), ..Challenge::default() };
        let usual = [
            "https://crm.example/.well-known/oauth-protected-resource/public/mcp",
            "https://crm.example/.well-known/oauth-protected-resource",
        ];
        assert_eq!(places(resource_places(&server, &Challenge::default())), usual);
        let first = places(resource_places(&server, &named("https://crm.example/custom")));
        assert_eq!(first, ["https://crm.example/custom", usual[0], usual[1]]);
        // Whom a stranger names is not asked because they name it.
        assert_eq!(places(resource_places(&server, &named("https://169.254.169.254/x"))), usual);
        assert_eq!(
            places(server_places(&url("https://login.example/tenant"))),
            [
                "https://login.example/.well-known/oauth-authorization-server/tenant",
                "https://login.example/.well-known/openid-configuration/tenant",
                "https://login.example/tenant/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            places(server_places(&url("https://login.example"))),
            [
                "https://login.example/.well-known/oauth-authorization-server",
                "https://login.example/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn a_description_counts_only_for_whom_it_was_asked() {
        let server = url("https://crm.example/mcp");
        let said = |resource: &str, servers: &[&str]| {
            let document =
                json!({ "resource": resource, "authorization_servers": servers, "scopes_supported": ["a"] });
            Protected::read(document.to_string().as_bytes(), &server)
        };
        let good = said("https://crm.example", &["https://login.example/t"]).unwrap();
        assert_eq!((good.servers, good.scopes), (vec![url("https://login.example/t")], vec!["a".to_owned()]));
        for other in
            ["https://other.example/mcp", "https://crm.example/mc", "https://crm.example/mcp/x", "crm"]
        {
            assert!(said(other, &["https://login.example"]).is_err(), "{other}");
        }
        assert!(said("https://crm.example/mcp", &["http://login.example", "file:///etc"]).is_err());

        let issuer = url("https://login.example/t");
        let document = |issuer: &str, methods: &[&str], token: &str| {
            json!({
                "issuer": issuer, "authorization_endpoint": "https://login.example/authorize",
                "token_endpoint": token, "code_challenge_methods_supported": methods,
            })
            .to_string()
        };
        let read = |text: String| AuthorizationServer::read(text.as_bytes(), &issuer);
        assert!(read(document("https://login.example/t", &["S256"], "https://login.example/token")).is_ok());
        assert!(read(document("https://login.example", &["S256"], "https://login.example/token")).is_err());
        let own = |named: &str| {
            let text = document(named, &["S256"], "https://login.example/token");
            AuthorizationServer::read_own(text.as_bytes(), &url("https://login.example/"))
        };
        assert!(own("https://login.example/oauth").is_ok() && own("https://other.example/").is_err());
        assert!(
            read(document("https://login.example/t", &["plain"], "https://login.example/token")).is_err()
        );
        assert!(read(document("https://login.example/t", &["S256"], "http://login.example/token")).is_err());
    }

    #[test]
    fn a_client_is_known_as_the_server_wants_it() {
        let mut server = AuthorizationServer::by_custom(&url("https://login.example")).unwrap();
        assert_eq!(server.token_url.as_str(), "https://login.example/token");
        let method = |server: &AuthorizationServer| {
            let client = ClientName { redirect: "http://127.0.0.1:9/x", scopes: &[] };
            let said: Value = serde_json::from_slice(&registration(server, client)).unwrap();
            said["token_endpoint_auth_method"].as_str().unwrap().to_owned()
        };
        assert_eq!(method(&server), "none");
        server.client_auths = vec!["client_secret_post".to_owned()];
        assert_eq!(method(&server), "client_secret_post");
        let known = server.registered(201, br#"{"client_id":"a","client_secret":"s3cret"}"#).unwrap();
        assert_eq!((known.client_id.as_str(), known.client_auth), ("a", ClientAuth::Body));
        let basic =
            br#"{"client_id":"a","client_secret":"s","token_endpoint_auth_method":"client_secret_basic"}"#;
        assert_eq!(server.registered(201, basic).unwrap().client_auth, ClientAuth::Basic);
        let none = br#"{"client_id":"a","client_secret":"s","token_endpoint_auth_method":"none"}"#;
        assert!(server.registered(201, none).unwrap().client_secret.is_none());
        assert!(
            server
                .registered(400, br#"{"error":"invalid_redirect_uri"}"#)
                .unwrap_err()
                .contains("invalid_redirect")
        );
        assert!(server.registered(201, b"{}").is_err());
    }
}
