//! Keys that stand in a saved request, taken out of it.

use domain::secret::Secret;

use crate::login::{KeyIn, Login, basic, key, looks_secret};
use crate::request::{Pair, Request};

/// Takes every secret out of a request's query and headers. The first is how it says who asks, if nothing said so
/// before; of the others a note says that they were left out, since a source has one key.
pub(crate) fn take_out(request: &mut Request) {
    let mut found: Vec<Login> = Vec::new();
    request.headers.retain(|pair| match of_header(pair) {
        Some(logins) => {
            found.extend(logins);
            false
        }
        None => true,
    });
    request.query.retain(|pair| {
        let secret = looks_secret(&pair.name);
        if secret {
            let (name, key) = (pair.name.clone(), Secret::new(pair.value.clone()));
            found.push(Login::Key { place: KeyIn::Query, name, key });
        }
        !secret
    });
    let mut found = found.into_iter();
    if request.login.is_none() {
        request.login = found.next();
    }
    for other in found {
        let scheme = other.scheme();
        if request.login.as_ref().is_none_or(|login| login.scheme() != scheme) {
            request
                .notes
                .push(format!("`{scheme}` looks like a second key and was left out: a source has one"));
        }
    }
}

/// The keys in a header; `None` if it is no header of keys.
fn of_header(pair: &Pair) -> Option<Vec<Login>> {
    let value = pair.value.trim();
    match pair.name.to_ascii_lowercase().as_str() {
        "authorization" => {
            let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
            Some(vec![match scheme.to_ascii_lowercase().as_str() {
                "bearer" => Login::Bearer(Secret::new(rest.trim())),
                "basic" => basic(rest.trim()),
                // Whatever else it says goes into the header as it stands.
                _ => key(KeyIn::Header, &pair.name, value),
            }])
        }
        "cookie" => {
            let cookies = value.split(';').filter_map(|cookie| cookie.trim().split_once('='));
            Some(cookies.map(|(name, value)| key(KeyIn::Cookie, name, value)).collect())
        }
        "proxy-authorization" => Some(Vec::new()),
        name if looks_secret(name) => Some(vec![key(KeyIn::Header, &pair.name, value)]),
        _ => None,
    }
}
