//! A tool's `request`: where each argument goes.

use std::collections::BTreeMap;

use domain::request::{Body, BodyForm, Parameter, Part, Place, RequestShape, Style};
use serde_json::Value;

use super::section::Section;
use crate::headers::sendable_name;
use crate::mistake::{Wrong, meant};
use crate::schema::{properties, property};
use crate::taken::Taken;
use crate::template::Template;
use crate::words::{FORMS, PLACES, STYLES, standard_explode, standard_media, standard_style, word};

/// What a shape must fit.
pub(super) struct Around<'a> {
    /// The tool's input, if it could be read.
    pub(super) input: Option<&'a Value>,
    /// Its path, likewise.
    pub(super) path: Option<&'a Template>,
    pub(super) taken: Taken<'a>,
}

/// The shape; `None` only if a mistake was named.
pub(super) fn request(section: &Section<'_>, around: &Around<'_>) -> Option<RequestShape> {
    section.only(&["parameters", "body"]);
    let sections = section.sections("parameters");
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut good = true;
    for section in &sections {
        let Some(parameter) = parameter(section, around) else {
            good = false;
            continue;
        };
        let same = |other: &Parameter| match (other.place, parameter.place) {
            (Place::Header, Place::Header) => other.name.eq_ignore_ascii_case(&parameter.name),
            (one, other_place) => one == other_place && other.name == parameter.name,
        };
        if parameters.iter().any(same) {
            let problem = "another parameter has that name and that place";
            section.wrong(name_key(section), Wrong::new(problem, "give each its own, or take one out"));
        }
        parameters.push(parameter);
    }
    let body = match section.value("body") {
        None => Some(None),
        Some(_) => section
            .section("body", "body = { form = \"json\" }")
            .and_then(|section| body(&section, around, &parameters))
            .map(Some),
    };
    good.then_some(RequestShape { parameters, body: body? })
}

fn parameter(section: &Section<'_>, around: &Around<'_>) -> Option<Parameter> {
    section.only(&["property", "name", "place", "style", "explode", "reserved"]);
    let property = section
        .needed("property", "\"id\"")
        .and_then(|name| section.accepted("property", name, |name| known(name, around.input)));
    let place = section.needed("place", "\"query\"").and_then(|text| section.word("place", text, &PLACES));
    let name = match section.value("name") {
        Some(_) => section.text("name").map(str::to_owned),
        None => property.clone(),
    };
    let style = match (section.value("style"), place) {
        (Some(_), place) => section
            .text("style")
            .and_then(|text| section.word("style", text, &STYLES))
            .filter(|style| place.is_none_or(|place| fits(section, *style, place))),
        (None, place) => place.map(standard_style),
    };
    let explode = flag(section, "explode", style.is_some_and(standard_explode));
    let reserved = flag(section, "reserved", false);
    let parameter = Parameter {
        property: property?,
        name: name?,
        place: place?,
        style: style?,
        explode: explode?,
        reserved: reserved?,
    };
    section.accepted(name_key(section), &parameter.name, |name| sound(name, parameter.place, around.path))?;
    around.taken.leaves_for(&parameter).map_err(|wrong| section.wrong(name_key(section), wrong)).ok()?;
    Some(parameter)
}

/// Whether a style can be written in a place; names the mistake if not.
fn fits(section: &Section<'_>, style: Style, place: Place) -> bool {
    let words = match place {
        Place::Path => "simple, label, matrix, space_delimited, pipe_delimited, tab_delimited, json",
        Place::Query => "form, space_delimited, pipe_delimited, tab_delimited, deep_object, json",
        Place::Header => "simple, space_delimited, pipe_delimited, tab_delimited, json",
        Place::Cookie => "form, json",
    };
    let fits = words.split(", ").any(|known| known == word(&STYLES, &style));
    if !fits {
        let wrong = Wrong::new("that style has no meaning in this place", format!("it can be {words}"));
        section.wrong("style", wrong);
    }
    fits
}

/// Whether a name can stand in a place at all.
fn sound(name: &str, place: Place, path: Option<&Template>) -> Result<(), Wrong> {
    match place {
        Place::Path => {
            let there = path.is_none_or(|path| path.parameters().any(|known| known == name));
            let fix = "write the name as it stands in the path's braces";
            if there { Ok(()) } else { Err(Wrong::new(format!("the path has no {{{name}}}"), fix)) }
        }
        Place::Query if name.is_empty() => {
            Err(Wrong::new("must not be empty", "write the name that the API's documents give"))
        }
        Place::Query => Ok(()),
        // RFC 6265 §4.1.1
        Place::Cookie if name.is_empty() || !name.bytes().all(in_token) => {
            Err(Wrong::new("can't name a cookie", "use letters, digits, `-` and `_`"))
        }
        Place::Cookie => Ok(()),
        Place::Header => sendable_name(name),
    }
}

