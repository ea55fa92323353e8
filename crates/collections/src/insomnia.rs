//! Exports of Insomnia: version 4, a flat list of resources, and version 5, a tree.

use std::collections::BTreeMap;

use domain::secret::Secret;
use serde_json::Value;

use crate::document::{Left, Told, told};
use crate::login::{KeyIn, Login};
use crate::request::{Body, Pair, Request, flag, items, text};
use crate::variables::Variables;

/// How deep folders lie in one another.
const DEEPEST: usize = 32;

/// Whether a value looks like an export.
pub fn is_insomnia(value: &Value) -> bool {
    (text(value, "_type") == "export" && value.get("resources").is_some())
        || text(value, "type").starts_with("collection.insomnia.rest/")
}

/// An export as a document.
///
/// # Errors
/// If it is none, in words that say what to give instead.
pub fn insomnia(value: &Value) -> Result<Told, String> {
    if !is_insomnia(value) {
        return Err("this is no export of Insomnia: export a collection in version 4 or 5".to_owned());
    }
    let mut reading = Reading::default();
    let title = if value.get("resources").is_some() { reading.flat(value) } else { reading.tree(value) };
    Ok(told(&title, &reading.variables, reading.requests, reading.left))
}

#[derive(Default)]
struct Reading {
    variables: Variables,
    requests: Vec<Request>,
    left: Vec<Left>,
}

impl Reading {
    /// Version 4. Each resource names the one it lies in.
    fn flat(&mut self, value: &Value) -> String {
        let all = items(value, "resources");
        let by_id: BTreeMap<String, &Value> = all.iter().map(|one| (text(one, "_id"), one)).collect();
        let of = |kind: &'static str| all.iter().filter(move |one| text(one, "_type") == kind);
        for environment in of("environment") {
            self.environment(environment.get("data"));
        }
        for group in of("request_group") {
            self.environment(group.get("environment"));
        }
        for request in of("request") {
            let mut names = Vec::new();
            let mut login = None;
            let mut around = text(request, "parentId");
            for _ in 0..DEEPEST {
                let Some(group) = by_id.get(&around).filter(|one| text(one, "_type") == "request_group")
                else {
                    break;
                };
                names.push(text(group, "name"));
                login = login.or_else(|| said(group));
                around = text(group, "parentId");
            }
            names.reverse();
            self.request(request, names.join("/"), login);
        }
        for kind in ["grpc_request", "websocket_request", "socketio_request"] {
            for one in of(kind) {
                self.other(one, kind);
            }
        }
        of("workspace").next().map(|workspace| text(workspace, "name")).unwrap_or_default()
    }

    /// Version 5.
    fn tree(&mut self, value: &Value) -> String {
        if let Some(environments) = value.get("environments") {
            self.environment(environments.get("data"));
        }
        self.children(items(value, "collection"), "", None, 0);
        text(value, "name")
    }

    fn children(&mut self, list: &[Value], folder: &str, login: Option<&Option<Login>>, depth: usize) {
        for item in list {
            let name = text(item, "name");
            if item.get("url").is_some() && item.get("method").is_some() {
                self.request(item, folder.to_owned(), login.cloned());
            } else if item.get("children").is_some() && depth < DEEPEST {
                self.environment(item.get("environment"));
                let own = said(item);
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                self.children(items(item, "children"), &path, own.as_ref().or(login), depth + 1);
            } else {
                self.other(item, "such an item");
            }
        }
    }

    fn environment(&mut self, values: Option<&Value>) {
        for (name, value) in values.and_then(Value::as_object).into_iter().flatten() {
            match value {
                Value::String(text) => self.variables.set(name, text),
                Value::Number(number) => self.variables.set(name, &number.to_string()),
                _ => {}
            }
        }
    }

    fn other(&mut self, item: &Value, kind: &str) {
        let reason = format!("{} is no HTTP request", kind.replace('_', " "));
        self.left.push(Left { request: text(item, "name"), reason });
    }

    fn request(&mut self, value: &Value, folder: String, around: Option<Option<Login>>) {
        let method = Some(text(value, "method")).filter(|method| !method.is_empty());
        let mut request = Request {
            name: text(value, "name"),
            words: text(value, "description"),
            folder,
            method: method.unwrap_or_else(|| "GET".to_owned()),
            url: text(value, "url"),
            colons: true,
            path: pairs(items(value, "pathParameters")),
            query: pairs(items(value, "parameters")),
            headers: pairs(items(value, "headers")),
            body: value.get("body").map(body).unwrap_or_default(),
            ..Request::default()
        };
        if request.words.is_empty() {
            request.words = value.get("meta").map(|meta| text(meta, "description")).unwrap_or_default();
        }
        request.login = said(value).or(around).flatten();
        self.requests.push(request);
    }
}

fn pairs(list: &[Value]) -> Vec<Pair> {
    list.iter()
        .map(|pair| Pair {
            name: text(pair, "name"),
            value: if flag(pair, "disabled") { String::new() } else { text(pair, "value") },
            words: text(pair, "description"),
            file: text(pair, "type") == "file",
        })
        .collect()
}

fn body(value: &Value) -> Body {
    let media = text(value, "mimeType");
    let essence = media.split(';').next().unwrap_or_default().trim().to_owned();
    let whole = text(value, "text");
    match essence.as_str() {
        "application/x-www-form-urlencoded" => Body::Urlencoded(pairs(items(value, "params"))),
        "multipart/form-data" => Body::Multipart(pairs(items(value, "params"))),
        "application/octet-stream" => Body::File { media: Some(media) },
        "application/graphql" => {
            let graph: Value = serde_json::from_str(&whole).unwrap_or_default();
            let variables = graph.get("variables").map(Value::to_string).unwrap_or_default();
            Body::GraphQl { query: text(&graph, "query"), variables }
        }
        _ if whole.trim().is_empty() => Body::None,
        _ => Body::Text { media: Some(media).filter(|media| !media.is_empty()), text: whole },
    }
}

/// What an item says of who asks: nothing, nobody, or a login.
fn said(value: &Value) -> Option<Option<Login>> {
    let auth = value.get("authentication")?;
    if flag(auth, "disabled") {
        return Some(None);
    }
    let token = |text: String| Some(Some(Login::Bearer(Secret::new(text))));
    match text(auth, "type").as_str() {
        "bearer" => token(text(auth, "token")),
        "oauth2" => token(text(auth, "accessToken")),
        "basic" => {
            let password = Secret::new(text(auth, "password"));
            Some(Some(Login::Basic { user: text(auth, "username"), password }))
        }
        "apikey" => {
            let place = match text(auth, "addTo").as_str() {
                "queryParams" => KeyIn::Query,
                "cookie" => KeyIn::Cookie,
                _ => KeyIn::Header,
            };
            Some(Some(Login::Key { place, name: text(auth, "key"), key: Secret::new(text(auth, "value")) }))
        }
        "none" => Some(None),
        _ => None,
    }
}
