//! All requests as one document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::keys::take_out;
use crate::login::{Login, looks_secret};
use crate::operation::{is_common, operation};
use crate::place::place;
use crate::request::{Pair, Request};
use crate::variables::Variables;

/// The most requests that are read of one text.
const MOST: usize = 20_000;
/// The shortest secret that is looked for in what is left; a shorter one stands in every other word.
const SHORTEST_SECRET: usize = 6;

/// What saved requests became.
#[derive(Clone, Debug)]
pub struct Told {
    /// A document of OpenAPI 3.1, without any secret that was found.
    pub document: Value,
    /// Requests that are no operations.
    pub left: Vec<Left>,
    /// What was left out of requests or is of all of them.
    pub notes: Vec<String>,
    /// Headers that every request has, none of them a secret.
    pub headers: BTreeMap<String, String>,
    /// The key by which most requests are known, if it stood in the text.
    pub login: Option<Login>,
}

/// A request that is no operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What it is called, or its method and address without a query.
    pub request: String,
    /// Why.
    pub reason: String,
}

/// The document of these requests.
pub(crate) fn told(title: &str, variables: &Variables, requests: Vec<Request>, mut left: Vec<Left>) -> Told {
    let mut notes = Vec::new();
    let mut placed = Vec::new();
    for (index, mut request) in requests.into_iter().enumerate() {
        let called = match request.name.is_empty() {
            true => request.method.to_ascii_uppercase(),
            false => request.name.clone(),
        };
        if index >= MOST {
            left.push(Left { request: called, reason: format!("only {MOST} requests are read of one text") });
            continue;
        }
        match place(&mut request, variables) {
            Ok(at) => {
                take_out(&mut request);
                request.login = request.login.take().map(|login| login.map(|text| variables.filled(text)));
                for note in &request.notes {
                    let note = format!("{called}: {note}");
                    if !notes.contains(&note) && notes.len() < 50 {
                        notes.push(note);
                    }
                }
                placed.push((request, at));
            }
            Err(reason) => left.push(Left { request: called, reason }),
        }
    }
    let (requests, places): (Vec<Request>, Vec<_>) = placed.into_iter().unzip();
    let scheme = commonest(requests.iter().filter_map(|request| Some(request.login.as_ref()?.scheme())));
    let others = requests
        .iter()
        .filter_map(|request| request.login.as_ref())
        .any(|login| Some(login.scheme()) != scheme);
    if others {
        notes.push(
            "not all requests say in the same way who asks; a source has one way, that of most".to_owned(),
        );
    }
    let logins = || requests.iter().filter_map(|request| request.login.as_ref());
    let login = logins().find(|login| Some(login.scheme()) == scheme && is_known(login)).cloned();
    let origin = commonest(places.iter().filter_map(|place| place.origin.clone()));
    let headers = common_headers(&requests, variables);
    let mut paths: Map<String, Value> = Map::new();
    for (request, place) in requests.iter().zip(&places) {
        let mut fields = operation(request, place, variables, &headers);
        if let Some(own) = place.origin.as_ref().filter(|own| origin.as_ref() != Some(own)) {
            fields.insert("servers".to_owned(), json!([{ "url": own }]));
        }
        insert(&mut paths, &place.path, &request.method.to_ascii_lowercase(), fields.into());
    }
    let mut schemes = Map::new();
    for login in logins() {
        schemes.insert(login.scheme(), scheme_of(login));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": "1" },
        "servers": origin.map(|origin| json!({ "url": origin })).into_iter().collect::<Vec<_>>(),
        "paths": paths,
        "components": { "securitySchemes": schemes },
    });
    for secret in
        logins().map(|login| login.secret().expose()).filter(|secret| secret.len() >= SHORTEST_SECRET)
    {
        scrub(&mut document, secret);
    }
    let headers = headers.into_iter().map(|pair| (pair.name, variables.filled(&pair.value))).collect();
    Told { document, left, notes, headers, login }
}

/// Whether the key stood there, and not a variable that nothing is said of.
fn is_known(login: &Login) -> bool {
    let secret = login.secret();
    !secret.is_empty() && !crate::variables::is_open(secret.expose())
}

/// Requests of one method and path are numbered: a fragment is never sent, so it tells them apart.
fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let taken = |paths: &Map<String, Value>, path: &str| {
        paths.get(path).is_some_and(|item| item.get(method).is_some())
    };
    let mut key = path.to_owned();
    let mut number = 1;
    while taken(paths, &key) {
        number += 1;
        key = format!("{path}#{number}");
    }
    const KNOWN: [&str; 8] = ["get", "head", "options", "post", "put", "patch", "delete", "trace"];
    let item = paths.entry(key).or_insert_with(|| json!({}));
    match KNOWN.contains(&method) {
        true => item[method] = operation,
        // A method of the API's own is named as such, with the reason why it is no tool.
        false => item["additionalOperations"][method] = operation,
    }
}

fn commonest(names: impl Iterator<Item = String>) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    // Of as many, the first by name: the same text makes the same source.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(name, _)| name)
}

fn common_headers(requests: &[Request], variables: &Variables) -> Vec<Pair> {
    let Some((first, rest)) = requests.split_first() else { return Vec::new() };
    let known = |pair: &&Pair| !crate::variables::is_open(&variables.filled(&pair.value));
    let secret = |pair: &&Pair| !looks_secret(&pair.name);
    first.headers.iter().filter(|pair| is_common(pair, rest)).filter(known).filter(secret).cloned().collect()
}

fn scheme_of(login: &Login) -> Value {
    match login {
        Login::Bearer(_) => json!({ "type": "http", "scheme": "bearer" }),
        Login::Basic { .. } => json!({ "type": "http", "scheme": "basic" }),
        Login::Key { place, name, .. } => json!({ "type": "apiKey", "in": place.word(), "name": name }),
    }
}

/// Takes a secret out of every text that holds it, a name of a member too.
fn scrub(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) if text.contains(secret) => *text = text.replace(secret, "…"),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub(item, secret)),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains(secret)) {
                let taken = std::mem::take(fields);
                fields.extend(taken.into_iter().map(|(name, value)| (name.replace(secret, "…"), value)));
            }
            fields.values_mut().for_each(|value| scrub(value, secret));
        }
        _ => {}
    }
}
