//! From a document's text to all of its operations.

use std::collections::{BTreeMap, BTreeSet};

use domain::effect::{Effect, Method};
use domain::secret::SecretName;
use serde_json::Value;
use url::Url;

use crate::convert::Shared;
use crate::definitions::Definitions;
use crate::document::{Documents, Node, Version, version};
use crate::imported::{Imported, Made, Offer, Operation, Skipped};
use crate::name::{ToolNames, source_name};
use crate::operation::{Found, tool};
use crate::parameter::{In, declared};
use crate::read::read;
use crate::refused::Refused;
use crate::security::{Schemes, Way};
use crate::server::{absolute, servers};
use crate::words::cut;

/// The header by which a write is known again (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY: &str = "Idempotency-Key";

/// The methods that a path can have, in the order in which they are told.
const METHODS: [(&str, Option<Method>); 9] = [
    ("get", Some(Method::Get)),
    ("head", Some(Method::Head)),
    ("options", Some(Method::Options)),
    ("post", Some(Method::Post)),
    ("put", Some(Method::Put)),
    ("patch", Some(Method::Patch)),
    ("delete", Some(Method::Delete)),
    ("trace", None),
    ("query", None),
];

/// What is known of a document beside its text.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its own address, to which servers and references are relative.
    pub address: Option<String>,
    /// Where the API is served, if not where the document says.
    pub server: Option<String>,
    /// Documents that it may refer to, by their addresses, whole or relative to it. No other is looked at.
    pub documents: BTreeMap<String, Vec<u8>>,
}

/// Reads a document. Each operation becomes a tool or a reason, whatever is wrong with the others.
///
/// # Errors
/// If the text is too large, is neither JSON nor YAML, or is no document of OpenAPI; if an option can't be used.
pub fn import(text: &[u8], options: &Options) -> Result<Imported, Refused> {
    import_value(&read(text)?, text.len(), options)
}

/// Reads a document that is a value already, whose text had about that many bytes: what comes out is bounded by them.
///
/// # Errors
/// As [`import`].
pub fn import_value(main: &Value, length: usize, options: &Options) -> Result<Imported, Refused> {
    let version = version(main)?;
    let has_paths = main.get("paths").is_some_and(Value::is_object);
    if !has_paths && (version < Version::V31 || main.get("paths").is_some_and(|paths| !paths.is_null())) {
        let fix = "give the document that holds the operations: `paths` maps each path to its methods";
        return Err(Refused::new("paths", "", "is missing or no mapping", fix));
    }
    let others: BTreeMap<&str, Value> = options
        .documents
        .iter()
        .map(|(address, text)| Ok((address.as_str(), read(text)?)))
        .collect::<Result<_, Refused>>()?;
    let address = match &options.address {
        Some(text) => Some(Url::parse(text).map_err(|error| {
            Refused::new(
                "address",
                text,
                format!("not an address: {error}"),
                "write it with its scheme and host",
            )
        })?),
        None => None,
    };
    let asked = match &options.server {
        Some(text) => Some(absolute(text, None).ok_or_else(|| {
            let problem = "not an http or https address without credentials";
            Refused::new("--server", text, problem, "write it like https://api.example.com/v1")
        })?),
        None => None,
    };
    let documents =
        Documents::new(address.as_ref(), main, others.iter().map(|(address, value)| (*address, value)));
    let root = Node { value: main, document: 0 };
    let mut walk = Walk {
        schemes: Schemes { by_name: BTreeMap::new() },
        shared: Shared::new(documents, version, length),
        root,
        address: address.clone(),
        asked,
        notes: Vec::new(),
    };
    walk.schemes = Schemes::of(&walk.shared, root, address.as_ref());
    Ok(walk.imported(length))
}

struct Walk<'d> {
    shared: Shared<'d>,
    schemes: Schemes,
    root: Node<'d>,
    address: Option<Url>,
    asked: Option<String>,
    notes: Vec<String>,
}

/// An operation, before it is looked at.
#[derive(Clone, Copy)]
struct Listed<'d> {
    word: &'d str,
    method: Option<Method>,
    path: &'d str,
    item: Node<'d>,
    node: Node<'d>,
}

impl<'d> Walk<'d> {
    fn imported(mut self, length: usize) -> Imported {
        let listed = self.listed();
        let servers = servers(self.root, self.shared.version, self.address.as_ref());
        let server = self.asked.clone().or_else(|| servers.first().cloned());
        let idempotency_header = self.idempotency(&listed);
        let mut definitions = Definitions::new(length, listed.len());
        let mut names = ToolNames::default();
        let mut needs = Vec::new();
        let mut operations = Vec::with_capacity(listed.len());
        for one in listed {
            let operation = format!("{} {}", one.word.to_ascii_uppercase(), one.path);
            let made = self.made(one, &mut definitions, &mut names, server.as_deref(), idempotency_header);
            operations.push(match made {
                Ok((made, required)) => {
                    needs.push(required);
                    Operation::Tool(Box::new(Made { operation, ..made }))
                }
                Err(reason) => Operation::Skipped(Skipped { operation, reason }),
            });
        }
        let title = self.root.get("info").and_then(|info| info.text("title")).unwrap_or_default();
        let title = cut(title, 120);
        self.beside();
        Imported {
            name: source_name(&title),
            title,
            server,
            servers,
            offers: self.offers(&needs),
            needs_key: needs.iter().any(|required| !required.is_empty()),
            idempotency_header: idempotency_header.map(str::to_owned),
            operations,
            notes: self.notes,
            headers: BTreeMap::new(),
            credential: None,
        }
    }

