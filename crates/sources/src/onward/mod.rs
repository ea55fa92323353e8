//! Where the next page of a result is, as its last page says it. Pure: who asks for it is elsewhere.

mod items;
mod link;

use domain::paging::{PageBy, Paging};
use domain::request::{Place, RequestShape};
use domain::source::{Auth, KeyPlace, SourceSpec};
use domain::tool::ToolSpec;
use serde_json::{Map, Value};
use url::Url;

pub(crate) use items::{Items, items, member};

use crate::schema::{property, short};

/// A tool whose result goes on, and the arguments of one of its calls.
#[derive(Clone, Debug)]
pub(crate) struct Paged {
    pub(crate) tool: ToolSpec,
    pub(crate) paging: Paging,
    pub(crate) fields: Map<String, Value>,
}

/// What a page says of the next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    /// There is none.
    None,
    /// There is one, or there may be: only asking tells.
    Asked { by: By, sure: bool },
    /// There is one, and it is not asked for, for a reason.
    Unusable(String),
}

/// How the next page is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum By {
    /// With this argument in the place of the one before.
    Argument { name: String, value: Value },
    /// At this address, of the same origin.
    Url(Url),
}

/// An answer, as far as the next page shows in it.
pub(crate) struct Page<'a> {
    /// Its body, if it is a text.
    pub(crate) body: Option<&'a str>,
    /// How many items it has, if they were found.
    pub(crate) items: Option<usize>,
    /// Its header `Link`.
    pub(crate) link: Option<&'a str>,
    /// The address that was asked.
    pub(crate) url: &'a Url,
}

impl Paged {
    /// What a page says of the one behind it.
    pub(crate) fn next(&self, spec: &SourceSpec, page: &Page<'_>) -> Next {
        match &self.paging.by {
            PageBy::Cursor { parameter, next } => match page.body.and_then(|body| member(body, next)) {
                // Some write the whole address where a document promises a name.
                Some(Value::String(url)) if url.starts_with("https://") || url.starts_with("http://") => {
                    at(spec, page.url, &url)
                }
                Some(Value::String(cursor)) if !cursor.is_empty() => self.by(parameter, cursor.into(), true),
                Some(cursor @ Value::Number(_)) => self.by(parameter, cursor, true),
                _ => Next::None,
            },
            PageBy::Page { parameter, first } => {
                self.counted(parameter, page.items, |_| 1, u64::from(*first))
            }
            PageBy::Offset { parameter } => self.counted(parameter, page.items, |items| items, 0),
            PageBy::Link => match page.link.and_then(link::next) {
                Some(target) => at(spec, page.url, &target),
                None => Next::None,
            },
            PageBy::NextUrl { next } => match page.body.and_then(|body| member(body, next)) {
                Some(Value::String(target)) if !target.is_empty() => at(spec, page.url, &target),
                _ => Next::None,
            },
        }
    }

    /// The arguments with which a caller asks for that page; none if no argument does.
    pub(crate) fn arguments(&self, url: &Url, by: &By) -> Option<Vec<(String, Value)>> {
        match by {
            By::Argument { name, value } => Some(vec![(name.clone(), value.clone())]),
            By::Url(next) if next.path() == url.path() => {
                let before: Vec<_> = url.query_pairs().collect();
                let other = next.query_pairs().filter(|pair| !before.contains(pair));
                let named = other.map(|(name, value)| {
                    let property = in_query(self.tool.request.as_ref(), &name)?;
                    self.knows(property)
                        .then(|| (property.to_owned(), self.typed(property, value.as_ref().into())))
                });
                named.collect::<Option<Vec<_>>>().filter(|named| !named.is_empty())
            }
            By::Url(_) => None,
        }
    }

    fn by(&self, parameter: &str, value: Value, sure: bool) -> Next {
        let value = self.typed(parameter, value);
        Next::Asked { by: By::Argument { name: parameter.to_owned(), value }, sure }
    }

