//! Where a document says that its API is served.

use serde_json::Value;
use url::Url;

use crate::document::{Node, Version};

/// How many addresses of a document are kept.
const MOST: usize = 32;

/// The absolute addresses that a document names, in its order, each with its variables' standard values. `address` is
/// the document's own, which relative ones are relative to.
pub(crate) fn servers(node: Node<'_>, version: Version, address: Option<&Url>) -> Vec<String> {
    if version == Version::V2 {
        return of_2(node, address);
    }
    let mut all: Vec<String> = Vec::new();
    for server in node.items("servers").take(MOST) {
        let url = server.text("url").and_then(|url| filled(server, url));
        let base = url.and_then(|url| absolute(&url, address));
        all.extend(base.filter(|base| !all.contains(base)));
    }
    // One that names none is served where it lies, at the root (3.1 §4.8.1).
    if node.value.get("servers").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        all.extend(absolute("/", address));
    }
    all
}

fn of_2(root: Node<'_>, address: Option<&Url>) -> Vec<String> {
    let path = root.text("basePath").unwrap_or("/");
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let schemes: Vec<_> = root.items("schemes").filter_map(|scheme| scheme.value.as_str()).collect();
    let Some(host) = root.text("host") else { return absolute(&path, address).into_iter().collect() };
    let usual = if address.is_some_and(|address| address.scheme() == "http") { "http" } else { "https" };
    // Of both, the one that nobody reads along.
    let scheme = match (schemes.contains(&"https"), schemes.contains(&"http")) {
        (true, _) => "https",
        (false, true) => "http",
        (false, false) => usual,
    };
    absolute(&format!("{scheme}://{host}{path}"), None).into_iter().collect()
}

/// An address as a source's base: http or https, with a host, without credentials, query and fragment.
pub(crate) fn absolute(text: &str, address: Option<&Url>) -> Option<String> {
    let text = text.trim();
    let odd = |char: char| char.is_whitespace() || char.is_control() || matches!(char, '\\' | '{' | '}');
    if text.chars().any(odd) {
        return None;
    }
    let mut url = match address {
        Some(address) => address.join(text),
        None => Url::parse(text),
    }
    .ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none();
    url.set_query(None);
    url.set_fragment(None);
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// The address with its variables' standard values; `None` if one has none.
fn filled(server: Node<'_>, url: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, inner)) = rest.split_once('{') {
        let (name, after) = inner.split_once('}')?;
        let variable = server.get("variables")?.get(name)?;
        let first = || variable.items("enum").next().map(|node| node.value);
        let value = variable.value.get("default").or_else(first)?;
        out.push_str(before);
        match value {
            Value::String(text) => out.push_str(text),
            Value::Number(number) => out.push_str(&number.to_string()),
            _ => return None,
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: &Value, version: Version, address: &str) -> Vec<String> {
        let address = Url::parse(address).ok();
        servers(Node { value, document: 0 }, version, address.as_ref())
    }

    #[test]
    fn servers_are_absolute_with_their_variables_filled() {
        let at = "https://example.com/docs/openapi.yaml";
        let value = json!({"servers": [
            {"url": "https://{region}.example.com:{port}/v1/",
             "variables": {"region": {"default": "eu"}, "port": {"enum": [8443, 443]}}},
            {"url": "../api"},
            {"url": "https://{missing}.example.com"},
            {"url": "ftp://example.com"},
            {"url": "https://user:pass@example.com"},
        ]});
        assert_eq!(
            of(&value, Version::V31, at),
            ["https://eu.example.com:8443/v1", "https://example.com/api"]
        );
        assert_eq!(of(&value, Version::V31, ""), ["https://eu.example.com:8443/v1"]);
        assert_eq!(of(&json!({}), Version::V30, at), ["https://example.com"]);
        assert_eq!(of(&json!({}), Version::V30, ""), [""; 0]);
        let old = json!({"host": "example.com:8080", "basePath": "/v2", "schemes": ["http", "wss", "https"]});
        assert_eq!(of(&old, Version::V2, ""), ["https://example.com:8080/v2"]);
        assert_eq!(of(&json!({"basePath": "v2"}), Version::V2, at), ["https://example.com/v2"]);
    }
}
