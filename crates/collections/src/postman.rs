//! Collections of Postman, formats 2.0 and 2.1.

use domain::secret::Secret;
use serde_json::Value;

use crate::document::{Left, Told, told};
use crate::login::{KeyIn, Login};
use crate::request::{Body, Pair, Request, flag, items, text};
use crate::variables::Variables;

/// How deep folders lie in one another.
const DEEPEST: usize = 32;

/// Whether a value looks like a collection.
pub fn is_postman(value: &Value) -> bool {
    let info = value.get("info");
    let says = info.and_then(|info| info.get("schema")).and_then(Value::as_str);
    says.is_some_and(|schema| schema.contains("collection"))
        || (value.get("item").is_some_and(Value::is_array) && info.is_some())
}

/// A collection as a document.
///
/// # Errors
/// If it is none, in words that say what to give instead.
pub fn postman(value: &Value) -> Result<Told, String> {
    if value.get("requests").is_some_and(Value::is_array) {
        return Err("this is a collection of format 1; export it from Postman in format 2.1".to_owned());
    }
    if !is_postman(value) {
        return Err(
            "this is no collection of Postman: export one in format 2.1, with `info` and `item`".to_owned()
        );
    }
    let mut variables = Variables::default();
    for variable in items(value, "variable").iter().filter(|variable| !flag(variable, "disabled")) {
        let name = Some(text(variable, "key")).filter(|key| !key.is_empty());
        variables.set(&name.unwrap_or_else(|| text(variable, "id")), &text(variable, "value"));
    }
    let mut reading = Reading { requests: Vec::new(), left: Vec::new() };
    let folder = Folder { name: String::new(), login: login(value.get("auth")), depth: 0 };
    reading.items(items(value, "item"), &folder);
    let title = value.get("info").map(|info| text(info, "name")).unwrap_or_default();
    Ok(told(&title, &variables, reading.requests, reading.left))
}

struct Reading {
    requests: Vec<Request>,
    left: Vec<Left>,
}

/// Where items lie, and what they inherit of it.
struct Folder {
    name: String,
    login: Said,
    depth: usize,
}

/// What is said of who asks.
#[derive(Clone)]
enum Said {
    /// Nothing: what is around it says so.
    Nothing,
    /// Nobody in particular.
    Nobody,
    Login(Login),
    /// In a way that a source has not, with its name.
    Other(String),
}

impl Said {
    fn or(self, around: &Self) -> Self {
        if matches!(self, Self::Nothing) { around.clone() } else { self }
    }
}

impl Reading {
    fn items(&mut self, list: &[Value], folder: &Folder) {
        for item in list {
            let name = text(item, "name");
            let said = login(item.get("auth"));
            match item.get("request") {
                Some(request) => self.request(name, request, said, folder),
                None if folder.depth < DEEPEST => {
                    let path = if folder.name.is_empty() { name } else { format!("{}/{name}", folder.name) };
                    let inner = Folder { name: path, login: said.or(&folder.login), depth: folder.depth + 1 };
                    self.items(items(item, "item"), &inner);
                }
                None => {
                    let reason = format!("more than {DEEPEST} folders lie in one another");
                    self.left.push(Left { request: name, reason });
                }
            }
        }
    }

    fn request(&mut self, name: String, value: &Value, said: Said, folder: &Folder) {
        let mut request = Request { name, folder: folder.name.clone(), colons: true, ..Request::default() };
        if let Value::String(url) = value {
            (request.url, request.method) = (url.clone(), "GET".to_owned());
        } else {
            request.method = Some(text(value, "method"))
                .filter(|method| !method.is_empty())
                .unwrap_or_else(|| "GET".to_owned());
            request.words = words(value);
            request.headers = pairs(items(value, "header"));
            request.body = value.get("body").map(body).unwrap_or_default();
            match value.get("url") {
                Some(Value::String(url)) => request.url.clone_from(url),
                Some(url) => {
                    request.url = address(url);
                    request.query = pairs(items(url, "query"));
                    request.path = pairs(items(url, "variable"));
                }
                None => {}
            }
        }
        let own = said.or(&login(value.get("auth")));
        match own.or(&folder.login) {
            Said::Login(login) => request.login = Some(login),
            Said::Other(kind) => {
                request.notes.push(format!("`{kind}` is no way of being known that a source has"))
            }
            Said::Nobody | Said::Nothing => {}
        }
        self.requests.push(request);
    }
}