    /// Every operation, by path.
    fn listed(&mut self) -> Vec<Listed<'d>> {
        let mut all = Vec::new();
        for (path, item) in self.root.members("paths") {
            if path.starts_with("x-") {
                continue;
            }
            let own = item;
            // Members beside a reference count too: documents have both.
            let target = self.shared.documents.follow(item);
            let items = match &target {
                Ok(target) if item.value.get("$ref").is_some() => vec![own, *target],
                Ok(_) => vec![own],
                Err(why) => {
                    self.notes.push(format!("the path {} is not read: {why}", cut(path, 100)));
                    vec![own]
                }
            };
            for (word, method) in METHODS {
                let found = items.iter().find_map(|item| Some((*item, item.get(word)?)));
                // `query` is a method from 3.2 on, and some other member before.
                let found =
                    found.filter(|(_, node)| word != "query" || node.value.get("responses").is_some());
                if let Some((item, node)) = found {
                    all.push(Listed { word, method, path, item, node });
                }
            }
            for item in items {
                for (word, node) in item.members("additionalOperations") {
                    all.push(Listed { word, method: None, path, item, node });
                }
            }
        }
        all
    }

    fn made(
        &mut self,
        one: Listed<'d>,
        definitions: &mut Definitions,
        names: &mut ToolNames,
        server: Option<&str>,
        idempotency_header: Option<&'d str>,
    ) -> Result<(Made, Vec<BTreeSet<String>>), String> {
        let Some(method) = one.method else {
            return Err(format!("the method {} is not in this version", one.word.to_ascii_uppercase()));
        };
        let node = self.shared.documents.follow(one.node)?;
        if !node.value.is_object() {
            return Err("it is no mapping".to_owned());
        }
        let prefix = self.prefix(node, one.item, server)?;
        let found =
            Found { method, path: one.path, root: self.root, item: one.item, node, idempotency_header };
        let name = names
            .name(node.text("operationId"), one.word, one.path)
            .ok_or("no name of a tool can be made for it")?;
        let (tool, mut notes) = tool(&mut self.shared, definitions, &self.schemes, found, name, &prefix)?;
        let required = self.schemes.required(self.root, node);
        notes.extend(self.schemes.obstacle(&required));
        let tags = node
            .items("tags")
            .filter_map(|tag| tag.value.as_str())
            .take(16)
            .map(|tag| cut(tag, 100))
            .collect();
        Ok((Made { operation: String::new(), tags, tool, notes }, required))
    }

    /// What goes before an operation's path, if it is served at another address than the source.
    fn prefix(&self, node: Node<'d>, item: Node<'d>, server: Option<&str>) -> Result<String, String> {
        let own = [node, item].into_iter().find(|holder| holder.items("servers").next().is_some());
        let (Some(own), Some(server), None) = (own, server, &self.asked) else { return Ok(String::new()) };
        let all = servers(own, self.shared.version, self.address.as_ref());
        let Some(first) = all.first() else { return Err("its own server is no whole address".to_owned()) };
        let below = all
            .iter()
            .find_map(|own| own.strip_prefix(server).filter(|rest| rest.is_empty() || rest.starts_with('/')));
        below.map(str::to_owned).ok_or_else(|| {
            format!(
                "it is served at {first}, and not with the others; import it from there with --server {first}"
            )
        })
    }

    /// The header by which writes are known again, if each write takes it that could not be sent twice otherwise.
    fn idempotency(&self, listed: &[Listed<'d>]) -> Option<&'d str> {
        let mut known = None;
        for one in listed {
            if one.method.is_none_or(|method| method.default_effect() != Effect::Write) {
                continue;
            }
            let node = self.shared.documents.follow(one.node).ok()?;
            let parameters = declared(&self.shared, one.item, node, &mut Vec::new()).ok()?;
            let header = parameters.iter().find(|parameter| {
                parameter.place == In::Place(domain::request::Place::Header)
                    && parameter.name.eq_ignore_ascii_case(IDEMPOTENCY)
            })?;
            known = Some(header.name);
        }
        known
    }

    /// The ways of being known, that of the most operations first.
    fn offers(&self, needs: &[Vec<BTreeSet<String>>]) -> Vec<Offer> {
        let Ok(secret) = "key".parse::<SecretName>() else { return Vec::new() };
        let mut offers: Vec<(usize, &Way, Offer)> = Vec::new();
        for (scheme, way) in &self.schemes.by_name {
            let Ok(ways) = way else { continue };
            let alone = |set: &BTreeSet<String>| set.len() == 1 && set.contains(scheme);
            let operations = needs.iter().filter(|sets| sets.iter().any(alone)).count();
            for way in ways {
                let (auth, note) = (way.auth(secret.clone()), way.note());
                offers.push((operations, way, Offer { scheme: scheme.clone(), auth, operations, note }));
            }
        }
        offers.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        offers.into_iter().map(|(_, _, offer)| offer).collect()
    }

    /// What the document holds beside its operations, so that nobody looks for it among the tools.
    fn beside(&mut self) {
        let webhooks = self.root.members("webhooks").count();
        if webhooks > 0 {
            self.notes.push(format!("{webhooks} webhooks are calls to you, and no tools"));
        }
    }
}
