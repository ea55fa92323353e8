//! How a document says that callers are known, and which of that a source can do.

use std::collections::{BTreeMap, BTreeSet};

use domain::secret::SecretName;
use domain::source::{Auth, ClientAuth, KeyPlace};
use url::Url;

use crate::convert::Shared;
use crate::document::{Node, Version};

/// How many schemes of a document, and alternatives of an operation, are looked at.
const MOST: usize = 32;

/// A way of being known that a source can use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// A token as `Authorization: Bearer`.
    Bearer,
    /// A key in a place of its own.
    Key { place: Where, name: String },
    /// A user and a password.
    Basic,
    /// A person who signs in (OAuth 2, authorization code).
    SignIn { authorize_url: String, token_url: String, scopes: Vec<String> },
    /// A client that asks for tokens itself (OAuth 2, client credentials).
    Client { token_url: String, scopes: Vec<String> },
    /// A token that somebody got otherwise, as `note` says.
    Token { note: String },
    /// A certificate that is shown to TLS.
    Certificate,
}

impl Way {
    /// What a source writes for it; `secret` and what else only its user knows are placeholders.
    pub(crate) fn auth(&self, secret: SecretName) -> Auth {
        let client_id = CLIENT_ID.to_owned();
        match self.clone() {
            Self::Bearer | Self::Token { .. } => Auth::Bearer { secret },
            Self::Basic => Auth::Basic { user: "user".to_owned(), secret },
            Self::Key { place, name } => Auth::ApiKey { secret, place: place.into(), name },
            Self::SignIn { authorize_url, token_url, scopes } => Auth::OAuth2Code {
                secret,
                client_id,
                client_secret: None,
                authorize_url,
                token_url,
                scopes,
                audience: None,
                resource: None,
                client_auth: ClientAuth::Basic,
            },
            Self::Client { token_url, scopes } => Auth::OAuth2Client {
                secret,
                client_id,
                token_url,
                scopes,
                audience: None,
                client_auth: ClientAuth::Basic,
            },
            Self::Certificate => Auth::None,
        }
    }

    /// What its user must know.
    pub(crate) fn note(&self) -> Option<String> {
        match self {
            Self::Bearer | Self::Basic | Self::Key { .. } => None,
            Self::SignIn { .. } => Some(
                "register Tieout with the API, write the client's id, and sign in when the source is saved"
                    .to_owned(),
            ),
            Self::Client { .. } => {
                Some("write the id that the API gave your client; the secret is the client's".to_owned())
            }
            Self::Token { note } => Some(note.clone()),
            Self::Certificate => Some(
                "it knows callers by a certificate: name that in the source's file, with tls = { client_cert = …, \
                 client_key_secret = … }"
                    .to_owned(),
            ),
        }
    }
}

/// Stands for a client's id, which no document knows.
pub(crate) const CLIENT_ID: &str = "client-id";

/// [`KeyPlace`], with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Where {
    Header,
    Query,
    Cookie,
}

impl From<Where> for KeyPlace {
    fn from(place: Where) -> Self {
        match place {
            Where::Header => Self::Header,
            Where::Query => Self::Query,
            Where::Cookie => Self::Cookie,
        }
    }
}

/// A document's schemes by name: the ways of each, or why there is none.
pub(crate) struct Schemes {
    pub(crate) by_name: BTreeMap<String, Result<Vec<Way>, String>>,
}

impl Schemes {
    /// Those of a document that lies at that address, if it is known: what it names may be relative to it.
    pub(crate) fn of(shared: &Shared<'_>, root: Node<'_>, address: Option<&Url>) -> Self {
        let (holder, member) = match shared.version {
            Version::V2 => (Some(root), "securityDefinitions"),
            Version::V30 | Version::V31 => (root.get("components"), "securitySchemes"),
        };
        let members = holder.into_iter().flat_map(|holder| holder.members(member)).take(MOST);
        let ways = |node| shared.documents.follow(node).and_then(|scheme| ways(scheme, address));
        Self { by_name: members.map(|(name, node)| (name.to_owned(), ways(node))).collect() }
    }

    /// Whether a parameter is where one of the keys goes: the source adds it, so it is no argument.
    pub(crate) fn is_key(&self, place: Where, name: &str) -> bool {
        self.by_name.values().flatten().flatten().any(|way| match way {
            Way::Key { place: at, name: key } if *at == place => match place {
                Where::Header => key.eq_ignore_ascii_case(name),
                Where::Query | Where::Cookie => key == name,
            },
            _ => false,
        })
    }

    /// What an operation's callers must show: any one of these sets of schemes. Empty if nothing.
    pub(crate) fn required(&self, root: Node<'_>, operation: Node<'_>) -> Vec<BTreeSet<String>> {
        let holder = if operation.value.get("security").is_some() { operation } else { root };
        let sets = holder.items("security").filter_map(|set| set.value.as_object()).take(MOST);
        let sets: Vec<BTreeSet<String>> = sets.map(|set| set.keys().take(MOST).cloned().collect()).collect();
        if sets.iter().any(BTreeSet::is_empty) { Vec::new() } else { sets }
    }

