//! What no argument may set.

use std::collections::BTreeMap;

use domain::request::{Parameter, Place, RequestShape, is_header_of_ours};
use domain::source::{Auth, KeyPlace, SourceSpec};

use crate::mistake::Wrong;

/// What every request of a source carries already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) auth: Option<&'a Auth>,
    pub(crate) headers: Option<&'a BTreeMap<String, String>>,
    pub(crate) idempotency_header: Option<&'a str>,
}

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
                let signed = match self.auth {
                    Some(Auth::Hmac { recipe, .. }) => recipe.headers.keys().any(|header| is(header)),
                    Some(Auth::AwsSigV4 { .. }) => is("x-amz-date") || is("x-amz-security-token"),
                    _ => false,
                };
                if signed || key(KeyPlace::Header).is_some_and(is) {
                    return keys();
                }
                if is_header_of_ours(name) {
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
