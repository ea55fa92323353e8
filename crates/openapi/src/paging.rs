//! How an operation's result goes on: read of its parameters' names and of the shape of what it answers.
//!
//! What is recognised by mistake costs little: nothing is followed unless a person says so, and the words that tell a
//! model how to ask for the next page are made of what an answer really holds.

use domain::paging::{PageBy, Paging};
use domain::request::{Parameter, Place};
use serde_json::{Map, Value};

use crate::convert::Shared;
use crate::document::{Node, Version};

/// How many members of an object are looked at, and how many parts of an `allOf`.
const MOST: usize = 200;

/// Names of parameters, without anything but their letters: of a page's name, its number, what comes before it, its size.
const CURSORS: [&str; 17] = [
    "cursor",
    "pagecursor",
    "nextcursor",
    "aftercursor",
    "pagetoken",
    "nextpagetoken",
    "nexttoken",
    "paginationtoken",
    "continuationtoken",
    "continuation",
    "starttoken",
    "marker",
    "pagemarker",
    "bookmark",
    "pageafter",
    "after",
    "scrollid",
];
const PAGES: [&str; 8] =
    ["page", "pagenumber", "pagenum", "pageno", "pageindex", "currentpage", "pagenr", "p"];
const OFFSETS: [&str; 8] =
    ["offset", "skip", "pageoffset", "startindex", "startat", "firstresult", "start", "recordoffset"];
const LIMITS: [&str; 14] = [
    "limit",
    "perpage",
    "pagesize",
    "pagelimit",
    "itemsperpage",
    "maxresults",
    "maxitems",
    "maxpagesize",
    "size",
    "count",
    "top",
    "take",
    "rows",
    "max",
];
/// Members of an answer that hold its items, those that say it best first.
const LISTS: [&str; 14] = [
    "data", "items", "results", "records", "values", "value", "entries", "list", "rows", "objects", "hits",
    "content", "members", "elements",
];
/// Members that hold the next page's name.
const NAMES: [&str; 10] = [
    "nextcursor",
    "nextpagetoken",
    "nexttoken",
    "nextpagecursor",
    "continuationtoken",
    "nextmarker",
    "endcursor",
    "cursor",
    "nextpage",
    "next",
];
/// Members that hold the next page's address.
const ADDRESSES: [&str; 7] =
    ["next", "nexturl", "nextlink", "nextpageurl", "nexturi", "odatanextlink", "nextpage"];
/// Members in which the one or the other stands.
const AROUND: [&str; 11] = [
    "meta",
    "metadata",
    "pagination",
    "paging",
    "pageinfo",
    "page",
    "links",
    "responsemetadata",
    "cursors",
    "cursor",
    "info",
];

/// How the operation's result goes on, if that shows. `parameters` are those of its tool, `input` the schemas of its
/// arguments.
pub(crate) fn recognised<'d>(
    shared: &Shared<'d>,
    operation: Node<'d>,
    parameters: &[Parameter],
    input: &Map<String, Value>,
) -> Option<Paging> {
    let of = |names: &[&str]| {
        let query = parameters.iter().filter(|parameter| parameter.place == Place::Query);
        let best = query
            .filter_map(|parameter| {
                let place = names.iter().position(|name| *name == letters(&parameter.name))?;
                Some((place, parameter))
            })
            .min_by_key(|(place, _)| *place);
        best.map(|(_, parameter)| (parameter.property.clone(), input.get(&parameter.property)))
    };
    let counts = |(_, schema): &(String, Option<&Value>)| {
        let kind = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str);
        matches!(kind, None | Some("integer" | "number"))
    };
    let response = response(shared, operation)?;
    let answer = schema(shared, response);
    let items = answer.and_then(|answer| list(shared, answer));
    let limit = of(&LIMITS).filter(counts).map(|(property, _)| property);
    let whole =
        |by| Some(Paging { by, items: items.clone().unwrap_or_default(), limit: limit.clone(), follow: 1 });
    if let (Some((parameter, _)), Some(answer)) = (of(&CURSORS), answer)
        && let Some((next, false)) = named(shared, answer, &NAMES)
    {
        return whole(PageBy::Cursor { parameter, next });
    }
    if let Some((next, _)) = answer.and_then(|answer| address(shared, answer)) {
        return whole(PageBy::NextUrl { next });
    }
    if response.members("headers").any(|(name, _)| name.eq_ignore_ascii_case("link")) {
        return whole(PageBy::Link);
    }
    // What is counted needs items to count.
    let items = items?;
    let counted = |by| Some(Paging { by, items, limit: limit.clone(), follow: 1 });
    if let Some((parameter, schema)) = of(&PAGES).filter(counts) {
        let number = |name: &str| schema.and_then(|schema| schema.get(name)).and_then(Value::as_u64);
        let first =
            number("default").or_else(|| number("minimum")).filter(|first| *first == 0).map_or(1, |_| 0);
        return counted(PageBy::Page { parameter, first });
    }
    let (parameter, _) = of(&OFFSETS).filter(counts)?;
    counted(PageBy::Offset { parameter })
}