    /// Why a source can't be known to an operation with that requirement; `None` if it can.
    pub(crate) fn obstacle(&self, required: &[BTreeSet<String>]) -> Option<String> {
        let usable = |set: &BTreeSet<String>| {
            let mut names = set.iter();
            match (names.next().and_then(|name| self.by_name.get(name)), names.next()) {
                (Some(Ok(ways)), None) => Ok(ways.contains(&Way::Certificate)),
                (Some(Err(why)), None) => Err(why.clone()),
                (None, _) => Err("a scheme that the document does not describe".to_owned()),
                (Some(_), Some(_)) => {
                    Err(format!("{} together", set.iter().cloned().collect::<Vec<_>>().join(" and ")))
                }
            }
        };
        let mut whys = BTreeSet::new();
        let mut by_certificate = false;
        for set in required {
            match usable(set) {
                Ok(false) => return None,
                Ok(true) => by_certificate = true,
                Err(why) => drop(whys.insert(why)),
            }
        }
        if by_certificate {
            return Some(
                "it asks for a certificate (mutual TLS): name one in the source's file, under `tls`"
                    .to_owned(),
            );
        }
        let whys: Vec<_> = whys.into_iter().collect();
        (!whys.is_empty()).then(|| format!("it asks for {}, which is not in this version", whys.join(" or ")))
    }
}

fn ways(scheme: Node<'_>, address: Option<&Url>) -> Result<Vec<Way>, String> {
    let kind = scheme.text("type").unwrap_or_default();
    match kind {
        "oauth2" => return Ok(flows(scheme, address)),
        "openIdConnect" => return Ok(vec![discovered(scheme, address)]),
        _ => {}
    }
    let way = match kind {
        "basic" => Ok(Way::Basic),
        "apiKey" => {
            let place = match scheme.text("in") {
                Some("header") => Where::Header,
                Some("query") => Where::Query,
                Some("cookie") => Where::Cookie,
                _ => return Err("a key without a place".to_owned()),
            };
            let name = scheme.text("name").filter(|name| is_sendable(place, name));
            name.map(|name| Way::Key { place, name: name.to_owned() })
                .ok_or_else(|| "a key whose name can't be sent".to_owned())
        }
        "http" => match scheme.text("scheme").unwrap_or_default().to_ascii_lowercase().as_str() {
            "bearer" => Ok(Way::Bearer),
            "basic" => Ok(Way::Basic),
            other => Err(format!("the HTTP scheme `{}`", other.chars().take(40).collect::<String>())),
        },
        "mutualTLS" => Ok(Way::Certificate),
        other => Err(format!("the security type `{}`", other.chars().take(40).collect::<String>())),
    };
    way.map(|way| vec![way])
}

/// The flows of OAuth 2 that a source can go, a person's first; else a token that somebody has.
fn flows(scheme: Node<'_>, address: Option<&Url>) -> Vec<Way> {
    // Version 2 has one flow, in the scheme itself.
    let flow = |names: [&str; 2]| {
        let of_3 = || names.iter().find_map(|name| scheme.get("flows")?.get(name));
        let of_2 =
            || Some(scheme).filter(|scheme| scheme.text("flow").is_some_and(|flow| names.contains(&flow)));
        of_3().or_else(of_2)
    };
    let scopes = |flow: Node<'_>| {
        let scopes = flow.members("scopes").map(|(scope, _)| scope);
        let good = |scope: &&str| !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        scopes.filter(good).take(MOST).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    if let Some(flow) = flow(["authorizationCode", "accessCode"])
        && let Some(authorize_url) = secure(flow.text("authorizationUrl"), address)
        && let Some(token_url) = secure(flow.text("tokenUrl"), address)
    {
        found.push(Way::SignIn { authorize_url, token_url, scopes: scopes(flow) });
    }
    if let Some(flow) = flow(["clientCredentials", "application"])
        && let Some(token_url) = secure(flow.text("tokenUrl"), address)
    {
        found.push(Way::Client { token_url, scopes: scopes(flow) });
    }
    if found.is_empty() {
        let note = "none of its flows of OAuth 2 is gone here: store a token that you have as the secret";
        found.push(Way::Token { note: note.to_owned() });
    }
    found
}

/// OpenID Connect: where its flows are is said at an address, which nobody has asked.
fn discovered(scheme: Node<'_>, address: Option<&Url>) -> Way {
    let said = secure(scheme.text("openIdConnectUrl"), address);
    let at = said.map(|url| format!(" (its addresses are at {url})")).unwrap_or_default();
    Way::Token {
        note: format!("store a token that you have as the secret, or write the `auth` of a sign-in{at}"),
    }
}

/// An address to which secrets may go.
fn secure(url: Option<&str>, address: Option<&Url>) -> Option<String> {
    let url = match address {
        Some(address) => address.join(url?),
        None => Url::parse(url?),
    };
    let url = url.ok().filter(|url| url.scheme() == "https" && url.has_host() && url.fragment().is_none())?;
    (url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

/// Whether a key can go under that name: a token of HTTP (RFC 9110 §5.6.2) in a header or cookie.
fn is_sendable(place: Where, name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match place {
        Where::Header | Where::Cookie => !name.is_empty() && name.bytes().all(token),
        Where::Query => !name.is_empty() && !name.chars().any(char::is_control),
    }
}