    /// Pages that are counted: behind one without items there is none.
    fn counted(
        &self,
        parameter: &str,
        items: Option<usize>,
        step: impl FnOnce(u64) -> u64,
        first: u64,
    ) -> Next {
        let Some(items) = items.filter(|items| *items > 0) else { return Next::None };
        let items = items as u64;
        if self.most().is_some_and(|most| items < most) {
            return Next::None;
        }
        let current = self.fields.get(parameter).and_then(whole).unwrap_or(first);
        self.by(parameter, current.saturating_add(step(items)).into(), false)
    }

    /// How many items a page has if it is not the last, where that can be relied on: many an API takes a larger number
    /// than it gives, unless its document says what the largest is, and a page that is taken for the last though it is
    /// not would be data that nobody misses.
    fn most(&self) -> Option<u64> {
        let name = self.paging.limit.as_deref()?;
        let schema = property(&self.tool.input.0, name);
        match self.fields.get(name) {
            Some(given) => whole(given).filter(|_| schema.get("maximum").is_some_and(Value::is_number)),
            None => schema.get("default").and_then(whole),
        }
    }

    fn knows(&self, name: &str) -> bool {
        property(&self.tool.input.0, name) != &Value::Null
    }

    /// The value as the argument's schema has it: APIs write a number in a query and a text in a body, or the other way
    /// round.
    fn typed(&self, name: &str, value: Value) -> Value {
        let kind = property(&self.tool.input.0, name).get("type").and_then(Value::as_str);
        match (kind, &value) {
            (Some("string"), Value::Number(number)) => number.to_string().into(),
            (Some("integer" | "number"), Value::String(text)) => {
                text.parse::<u64>().map_or_else(|_| value.clone(), Value::from)
            }
            _ => value,
        }
    }
}

