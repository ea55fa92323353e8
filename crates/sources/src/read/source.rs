//! The top of the file: who the source is, and how it is asked.

use std::collections::{BTreeMap, BTreeSet};

use domain::label::Label;
use domain::source::{Auth, SourceKind, SourceSpec};
use domain::tool::{BUILT_IN, SourceName};

use super::address::base_url;
use super::auth::auth;
use super::label::label;
use super::limits::{idempotency_header, limits};
use super::section::Section;
use super::server::{mcp_tool, server};
use super::tls::tls;
use super::tool::tool;
use crate::headers;
use crate::mistake::Wrong;
use crate::taken::Taken;

const KEYS: [&str; 11] = [
    "name",
    "kind",
    "base_url",
    "private_network",
    "label",
    "auth",
    "tls",
    "limits",
    "headers",
    "idempotency_header",
    "tool",
];
const MCP_KEYS: [&str; 9] =
    ["name", "kind", "server", "private_network", "label", "auth", "tls", "limits", "tool"];
const NOT_YET: &str = "not in this version";

/// The source; `None` only if a mistake was named.
pub(super) fn source(section: &Section<'_>) -> Option<SourceSpec> {
    let name = name(section);
    let kind = kind(section);
    if kind == Some(SourceKind::Mcp) {
        return mcp(section, name);
    }
    section.only(&KEYS);
    let base_url = section
        .needed("base_url", "\"https://crm.example.com/api\"")
        .and_then(|text| section.accepted("base_url", text, base_url));
    let label = label(section, &Label::unlabelled());
    let auth = auth(section);
    let tls = tls(section);
    let private_network = private_network(section);
    let limits = limits(section);
    let headers = headers(section);
    let idempotency_header = idempotency_header(section, headers.as_ref(), auth.as_ref());
    // Every tool is read, whatever is wrong above it, so that all mistakes are named at once.
    let known = label.clone().unwrap_or(Label::PUBLIC);
    let sections = section.sections("tool");
    let mut names = BTreeSet::new();
    let mut tools = Vec::new();
    for section in &sections {
        let taken = Taken {
            auth: auth.as_ref(),
            headers: headers.as_ref(),
            idempotency_header: idempotency_header.as_ref().and_then(Option::as_deref),
        };
        let Some(tool) = tool(section, &known, taken) else { continue };
        if !names.insert(tool.name.clone()) {
            section.wrong(
                "name",
                Wrong::new("another tool of this file has that name", "give each tool its own"),
            );
        }
        tools.push(tool);
    }
    Some(SourceSpec {
        name: name?,
        kind: kind?,
        base_url: base_url?,
        label: label?,
        auth: auth?,
        tls: tls?,
        private_network: private_network?,
        limits: limits?,
        headers: headers?,
        idempotency_header: idempotency_header?,
        tools: (tools.len() == sections.len()).then_some(tools)?,
        mcp: None,
    })
}

/// The same of an MCP server, whose tools say themselves what they are.
fn mcp(section: &Section<'_>, name: Option<SourceName>) -> Option<SourceSpec> {
    section.only(&MCP_KEYS);
    let label = label(section, &Label::unlabelled());
    let (base_url, server) = match section.value("server") {
        Some(_) => section.section("server", SERVER).and_then(|section| server(&section)).unzip(),
        None => {
            section.missing("server", SERVER);
            (None, None)
        }
    };
    let auth = auth(section);
    if matches!(auth, Some(Auth::AwsSigV4 { .. } | Auth::Hmac { .. })) {
        let problem = "signs single requests, and an MCP server has a session";
        section
            .wrong("auth", Wrong::new(problem, "write bearer, api_key, basic, oauth2_client or oauth2_code"));
        return None;
    }
    let tls = tls(section);
    let private_network = private_network(section);
    let limits = limits(section);
    let known = label.clone().unwrap_or(Label::PUBLIC);
    let sections = section.sections("tool");
    let tools: Vec<_> = sections.iter().filter_map(|section| mcp_tool(section, &known)).collect();
    let mut names = BTreeSet::new();
    if let Some(twice) = tools.iter().position(|tool| !names.insert(&tool.name)) {
        let wrong = Wrong::new("another tool of this file has that name", "give each tool its own");
        sections.get(twice)?.wrong("name", wrong);
        return None;
    }
    Some(SourceSpec {
        name: name?,
        kind: SourceKind::Mcp,
        base_url: base_url?,
        private_network: private_network?,
        label: label?,
        auth: auth?,
        tls: tls?,
        limits: limits?,
        headers: BTreeMap::new(),
        idempotency_header: None,
        tools: (tools.len() == sections.len()).then_some(tools)?,
        mcp: Some(server?),
    })
}

const SERVER: &str = "{ command = [\"mcp-server-time\"] }";

fn private_network(section: &Section<'_>) -> Option<bool> {
    match section.value("private_network") {
        Some(_) => section.flag("private_network"),
        None => Some(false),
    }
}

fn name(section: &Section<'_>) -> Option<SourceName> {
    let name = section.needed_as::<SourceName>("name", "\"crm\"")?;
    if name.as_str() == BUILT_IN {
        section.wrong("name", Wrong::new("is the name of Tieout's own tools", "give the source another"));
        return None;
    }
    Some(name)
}

fn kind(section: &Section<'_>) -> Option<SourceKind> {
    match section.needed("kind", "\"http\"")? {
        "openapi" => {
            section.wrong("kind", Wrong::new(NOT_YET, "write kind = \"http\" and name each tool"));
            None
        }
        text => section.word("kind", text, &[("http", SourceKind::Http), ("mcp", SourceKind::Mcp)]),
    }
}

fn headers(section: &Section<'_>) -> Option<BTreeMap<String, String>> {
    if section.value("headers").is_none() {
        return Some(BTreeMap::new());
    }
    let section = section.section("headers", "headers = { \"X-Team\" = \"research\" }")?;
    let mut headers = BTreeMap::new();
    let mut good = true;
    for name in section.keys() {
        let Some(value) = section.text(name) else {
            good = false;
            continue;
        };
        match headers::check(name, value) {
            Ok(()) => drop(headers.insert(name.to_owned(), value.to_owned())),
            Err(wrong) => {
                section.wrong_hidden(name, wrong);
                good = false;
            }
        }
    }
    good.then_some(headers)
}