fn body(section: &Section<'_>, around: &Around<'_>, parameters: &[Parameter]) -> Option<Body> {
    section.only(&["form", "media", "property", "parts"]);
    let form = section.needed("form", "\"json\"").and_then(|text| section.word("form", text, &FORMS));
    let media = match section.value("media") {
        Some(_) => section.parsed("media", |text| media(text, form)),
        None => form.map(|form| standard_media(form).to_owned()),
    };
    let taken = |name: &str| parameters.iter().any(|parameter| parameter.property == name);
    let property = match section.value("property") {
        None => {
            if matches!(form, Some(BodyForm::Text | BodyForm::Binary)) {
                section.missing("property", "\"text\"");
            }
            Some(None)
        }
        Some(_) => section
            .parsed("property", |name| {
                let name = known(name, around.input)?;
                if taken(&name) {
                    return Err(Wrong::new("is a parameter", "name another, or take that parameter out"));
                }
                Ok(name)
            })
            .map(Some),
    };
    let parts = match section.value("parts") {
        None => Some(BTreeMap::new()),
        Some(_) => section.section("parts", "parts = { photo = { file = true } }").and_then(|section| {
            let fields = around.input.and_then(|input| match &property {
                None => None,
                Some(None) => Some(properties(input).filter(|name| !taken(name)).collect::<Vec<_>>()),
                // What the schema of one property refers to is not looked up: only names it gives itself are known.
                Some(Some(whole)) => {
                    let fields: Vec<_> = properties(self::property(input, whole)).collect();
                    (!fields.is_empty()).then_some(fields)
                }
            });
            parts(&section, form, fields.as_deref())
        }),
    };
    Some(Body { form: form?, media: media?, property: property?, parts: parts? })
}

fn parts(
    section: &Section<'_>,
    form: Option<BodyForm>,
    fields: Option<&[&str]>,
) -> Option<BTreeMap<String, Part>> {
    let mut parts = BTreeMap::new();
    let mut good = true;
    for name in section.keys() {
        let wrong = |problem: &str, fix: String| {
            section.wrong(name, Wrong::new(problem, fix));
            None
        };
        let part = if matches!(form, Some(BodyForm::Json | BodyForm::Text | BodyForm::Binary)) {
            wrong("only urlencoded and multipart bodies have fields", "take it out".to_owned())
        } else if let Some(fields) = fields.filter(|fields| !fields.contains(&name)) {
            wrong("is not a field of the body", stranger(name, fields))
        } else {
            section.section(name, "{ file = true }").and_then(|section| part(&section, form))
        };
        match part {
            Some(part) => drop(parts.insert(name.to_owned(), part)),
            None => good = false,
        }
    }
    good.then_some(parts)
}

fn part(section: &Section<'_>, form: Option<BodyForm>) -> Option<Part> {
    section.only(&["style", "explode", "media", "file"]);
    let style = match section.value("style") {
        None => Some(None),
        Some(_) => section
            .text("style")
            .and_then(|text| section.word("style", text, &STYLES))
            .filter(|style| fits(section, *style, Place::Query))
            .map(Some),
    };
    let explode = flag(section, "explode", style.flatten().is_some_and(standard_explode));
    let media = match section.value("media") {
        None => Some(None),
        Some(_) => section.parsed("media", |text| media(text, None)).map(Some),
    };
    let file = flag(section, "file", false);
    if file == Some(true) && form == Some(BodyForm::Urlencoded) {
        section.wrong("file", Wrong::new("such a body holds no files", "write form = \"multipart\""));
    }
    Some(Part { style: style?, explode: explode?, media: media?, file: file? })
}

/// One media type, such as a request can name (RFC 9110 §8.3.1).
fn media(text: &str, form: Option<BodyForm>) -> Result<String, Wrong> {
    let fix = format!("write one like \"{}\"", form.map_or("image/png", standard_media));
    let (essence, more) = text.split_once(';').unwrap_or((text, ""));
    // A star is a token's character, and means that there are several.
    let token = |text: &str| !text.is_empty() && text.bytes().all(|byte| in_token(byte) && byte != b'*');
    let good = essence.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    if !good || !more.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || text.ends_with(' ') {
        return Err(Wrong::new("is not one media type", fix));
    }
    let needed = match form {
        Some(form @ (BodyForm::Urlencoded | BodyForm::Multipart)) => standard_media(form),
        _ => return Ok(text.to_owned()),
    };
    // What follows a multipart's type is its boundary, and that is ours to choose.
    if !essence.eq_ignore_ascii_case(needed) || (form == Some(BodyForm::Multipart) && !more.is_empty()) {
        return Err(Wrong::new(
            "is not what such a body is",
            format!("write media = \"{needed}\", or leave it out"),
        ));
    }
    Ok(text.to_owned())
}

/// RFC 9110 §5.6.2
fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn flag(section: &Section<'_>, key: &str, standard: bool) -> Option<bool> {
    match section.value(key) {
        Some(_) => section.flag(key),
        None => Some(standard),
    }
}

/// The key under which a parameter's name stands.
fn name_key(section: &Section<'_>) -> &'static str {
    if section.value("name").is_some() { "name" } else { "property" }
}

/// A property of the input; without one that could be read, any.
fn known(name: &str, input: Option<&Value>) -> Result<String, Wrong> {
    let Some(input) = input else { return Ok(name.to_owned()) };
    let known: Vec<_> = properties(input).collect();
    match known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(Wrong::new("is not a property of the input", stranger(name, &known))),
    }
}

fn stranger(name: &str, known: &[&str]) -> String {
    match meant(name, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if known.is_empty() => "there are none: add it to [tool.input]".to_owned(),
        None => format!("write one of {}, or add it to [tool.input]", known.join(", ")),
    }
}