/// The property that goes into the query under that name.
fn in_query<'a>(shape: Option<&'a RequestShape>, name: &'a str) -> Option<&'a str> {
    let Some(shape) = shape else { return Some(name) };
    let mut parameters = shape.parameters.iter();
    let placed = parameters.find(|known| known.place == Place::Query && known.name == name);
    placed.map(|known| known.property.as_str())
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The address of a next page: at the origin of the page before, or nowhere. Its author chose it, and it would carry what
/// the source knows us by.
fn at(spec: &SourceSpec, url: &Url, target: &str) -> Next {
    let is_address = target.starts_with(['/', '?']) || target.contains("://");
    let Some(mut next) = url.join(target).ok().filter(|_| is_address) else {
        let words = format!("the source says that it is at `{}`, which is no address", short(target, 60));
        return Next::Unusable(words);
    };
    let is_plain = next.username().is_empty() && next.password().is_none();
    if next.origin() != url.origin() || !is_plain {
        let words = format!(
            "the source says that it is at {}, which is another place than the source: nothing was sent there",
            short(&next.origin().ascii_serialization(), 120)
        );
        return Next::Unusable(words);
    }
    next.set_fragment(None);
    // Many an API repeats the key that it was asked with. It is added anew, and never stands in the record.
    if let Auth::ApiKey { place: KeyPlace::Query, name, .. } = &spec.auth
        && next.query_pairs().any(|(known, _)| known == *name)
    {
        let others: Vec<(String, String)> = next
            .query_pairs()
            .filter(|(known, _)| known != name)
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        next.set_query(None);
        if !others.is_empty() {
            next.query_pairs_mut().extend_pairs(others);
        }
    }
    Next::Asked { by: By::Url(next), sure: true }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::read::read_source;

    fn paged(paging: &str, fields: Value) -> (SourceSpec, Paged) {
        let text = format!(
            r#"
            name = "crm"
            kind = "http"
            base_url = "https://crm.example/api"
            auth = {{ kind = "api_key", secret = "crm", place = "query", name = "api_key" }}
            [[tool]]
            name = "list"
            description = "All"
            method = "GET"
            path = "/items"
            paging = {paging}
            [tool.input]
            type = "object"
            properties.cursor = {{ type = "string" }}
            properties.page = {{ type = "integer" }}
            properties.offset = {{ type = "integer" }}
            properties.limit = {{ type = "integer", maximum = 100, default = 20 }}
            "#
        );
        let spec = read_source(&text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        let tool = spec.tools[0].clone();
        let paging = tool.paging.clone().unwrap();
        let Value::Object(fields) = fields else { panic!("no object") };
        (spec, Paged { tool, paging, fields })
    }

    fn check(paging: &str, fields: Value, body: &str, link: Option<&str>) -> Next {
        let (spec, paged) = paged(paging, fields);
        let url = "https://crm.example/api/items?limit=2".parse().unwrap();
        let count = items(body, &paged.paging.items).map(|items| items.count);
        paged.next(&spec, &Page { body: Some(body), items: count, link, url: &url })
    }

    fn asked(name: &str, value: Value, sure: bool) -> Next {
        Next::Asked { by: By::Argument { name: name.to_owned(), value }, sure }
    }

    #[test]
    fn each_kind_finds_its_next_page() {
        let cursor = r#"{ kind = "cursor", parameter = "cursor", next = "/meta/next", items = "/data" }"#;
        assert_eq!(
            check(cursor, json!({}), r#"{"meta": {"next": "b"}}"#, None),
            asked("cursor", json!("b"), true)
        );
        assert_eq!(
            check(cursor, json!({}), r#"{"meta": {"next": 7}}"#, None),
            asked("cursor", json!("7"), true)
        );
        for last in [r#"{"meta": {"next": null}}"#, r#"{"meta": {"next": ""}}"#, "{}", "[]", "no"] {
            assert_eq!(check(cursor, json!({}), last, None), Next::None, "{last}");
        }
        let page = r#"{ kind = "page", parameter = "page" }"#;
        assert_eq!(check(page, json!({}), "[1, 2]", None), asked("page", json!(2), false));
        assert_eq!(check(page, json!({"page": 4}), "[1, 2]", None), asked("page", json!(5), false));
        assert_eq!(check(page, json!({"page": 4}), "[]", None), Next::None);
        let offset = r#"{ kind = "offset", parameter = "offset", limit = "limit" }"#;
        assert_eq!(check(offset, json!({"limit": 2}), "[1, 2]", None), asked("offset", json!(2), false));
        assert_eq!(check(offset, json!({"limit": 3, "offset": 3}), "[1, 2]", None), Next::None);
        assert_eq!(check(offset, json!({}), "[1, 2]", None), Next::None, "the usual limit is 20");
    }

    #[test]
    fn an_address_leads_to_the_same_origin_and_takes_no_key_along() {
        let link = r#"{ kind = "link" }"#;
        let by = |target: &str| check(link, json!({}), "[]", Some(&format!("<{target}>; rel=\"next\"")));
        let url = |next: Next| match next {
            Next::Asked { by: By::Url(url), .. } => url.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(url(by("?page=2")), "https://crm.example/api/items?page=2");
        assert_eq!(url(by("https://crm.example/x?api_key=k1&page=2#f")), "https://crm.example/x?page=2");
        assert_eq!(url(by("/x?api_key=k1")), "https://crm.example/x");
        for elsewhere in
            ["https://evil.example/", "//evil.example/x", "http://crm.example/", "https://a:b@crm.example/"]
        {
            assert!(matches!(by(elsewhere), Next::Unusable(_)), "{elsewhere}");
        }
        let next_url = r#"{ kind = "next_url", next = "/next", items = "/data" }"#;
        assert_eq!(
            url(check(next_url, json!({}), r#"{"next": "/api/items?page=3"}"#, None)),
            "https://crm.example/api/items?page=3"
        );
        assert!(matches!(check(next_url, json!({}), r#"{"next": "abc"}"#, None), Next::Unusable(_)));
        assert_eq!(check(next_url, json!({}), r#"{"next": null}"#, None), Next::None);
    }

    #[test]
    fn an_address_is_told_as_arguments_where_the_tool_has_them() {
        let (_, paged) = paged(r#"{ kind = "link" }"#, json!({"limit": 2}));
        let url: Url = "https://crm.example/api/items?limit=2".parse().unwrap();
        let told = |next: &str| paged.arguments(&url, &By::Url(url.join(next).unwrap()));
        assert_eq!(told("?limit=2&page=2"), Some(vec![("page".to_owned(), json!(2))]));
        assert_eq!(told("?limit=2&token=x"), None, "no argument of that name");
        assert_eq!(told("/other?page=2"), None, "another path");
    }
}