/// The answer that means yes.
fn response<'d>(shared: &Shared<'d>, operation: Node<'d>) -> Option<Node<'d>> {
    let all = operation.get("responses")?;
    let named = ["200", "2XX", "default"].into_iter().find_map(|status| all.get(status));
    shared.documents.follow(named?).ok()
}

fn schema<'d>(shared: &Shared<'d>, response: Node<'d>) -> Option<Node<'d>> {
    if shared.version == Version::V2 {
        return response.get("schema");
    }
    let is_json = |media: &str| media.starts_with("application/json") || media.contains("+json");
    let (_, media) = response.members("content").take(MOST).find(|(media, _)| is_json(media))?;
    shared.documents.follow(media).ok()?.get("schema")
}

/// Where an answer's items are.
fn list<'d>(shared: &Shared<'d>, answer: Node<'d>) -> Option<String> {
    if is_list(shared, answer) {
        return Some(String::new());
    }
    let members = properties(shared, answer);
    let lists: Vec<_> =
        members.iter().filter(|(_, node)| is_list(shared, *node)).map(|(name, _)| *name).collect();
    let known = |name: &&&str| LISTS.iter().position(|known| *known == letters(name));
    let best = lists.iter().filter(|name| known(name).is_some()).min_by_key(|name| known(name));
    match (best, lists.as_slice()) {
        (Some(name), _) | (None, [name]) => Some(format!("/{}", escaped(name))),
        _ => None,
    }
}

/// Where the name of the next page is in an answer, and whether it is an address rather.
fn named<'d>(shared: &Shared<'d>, answer: Node<'d>, names: &[&str]) -> Option<(String, bool)> {
    let members = properties(shared, answer);
    let direct = best(shared, &members, names);
    let inner = || {
        let around = members.iter().filter(|(name, _)| AROUND.contains(&letters(name).as_str()));
        around.into_iter().find_map(|(name, node)| {
            let (below, is_address) = best(shared, &properties(shared, *node), names)?;
            Some((format!("/{}{below}", escaped(name)), is_address))
        })
    };
    direct.or_else(inner)
}

/// Where the address of the next page is.
fn address<'d>(shared: &Shared<'d>, answer: Node<'d>) -> Option<(String, bool)> {
    if let Some(found) = named(shared, answer, &ADDRESSES).filter(|(_, is_address)| *is_address) {
        return Some(found);
    }
    // `links.next` is an address, whatever its schema says of it.
    let links = |(name, _): &&(&str, Node<'d>)| matches!(letters(name).as_str(), "links");
    let members = properties(shared, answer);
    let (name, links) = members.iter().find(links)?;
    let inner = properties(shared, *links);
    let (next, node) = inner.iter().find(|(name, _)| letters(name) == "next")?;
    let href = properties(shared, *node).iter().any(|(name, _)| *name == "href");
    Some((format!("/{}/{}{}", escaped(name), escaped(next), if href { "/href" } else { "" }), true))
}

/// The best of some members that are texts or numbers, and whether its schema says that it is an address.
fn best<'d>(shared: &Shared<'d>, members: &[(&'d str, Node<'d>)], names: &[&str]) -> Option<(String, bool)> {
    let place = |name: &str| names.iter().position(|known| *known == letters(name));
    let (_, name, node) = members
        .iter()
        .filter_map(|(name, node)| Some((place(name)?, *name, shared.documents.follow(*node).ok()?)))
        .filter(|(_, _, node)| is_plain(*node))
        .min_by_key(|(place, ..)| *place)?;
    let format = node.text("format").unwrap_or_default();
    let is_address = matches!(format, "uri" | "url" | "uri-reference") || letters(name).ends_with("url");
    let is_address = is_address || letters(name).ends_with("link") || letters(name).ends_with("uri");
    Some((format!("/{}", escaped(name)), is_address))
}

/// A text, a number, or something of which nothing is said.
fn is_plain(node: Node<'_>) -> bool {
    let is = |kind: &str| matches!(kind, "string" | "integer" | "number");
    match node.value.get("type") {
        Some(Value::String(kind)) => is(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(|kind| kind.as_str()).any(is),
        _ => node.value.get("properties").is_none() && node.value.get("items").is_none(),
    }
}

fn is_list(shared: &Shared<'_>, node: Node<'_>) -> bool {
    let Ok(node) = shared.documents.follow(node) else { return false };
    match node.value.get("type") {
        Some(Value::String(kind)) => kind == "array",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "array"),
        _ => node.value.get("items").is_some(),
    }
}

/// The members of an object's schema, with those of the parts that it is made of.
fn properties<'d>(shared: &Shared<'d>, node: Node<'d>) -> Vec<(&'d str, Node<'d>)> {
    let mut found = Vec::new();
    let mut parts = vec![node];
    let mut looked = 0;
    while let Some(part) = parts.pop() {
        looked += 1;
        let Ok(part) = shared.documents.follow(part) else { continue };
        found.extend(part.members("properties").take(MOST));
        if looked < MOST {
            parts.extend(part.items("allOf").take(8));
        }
    }
    found
}

/// A name's letters and digits, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// A name as it stands in a pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
