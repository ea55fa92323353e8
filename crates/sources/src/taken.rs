//! What no argument may set.

use std::collections::BTreeMap;

use domain::request::{Parameter, Place, RequestShape};
use domain::source::{Auth, KeyPlace, SourceSpec};

use crate::mistake::Wrong;

/// What every request of a source carries already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) auth: Option<&'a Auth>,
    pub(crate) headers: Option<&'a BTreeMap<String, String>>,
    pub(crate) idempotency_header: Option<&'a str>,
}

/// Headers that we write, or that say who asks, where or how: an argument that could set one of them would change the
/// request and not only what it asks for. Those that belong to the connection are the door's to refuse.
const OURS: [&str; 18] = [
    "accept",
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "proxy-authorization",
    "proxy-connection",
    "user-agent",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

impl<'a> Taken<'a> {
    pub(crate) fn by(spec: &'a SourceSpec) -> Self {
        Self {
            auth: Some(&spec.auth),
            headers: Some(&spec.headers),
            idempotency_header: spec.idempotency_header.as_deref(),
        }
    }

    /// Whether no parameter of a shape goes where something else stands.
    pub(crate) fn leaves(self, shape: &RequestShape) -> Result<(), Wrong> {
        shape.parameters.iter().try_for_each(|parameter| self.leaves_for(parameter))
    }

    /// Whether a parameter goes where nothing else stands.
    pub(crate) fn leaves_for(self, parameter: &Parameter) -> Result<(), Wrong> {
        let name = parameter.name.as_str();
        let key = |wanted| match self.auth {
            Some(Auth::ApiKey { place, name, .. }) if *place == wanted => Some(name.as_str()),
            _ => None,
        };
        let keys = || {
            let fix = "take the parameter out: the key is added by itself";
            Err(Wrong::new(format!("`{name}` is where the source's key goes"), fix))
        };
        match parameter.place {
            Place::Path => Ok(()),
            Place::Query if key(KeyPlace::Query) == Some(name) => keys(),
            Place::Query => Ok(()),
            Place::Cookie if key(KeyPlace::Cookie) == Some(name) => keys(),
            Place::Cookie if key(KeyPlace::Header).is_some_and(|key| key.eq_ignore_ascii_case("cookie")) => {
                keys()
            }
            Place::Cookie => Ok(()),
            Place::Header => {
                let is = |other: &str| other.eq_ignore_ascii_case(name);
                if key(KeyPlace::Header).is_some_and(is) {
                    return keys();
                }
                if OURS.iter().any(|ours| is(ours)) || name.to_ascii_lowercase().starts_with("x-forwarded-") {
                    let problem = format!("no argument may set the header `{name}`");
                    return Err(Wrong::new(problem, "take the parameter out"));
                }
                let fixed = self.headers.into_iter().flatten().any(|(known, _)| is(known));
                if fixed || self.idempotency_header.is_some_and(is) {
                    let problem = format!("the source sends the header `{name}` by itself");
                    return Err(Wrong::new(problem, "take it out here, or there"));
                }
                Ok(())
            }
        }
    }
}
