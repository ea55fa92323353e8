//! The parameters of an operation: what it declares, and how each goes into a request.

use domain::request::{Place, Style, is_header_of_ours};

use crate::convert::Shared;
use crate::document::{Node, Version};

/// Headers that OpenAPI itself says are no parameters (3.1 §4.8.12.2.1).
const SAID_ELSEWHERE: [&str; 3] = ["accept", "authorization", "content-type"];

/// The most parameters of one operation.
const MOST: usize = 500;
/// The longest name of one, in bytes.
const LONGEST_NAME: usize = 256;

/// Where a parameter goes; the last two only in version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    /// Outside the body.
    Place(Place),
    /// It is the body.
    Body,
    /// It is a field of the body.
    Form,
}

/// One parameter as declared.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'d> {
    pub(crate) name: &'d str,
    pub(crate) place: In,
    pub(crate) required: bool,
    /// The parameter itself.
    pub(crate) node: Node<'d>,
}

/// An operation's parameters, with those of its path that it does not declare anew.
///
/// # Errors
/// What makes the operation unusable.
pub(crate) fn declared<'d>(
    shared: &Shared<'d>,
    item: Node<'d>,
    operation: Node<'d>,
    notes: &mut Vec<String>,
) -> Result<Vec<Declared<'d>>, String> {
    let mut all: Vec<Declared<'d>> = Vec::new();
    for node in operation.items("parameters").chain(item.items("parameters")) {
        let node = shared.documents.follow(node)?;
        let (Some(name), Some(place)) = (node.text("name"), node.text("in")) else {
            return Err("a parameter has no `name` or no `in`".to_owned());
        };
        if all.len() == MOST || name.len() > LONGEST_NAME {
            return Err(format!("it has more than {MOST} parameters, or one whose name is too long"));
        }
        let required = node.flag("required");
        let place = match place {
            "path" => In::Place(Place::Path),
            "query" => In::Place(Place::Query),
            "header" => In::Place(Place::Header),
            "cookie" => In::Place(Place::Cookie),
            "body" => In::Body,
            "formData" => In::Form,
            other if required => {
                return Err(format!("its parameter `{name}` is in `{other}`, which is no place here"));
            }
            other => {
                notes.push(format!("the parameter `{name}` was left out: `{other}` is no place here"));
                continue;
            }
        };
        let header = place == In::Place(Place::Header);
        let lower = name.to_ascii_lowercase();
        if header && SAID_ELSEWHERE.contains(&lower.as_str()) {
            continue;
        }
        if header && is_header_of_ours(&lower) {
            notes.push(format!("the header `{name}` was left out: no argument may set it"));
            continue;
        }
        // In a path every parameter is required, whatever its author forgot to say.
        let required = required || place == In::Place(Place::Path);
        let same = |known: &Declared<'_>| {
            let same_name = if header { known.name.eq_ignore_ascii_case(name) } else { known.name == name };
            same_name && known.place == place
        };
        if !all.iter().any(same) {
            all.push(Declared { name, place, required, node });
        }
    }
    Ok(all)
}

/// How a parameter's value becomes text.
pub(crate) struct Written {
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) reserved: bool,
}

/// The style of a parameter outside the body.
pub(crate) fn written(shared: &Shared<'_>, node: Node<'_>, place: Place, notes: &mut Vec<String>) -> Written {
    let standard = if matches!(place, Place::Query | Place::Cookie) { Style::Form } else { Style::Simple };
    if shared.version == Version::V2 {
        let (style, explode) = match list_style(node) {
            Some((Style::Form, explode)) => (standard, explode && standard == Style::Form),
            Some(other) => other,
            None => (standard, standard == Style::Form),
        };
        return Written { style, explode, reserved: false };
    }
    if let Some((media, _)) = node.members("content").next() {
        let json = media == "application/json" || media.ends_with("+json");
        let style = if json { Style::Json } else { standard };
        return Written { style, explode: false, reserved: false };
    }
    let name = node.text("style");
    let style = match (name, place) {
        (None, _) => standard,
        (Some("simple"), Place::Path | Place::Header) => Style::Simple,
        (Some("label"), Place::Path) => Style::Label,
        (Some("matrix"), Place::Path) => Style::Matrix,
        (Some("form"), Place::Query | Place::Cookie) | (Some("cookie"), Place::Cookie) => Style::Form,
        (Some("spaceDelimited"), Place::Query) => Style::SpaceDelimited,
        (Some("pipeDelimited"), Place::Query) => Style::PipeDelimited,
        (Some("deepObject"), Place::Query) => Style::DeepObject,
        (Some(other), _) => {
            let parameter = node.text("name").unwrap_or_default();
            notes.push(format!(
                "the style `{other}` of `{parameter}` has no meaning there; the standard one is used"
            ));
            standard
        }
    };
    let explode = match node.value.get("explode").and_then(serde_json::Value::as_bool) {
        Some(explode) => explode,
        None => matches!(style, Style::Form | Style::DeepObject),
    };
    Written { style, explode, reserved: node.flag("allowReserved") }
}

/// How version 2 writes a list in one text; `None` for what is no list.
pub(crate) fn list_style(node: Node<'_>) -> Option<(Style, bool)> {
    if node.text("type") != Some("array") {
        return None;
    }
    Some(match node.text("collectionFormat") {
        Some("multi") => (Style::Form, true),
        Some("ssv") => (Style::SpaceDelimited, false),
        Some("tsv") => (Style::TabDelimited, false),
        Some("pipes") => (Style::PipeDelimited, false),
        _ => (Style::Form, false),
    })
}

/// The schema of a parameter: it holds its own in version 2; none if it says nothing.
pub(crate) fn schema<'d>(shared: &Shared<'d>, node: Node<'d>) -> Option<Node<'d>> {
    if shared.version == Version::V2 {
        return Some(node);
    }
    let content = || node.members("content").next().and_then(|(_, media)| media.get("schema"));
    node.get("schema").or_else(content)
}
