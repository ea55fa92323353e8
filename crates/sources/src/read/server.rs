//! An MCP server: `server`, and its `[[tool]]`.

use std::collections::BTreeMap;

use domain::effect::{Effect, Method};
use domain::json::Json;
use domain::label::Label;
use domain::mcp::{EnvValue, McpServer, McpTool, McpTransport};
use domain::tool::{ToolName, ToolSpec};
use toml::de::DeValue;

use super::address::base_url;
use super::section::Section;
use super::tool::{EFFECTS, input, own_label};
use crate::headers::is_a_key;
use crate::mistake::Wrong;
use crate::template::Template;

const KEYS: [&str; 5] = ["command", "url", "env", "cwd", "trusted"];
const TOOL_KEYS: [&str; 8] =
    ["name", "description", "definition", "effect", "resource", "exclusive", "label", "input"];

/// Its address, empty for a program, and the server; `None` only if a mistake was named.
pub(super) fn server(section: &Section<'_>) -> Option<(String, McpServer)> {
    section.only(&KEYS);
    let trusted = match section.value("trusted") {
        Some(_) => section.flag("trusted"),
        None => Some(false),
    };
    let (base_url, transport) = match (section.value("command"), section.value("url")) {
        (Some(_), None) => (String::new(), stdio(section)?),
        (None, Some(_)) => {
            for key in ["env", "cwd"].into_iter().filter(|key| section.value(key).is_some()) {
                section.wrong(key, Wrong::new("is for a server with a `command`", "take it out"));
            }
            (section.parsed("url", base_url)?, McpTransport::Http)
        }
        (Some(_), Some(_)) => {
            section.wrong("url", Wrong::new("stands beside `command`", "leave one of the two"));
            return None;
        }
        (None, None) => {
            section.missing("command", "[\"mcp-server-time\"]");
            return None;
        }
    };
    Some((base_url, McpServer { transport, trusted: trusted?, held: Vec::new() }))
}

fn stdio(section: &Section<'_>) -> Option<McpTransport> {
    let example = "write it like command = [\"npx\", \"-y\", \"@example/server\"]";
    let wrong = |problem: &str| section.wrong("command", Wrong::new(problem, example));
    let Some(DeValue::Array(items)) = section.value("command").map(|value| value.get_ref()) else {
        wrong("must be a list of texts: the program, then its arguments");
        return None;
    };
    let mut words = Vec::new();
    for item in items {
        match item.get_ref() {
            DeValue::String(text) if is_a_key(text) => {
                let fix = "every program of this machine can read arguments: give it as env = { NAME = { secret = \"…\" } }";
                section.wrong_hidden("command", Wrong::new("holds what looks like a key", fix));
                return None;
            }
            DeValue::String(text) if !text.contains('\0') => words.push(text.to_string()),
            _ => {
                wrong("must be a list of texts: the program, then its arguments");
                return None;
            }
        }
    }
    if words.first().is_none_or(String::is_empty) {
        wrong("names no program");
        return None;
    }
    let command = words.remove(0);
    let cwd = match section.value("cwd") {
        Some(_) => Some(section.text("cwd")?.to_owned()),
        None => None,
    };
    Some(McpTransport::Stdio { command, args: words, env: env(section)?, cwd })
}

fn env(section: &Section<'_>) -> Option<BTreeMap<String, EnvValue>> {
    if section.value("env").is_none() {
        return Some(BTreeMap::new());
    }
    let section = section.section("env", "env = { REGION = \"eu\", TOKEN = { secret = \"crm\" } }")?;
    let mut env = BTreeMap::new();
    let mut good = true;
    for name in section.keys() {
        if name.is_empty() || name.contains(['=', '\0']) {
            section.wrong(name, Wrong::new("can't name a variable", "use letters, digits and `_`"));
            good = false;
            continue;
        }
        let value = match section.value(name).map(|value| value.get_ref()) {
            Some(DeValue::Table(_)) => section.section(name, "{ secret = \"crm\" }").and_then(|section| {
                section.only(&["secret"]);
                Some(EnvValue::Secret { secret: section.needed_as("secret", "\"crm\"")? })
            }),
            _ => section.text(name).and_then(|text| {
                if is_a_key(text) {
                    let fix = "keep it with `tieout secrets set NAME`, and write { secret = \"NAME\" }";
                    section.wrong_hidden(name, Wrong::new("looks like a key, and stands in a file", fix));
                    return None;
                }
                Some(EnvValue::Plain { value: text.to_owned() })
            }),
        };
        match value {
            Some(value) => drop(env.insert(name.to_owned(), value)),
            None => good = false,
        }
    }
    good.then_some(env)
}

/// The tool; `None` only if a mistake was named.
pub(super) fn mcp_tool(section: &Section<'_>, source: &Label) -> Option<ToolSpec> {
    section.only(&TOOL_KEYS);
    let name = section.needed_as::<ToolName>("name", "\"read_file\"");
    let description = section.needed("description", "\"The text of a file\"").map(str::to_owned);
    let definition = section.needed("definition", "'{\"name\": \"read-file\", …}'").and_then(|text| {
        section.accepted("definition", text, |text| {
            let definition: Json = serde_json::from_str(text).map_err(|error| {
                Wrong::new(format!("not JSON: {error}"), "leave it as `tieout sources add-mcp` wrote it")
            })?;
            let tool = McpTool { definition };
            match tool.name() {
                "" => Err(Wrong::new("has no `name`", "leave it as `tieout sources add-mcp` wrote it")),
                _ => Ok(tool),
            }
        })
    });
    let effect = match section.value("effect") {
        Some(_) => section.text("effect").and_then(|text| section.word("effect", text, &EFFECTS)),
        None => Some(Effect::Write),
    };
    let input = input(section);
    let resource = match section.value("resource") {
        Some(_) => section
            .text("resource")
            .filter(|text| section.accepted("resource", text, Template::parse).is_some())
            .map(str::to_owned),
        None => Some("/".to_owned()),
    };
    let exclusive = match section.value("exclusive") {
        Some(_) => section.flag("exclusive"),
        None => Some(false),
    };
    let label = own_label(section, source);
    Some(ToolSpec {
        name: name?,
        description: description?,
        method: Method::Post,
        path: "/".to_owned(),
        effect: effect?,
        resource: resource?,
        exclusive: exclusive?,
        label: label?,
        input: Json(input?),
        request: None,
        paging: None,
        mcp: Some(definition?),
    })
}
