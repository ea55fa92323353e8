//! A request as an operation of OpenAPI.

use domain::request::is_header_of_ours;
use serde_json::{Map, Value, json};

use crate::example::{json_with_variables, of_json, of_text};
use crate::login::{KeyIn, looks_secret};
use crate::place::{Place, is_at};
use crate::request::{Body, Pair, Request};
use crate::variables::Variables;

/// The operation of a request that goes to a place; `headers` are those that the source sends with every request.
pub(crate) fn operation(
    request: &Request,
    place: &Place,
    variables: &Variables,
    headers: &[Pair],
) -> Map<String, Value> {
    let login = request.login.as_ref();
    let mut parameters: Vec<Value> = Vec::new();
    for (name, schema) in &place.parameters {
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    for pair in &request.query {
        if !is_at(KeyIn::Query, &pair.name, login) && !pair.name.is_empty() {
            parameters.push(parameter("query", pair, variables));
        }
    }
    for pair in &request.headers {
        let sent = headers.iter().any(|known| known.name.eq_ignore_ascii_case(&pair.name));
        if !sent && !is_header_of_ours(&pair.name) && !is_at(KeyIn::Header, &pair.name, login) {
            parameters.push(parameter("header", pair, variables));
        }
    }
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    if !request.name.is_empty() {
        put("operationId", request.name.as_str().into());
        put("summary", request.name.as_str().into());
    }
    if !request.words.is_empty() {
        put("description", request.words.as_str().into());
    }
    if !request.folder.is_empty() {
        put("tags", json!([request.folder]));
    }
    put("parameters", parameters.into());
    if let Some(body) = body(request, variables) {
        put("requestBody", body);
    }
    if let Some(login) = login {
        let mut needed = Map::new();
        needed.insert(login.scheme(), json!([]));
        put("security", json!([needed]));
    }
    fields
}

/// What was sent once may be left out another time: nobody says which parameters must be there.
fn parameter(place: &str, pair: &Pair, variables: &Variables) -> Value {
    let schema = of_text(&pair.name, &pair.value, variables);
    json!({ "name": pair.name, "in": place, "description": pair.words, "schema": schema })
}

fn body(request: &Request, variables: &Variables) -> Option<Value> {
    let header = request.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
    let named = |media: &Option<String>| {
        let media = media.clone().or_else(|| header.map(|header| header.value.clone()));
        media.map(|media| media.trim().to_owned()).filter(|media| media.contains('/'))
    };
    let (media, schema) = match &request.body {
        Body::None => return None,
        Body::Text { media, text } => {
            let media = named(media);
            let is_json = media.as_deref().is_none_or(|media| media.contains("json"));
            match json_with_variables(text).filter(|_| is_json) {
                Some(value) => {
                    (media.unwrap_or_else(|| "application/json".to_owned()), of_json(&value, variables))
                }
                None => {
                    let media = media.unwrap_or_else(|| "text/plain".to_owned());
                    // An example may hold anything, so that none of a text is shown.
                    let schema = if is_json { json!({}) } else { json!({ "type": "string" }) };
                    (media, schema)
                }
            }
        }
        Body::Urlencoded(pairs) => ("application/x-www-form-urlencoded".to_owned(), form(pairs, variables)),
        Body::Multipart(pairs) => ("multipart/form-data".to_owned(), form(pairs, variables)),
        Body::File { media } => {
            let media = named(media).filter(|media| !media.contains("json"));
            (media.unwrap_or_else(|| "application/octet-stream".to_owned()), json!({ "type": "string" }))
        }
        Body::GraphQl { query, variables: given } => {
            let mut schema = json!({ "type": "object", "required": ["query"], "properties": {
                "query": { "type": "string", "description": format!("GraphQL, such as: {}", query.trim()) },
                "variables": { "type": "object" },
            }});
            if let Some(given) = json_with_variables(given).filter(Value::is_object) {
                schema["properties"]["variables"] = of_json(&given, variables);
            }
            ("application/json".to_owned(), schema)
        }
    };
    let mut content = Map::new();
    content.insert(media, json!({ "schema": schema }));
    Some(json!({ "required": true, "content": content }))
}

fn form(pairs: &[Pair], variables: &Variables) -> Value {
    let mut properties = Map::new();
    for pair in pairs.iter().filter(|pair| !pair.name.is_empty()) {
        let mut schema = match pair.file {
            true => json!({ "type": "string", "format": "binary" }),
            false => of_text(&pair.name, &pair.value, variables),
        };
        if !pair.words.is_empty() {
            schema["description"] = pair.words.as_str().into();
        }
        properties.insert(pair.name.clone(), schema);
    }
    json!({ "type": "object", "properties": properties })
}

/// Whether a header is the same in every request and can be said of the source. Its value is no secret.
pub(crate) fn is_common(pair: &Pair, requests: &[Request]) -> bool {
    let same = |other: &Pair| other.name.eq_ignore_ascii_case(&pair.name) && other.value == pair.value;
    let good = |char: char| char == ' ' || char.is_ascii_graphic();
    !pair.value.is_empty()
        && pair.value.chars().all(good)
        && !is_header_of_ours(&pair.name)
        && !looks_secret(&pair.name)
        && requests.iter().all(|request| request.headers.iter().any(same))
}
