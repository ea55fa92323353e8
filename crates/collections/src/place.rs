//! A saved address: where it is served, its path as a template, and what its query says.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;
use url::form_urlencoded::parse;

use crate::example::of_text;
use crate::login::{KeyIn, Login};
use crate::request::{Pair, Request};
use crate::variables::{Part, Variables, is_open, parts};

/// Where a request goes.
pub(crate) struct Place {
    /// Scheme, host and port; none if a variable says so that nothing is said of.
    pub(crate) origin: Option<String>,
    /// The path, its parameters in braces.
    pub(crate) path: String,
    /// The schemas of the path's parameters.
    pub(crate) parameters: BTreeMap<String, Value>,
}

/// Where a request goes; its query is added to what the request has in it, and a user in the address becomes its login.
///
/// # Errors
/// Why it goes nowhere.
pub(crate) fn place(request: &mut Request, variables: &Variables) -> Result<Place, String> {
    let url = from_base(request.url.trim(), variables);
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.to_owned()),
        None if url.starts_with("{{") || url.starts_with('/') => (String::new(), url.clone()),
        None if url.is_empty() => return Err("it has no address".to_owned()),
        None => ("https".to_owned(), url.clone()),
    };
    if !matches!(scheme.as_str(), "http" | "https" | "") {
        return Err("its address is neither http nor https".to_owned());
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, below) = rest.split_at(end);
    let authority = variables.filled(authority);
    let origin = match scheme.is_empty() || is_open(&authority) {
        true => None,
        false => Some(origin(&scheme, &authority, request)?),
    };
    let below = below.split('#').next().unwrap_or_default();
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    let from_url: Vec<Pair> = parse(query.as_bytes()).map(|(name, value)| Pair::new(name, value)).collect();
    for pair in from_url {
        if !request.query.iter().any(|known| known.name == pair.name) {
            request.query.push(pair);
        }
    }
    let (path, parameters) = template(path, request, variables);
    Ok(Place { origin, path, parameters })
}

/// The address with the variable that it begins with, as far as that is known.
fn from_base(url: &str, variables: &Variables) -> String {
    match parts(url).first() {
        Some(Part::Variable(name)) => match (variables.value(name), url.split_once("}}")) {
            (Some(value), Some((_, rest))) => {
                let rest = if value.ends_with('/') { rest.trim_start_matches('/') } else { rest };
                format!("{value}{rest}")
            }
            _ => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// The origin of an address; credentials in it are the request's login.
fn origin(scheme: &str, authority: &str, request: &mut Request) -> Result<String, String> {
    let wrong = || "its address has no host that can be read".to_owned();
    let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| wrong())?;
    if !url.username().is_empty() || url.password().is_some() {
        let plain = |text: &str| {
            parse(format!("x={}", text.replace('+', "%2B")).as_bytes()).next().map(|pair| pair.1.into_owned())
        };
        let user = plain(url.username()).unwrap_or_default();
        let password = plain(url.password().unwrap_or_default()).unwrap_or_default();
        let login = Login::Basic { user, password: domain::secret::Secret::new(password) };
        request.login.get_or_insert(login);
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    Ok(match url.port() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// The path with `{name}` for every `{{name}}`, and for every `:name` where that means one.
fn template(path: &str, request: &Request, variables: &Variables) -> (String, BTreeMap<String, Value>) {
    let mut parameters = BTreeMap::new();
    let mut out = String::new();
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        let named = segment.strip_prefix(':').filter(|name| request.colons && !name.is_empty());
        if let Some(name) = named {
            // `:id.json` is a parameter and an ending.
            let (name, ending) = name.find('.').map_or((name, ""), |at| name.split_at(at));
            let known = request.path.iter().find(|pair| pair.name == name);
            let mut schema = of_text(name, known.map_or("", |pair| &pair.value), variables);
            if let Some(words) = known.map(|pair| &pair.words).filter(|words| !words.is_empty()) {
                schema["description"] = words.as_str().into();
            }
            parameters.insert(name.to_owned(), schema);
            out.push_str(&format!("{{{name}}}{ending}"));
            continue;
        }
        for part in parts(segment) {
            match part {
                Part::Plain(plain) => out.push_str(plain),
                Part::Variable(name) => match variables.value(name) {
                    // What stands for several segments is no argument.
                    Some(value) if value.contains('/') => out.push_str(value.trim_matches('/')),
                    _ => {
                        let plain = |char: char| {
                            if char.is_ascii_alphanumeric() || "_-.".contains(char) { char } else { '_' }
                        };
                        let safe: String = name.chars().map(plain).collect();
                        let value = format!("{{{{{name}}}}}");
                        parameters.insert(safe.clone(), of_text(name, &value, variables));
                        out.push_str(&format!("{{{safe}}}"));
                    }
                },
            }
        }
    }
    if !out.starts_with('/') {
        out.insert(0, '/');
    }
    (out, parameters)
}

/// The cookies, parameters and headers that carry a key have no place among arguments.
pub(crate) fn is_at(place: KeyIn, name: &str, login: Option<&Login>) -> bool {
    matches!(login, Some(Login::Key { place: at, name: key, .. }) if *at == place && key.eq_ignore_ascii_case(name))
}