/// The address without its query, which stands beside it.
fn address(url: &Value) -> String {
    let raw = text(url, "raw");
    if !raw.is_empty() {
        let has_query = !items(url, "query").is_empty();
        return if has_query { raw.split('?').next().unwrap_or_default().to_owned() } else { raw };
    }
    let joined = |name: &str, with: &str| match url.get(name) {
        Some(Value::Array(parts)) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(with),
        _ => text(url, name),
    };
    let (protocol, host, port) = (text(url, "protocol"), joined("host", "."), text(url, "port"));
    let scheme =
        if protocol.is_empty() { String::new() } else { format!("{}://", protocol.trim_end_matches("://")) };
    let port = if port.is_empty() { port } else { format!(":{port}") };
    format!("{scheme}{host}{port}/{}", joined("path", "/").trim_start_matches('/'))
}

fn words(value: &Value) -> String {
    match value.get("description") {
        Some(Value::Object(_)) => {
            value.get("description").map(|words| text(words, "content")).unwrap_or_default()
        }
        _ => text(value, "description"),
    }
}

fn pairs(list: &[Value]) -> Vec<Pair> {
    let used = list.iter().filter(|pair| !flag(pair, "disabled") || !text(pair, "key").is_empty());
    used.map(|pair| Pair {
        name: text(pair, "key"),
        // What is switched off was not sent: it is a parameter all the same, without an example.
        value: if flag(pair, "disabled") { String::new() } else { text(pair, "value") },
        words: words(pair),
        file: text(pair, "type") == "file",
    })
    .collect()
}

fn body(value: &Value) -> Body {
    if flag(value, "disabled") {
        return Body::None;
    }
    match text(value, "mode").as_str() {
        "raw" => {
            let raw = value.get("options").and_then(|options| options.get("raw"));
            let media = match raw.map(|raw| text(raw, "language")).unwrap_or_default().as_str() {
                "json" => Some("application/json"),
                "xml" => Some("application/xml"),
                "html" => Some("text/html"),
                "javascript" => Some("application/javascript"),
                _ => None,
            };
            match text(value, "raw") {
                text if text.trim().is_empty() => Body::None,
                text => Body::Text { media: media.map(str::to_owned), text },
            }
        }
        "urlencoded" => Body::Urlencoded(pairs(items(value, "urlencoded"))),
        "formdata" => Body::Multipart(pairs(items(value, "formdata"))),
        "file" => Body::File { media: None },
        "graphql" => value.get("graphql").map_or(Body::None, |graph| Body::GraphQl {
            query: text(graph, "query"),
            variables: text(graph, "variables"),
        }),
        _ => Body::None,
    }
}

/// 2.1 has lists of keys and values, 2.0 mappings.
fn login(auth: Option<&Value>) -> Said {
    let Some(auth) = auth.filter(|auth| !auth.is_null()) else { return Said::Nothing };
    let kind = text(auth, "type");
    let value = |name: &str| match auth.get(&kind) {
        Some(Value::Array(pairs)) => pairs
            .iter()
            .find(|pair| text(pair, "key") == name)
            .map(|pair| text(pair, "value"))
            .unwrap_or_default(),
        Some(fields) => text(fields, name),
        None => String::new(),
    };
    match kind.as_str() {
        "" | "inherit" => Said::Nothing,
        "noauth" => Said::Nobody,
        "bearer" => Said::Login(Login::Bearer(Secret::new(value("token")))),
        "oauth2" if value("addTokenTo") != "queryParams" => {
            Said::Login(Login::Bearer(Secret::new(value("accessToken"))))
        }
        "basic" => {
            Said::Login(Login::Basic { user: value("username"), password: Secret::new(value("password")) })
        }
        "apikey" => {
            let place = if value("in") == "query" { KeyIn::Query } else { KeyIn::Header };
            Said::Login(Login::Key { place, name: value("key"), key: Secret::new(value("value")) })
        }
        _ => Said::Other(kind),
    }
}
