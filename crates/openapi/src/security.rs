//! How a document says that callers are known, and which of that a source can do.

use std::collections::{BTreeMap, BTreeSet};

use domain::source::KeyPlace;

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
    /// A token that somebody got by OAuth 2 or OpenID Connect: getting one is not in this version.
    Token,
}

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

/// A document's schemes by name: the way, or why there is none.
pub(crate) struct Schemes {
    pub(crate) by_name: BTreeMap<String, Result<Way, String>>,
}

impl Schemes {
    pub(crate) fn of(shared: &Shared<'_>, root: Node<'_>) -> Self {
        let (holder, member) = match shared.version {
            Version::V2 => (Some(root), "securityDefinitions"),
            Version::V30 | Version::V31 => (root.get("components"), "securitySchemes"),
        };
        let members = holder.into_iter().flat_map(|holder| holder.members(member)).take(MOST);
        let way = |node| shared.documents.follow(node).and_then(way);
        Self { by_name: members.map(|(name, node)| (name.to_owned(), way(node))).collect() }
    }

    /// Whether a parameter is where one of the keys goes: the source adds it, so it is no argument.
    pub(crate) fn is_key(&self, place: Where, name: &str) -> bool {
        self.by_name.values().flatten().any(|way| match way {
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
                (Some(Ok(_)), None) => Ok(()),
                (Some(Err(why)), None) => Err(why.clone()),
                (None, _) => Err("a scheme that the document does not describe".to_owned()),
                (Some(_), Some(_)) => {
                    Err(format!("{} together", set.iter().cloned().collect::<Vec<_>>().join(" and ")))
                }
            }
        };
        let mut whys = BTreeSet::new();
        for set in required {
            match usable(set) {
                Ok(()) => return None,
                Err(why) => whys.insert(why),
            };
        }
        let whys: Vec<_> = whys.into_iter().collect();
        (!whys.is_empty()).then(|| format!("it asks for {}, which is not in this version", whys.join(" or ")))
    }
}

fn way(scheme: Node<'_>) -> Result<Way, String> {
    let kind = scheme.text("type").unwrap_or_default();
    match kind {
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
        "oauth2" | "openIdConnect" => Ok(Way::Token),
        "mutualTLS" => Err("mutual TLS".to_owned()),
        other => Err(format!("the security type `{}`", other.chars().take(40).collect::<String>())),
    }
}

/// Whether a key can go under that name: a token of HTTP (RFC 9110 §5.6.2) in a header or cookie.
fn is_sendable(place: Where, name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match place {
        Where::Header | Where::Cookie => !name.is_empty() && name.bytes().all(token),
        Where::Query => !name.is_empty() && !name.chars().any(char::is_control),
    }
}
