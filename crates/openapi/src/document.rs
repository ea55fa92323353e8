//! The document, its dialect, and where its references lead.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::Url;

use crate::refused::Refused;

/// How many references may lead to one another before there is a thing.
const LONGEST_CHAIN: usize = 32;

/// Which dialect the document speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Swagger 2.0.
    V2,
    /// 3.0.x: schemas are no JSON Schema.
    V30,
    /// 3.1.x and 3.2.x: schemas are JSON Schema 2020-12.
    V31,
}

/// A value and the document in which it stands, by which its references are read.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    pub(crate) value: &'d Value,
    pub(crate) document: usize,
}

impl<'d> Node<'d> {
    /// One of its members.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        Some(Self { value: self.value.get(name)?, document: self.document })
    }

    /// One of its members, if that is a text.
    pub(crate) fn text(self, name: &str) -> Option<&'d str> {
        self.value.get(name)?.as_str()
    }

    /// Whether a member is `true`.
    pub(crate) fn flag(self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The items of a member that is a list; none if it is not.
    pub(crate) fn items(self, name: &str) -> impl Iterator<Item = Self> + use<'d> {
        let items = self.value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().map(move |value| Self { value, document: self.document })
    }

    /// The members of a member that is a mapping; none if it is not.
    pub(crate) fn members(self, name: &str) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let members = self.value.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter);
        members.map(move |(name, value)| (name.as_str(), Self { value, document: self.document }))
    }
}

/// Where something stands, so that it is converted once however often it is referred to.
pub(crate) type Place = (usize, String);

/// The document that is imported, first, and those that it may refer to.
pub(crate) struct Documents<'d> {
    values: Vec<&'d Value>,
    addresses: Vec<Url>,
    by_address: HashMap<Url, usize>,
}

impl<'d> Documents<'d> {
    /// `main`, which lies at that address if it is known, and others by their addresses, whole or relative to it.
    pub(crate) fn new(
        address: Option<&Url>,
        main: &'d Value,
        others: impl Iterator<Item = (&'d str, &'d Value)>,
    ) -> Self {
        // Without one, a name of our own stands for the folder that relative references are relative to.
        let own = || Url::parse("document:///main").ok();
        let Some(base) = address.cloned().or_else(own) else {
            return Self { values: vec![main], addresses: Vec::new(), by_address: HashMap::new() };
        };
        let mut documents = Self { values: Vec::new(), addresses: Vec::new(), by_address: HashMap::new() };
        let others = others.filter_map(|(name, value)| Some((base.join(name).ok()?, value)));
        for (address, value) in [(base.clone(), main)].into_iter().chain(others) {
            documents.by_address.entry(address.clone()).or_insert(documents.values.len());
            documents.values.push(value);
            documents.addresses.push(address);
        }
        documents
    }

    /// The thing itself, where a reference to it stands.
    ///
    /// # Errors
    /// The reference that leads nowhere, and why.
    pub(crate) fn follow(&self, node: Node<'d>) -> Result<Node<'d>, String> {
        let mut node = node;
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = node.text("$ref") else { return Ok(node) };
            node = self.target(reference, node.document)?.0;
        }
        Err("its references lead in a circle".to_owned())
    }

    /// What a reference leads to, and where that stands.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub(crate) fn target(&self, reference: &str, from: usize) -> Result<(Node<'d>, Place), String> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() { from } else { self.other(file, from)? };
        let pointer = percent_decode_str(pointer).decode_utf8_lossy().into_owned();
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!("`{}` names an anchor, and only pointers are followed", short(reference)));
        }
        let node = self.at(document, &pointer).map_err(|_| nowhere(reference))?;
        Ok((node, (document, pointer)))
    }

    /// What stands at a place.
    ///
    /// # Errors
    /// If nothing does.
    pub(crate) fn at(&self, document: usize, pointer: &str) -> Result<Node<'d>, String> {
        let value = self.values.get(document).and_then(|value| value.pointer(pointer));
        value.map(|value| Node { value, document }).ok_or_else(|| nowhere(pointer))
    }

    fn other(&self, file: &str, from: usize) -> Result<usize, String> {
        let address = self.addresses.get(from).and_then(|from| from.join(file).ok());
        address
            .and_then(|address| self.by_address.get(&address))
            .copied()
            .ok_or_else(|| format!("it refers to another document, `{}`, which was not given", short(file)))
    }
}

fn nowhere(reference: &str) -> String {
    format!("the reference `{}` leads nowhere", short(reference))
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

/// The dialect of a document.
///
/// # Errors
/// If it is not one of OpenAPI.
pub(crate) fn version(document: &Value) -> Result<Version, Refused> {
    let fix = "give a document of OpenAPI 2.0, 3.0, 3.1 or 3.2: it begins with `openapi: 3.1.0` or `swagger: '2.0'`";
    let Some(fields) = document.as_object() else {
        return Err(Refused::new("", "", "the document is no mapping", fix));
    };
    let (field, value) = match (fields.get("openapi"), fields.get("swagger")) {
        (Some(value), _) => ("openapi", value),
        (None, Some(value)) => ("swagger", value),
        (None, None) => return Err(Refused::new("openapi", "", "is missing", fix)),
    };
    // `openapi: 3.0` without quotation marks is a number.
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    let is = |start: &str| {
        text.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    match field {
        "swagger" if is("2.0") || text == "2" => Ok(Version::V2),
        "openapi" if is("3.0") || text == "3" => Ok(Version::V30),
        "openapi" if is("3.1") || is("3.2") => Ok(Version::V31),
        _ => Err(Refused::new(field, &text, "not a version that is read here", fix)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_through_escapes_chains_and_given_documents() {
        let main =
            json!({"a/b": {"$ref": "#/c"}, "c": {"$ref": "parts/d.yaml#/x%20y"}, "o": {"$ref": "#/o"}});
        let other = json!({"x y": {"$ref": "e.yaml#/z"}});
        let third = json!({"z": 7});
        let others = [("parts/d.yaml", &other), ("parts/e.yaml", &third)];
        let documents = Documents::new(None, &main, others.into_iter());
        let follow = |reference: &str| {
            let value = json!({"$ref": reference});
            // Leaks a few bytes in a test, so that the node lives as long as the documents.
            let value: &'static Value = Box::leak(Box::new(value));
            documents.follow(Node { value, document: 0 }).map(|node| node.value.clone())
        };
        assert_eq!(follow("#/a~1b").unwrap(), json!(7));
        assert!(follow("#/o").unwrap_err().contains("circle"));
        assert!(follow("#/x").unwrap_err().contains("nowhere"));
        assert!(follow("http://169.254.169.254/x").unwrap_err().contains("was not given"));
    }
}
