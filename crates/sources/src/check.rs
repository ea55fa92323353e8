//! Arguments against everything that a call asks of them: the tool's schema, and a place for each in the request.

use domain::json::sha256_hex;
use domain::source::{Auth, KeyPlace, SourceSpec};
use domain::tool::ToolSpec;
use serde_json::{Map, Value};
use url::Url;

use crate::arguments::Arguments;
use crate::place::{has_body, placed};
use crate::schema::{mistakes, properties};
use crate::template::Template;

/// Every mistake of the arguments (JSON text), in words for whoever writes them; none if a call with them can be
/// prepared, its secret apart. For a form that says what is wrong while a person writes.
pub fn mistakes_of(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Vec<String> {
    match request(spec, tool, arguments) {
        Ok(_) => Vec::new(),
        Err(Unfit::Arguments(mistakes)) => mistakes,
        Err(Unfit::Spec(words)) => vec![words],
    }
}

/// The same text for calls that would send the very same request, however their arguments are written; `None` for a
/// call that writes, which must be sent for itself, and for arguments that fit no request. It holds nothing of the
/// arguments in the clear. It is meant for calls under one definition of the source: it does not look at credentials.
pub fn identity(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Option<String> {
    if tool.effect.writes() {
        return None;
    }
    let mut arguments = Value::Object(Arguments::parse(arguments).ok()?.fields);
    arguments.sort_all_objects();
    let Value::Object(fields) = arguments else { return None };
    let (url, body) = put(spec, tool, &fields).ok()?;
    // The tool's name and label are in it since two tools, or two versions of one, may label one request's result
    // differently; what goes into the headers is, since a source may have been changed between two calls.
    let rest = serde_json::to_string(&(&spec.headers, &spec.auth, &tool.label)).ok()?;
    let mut text = format!("{} {} {url}\n{rest}\n", spec.id_of(tool), tool.method.word()).into_bytes();
    text.extend(body.unwrap_or_default());
    Some(sha256_hex(&text))
}

/// The address and the body of a call.
pub(crate) struct Request {
    /// The names of the arguments that the tool takes and that the call has.
    pub(crate) names: Vec<String>,
    pub(crate) url: Url,
    pub(crate) body: Option<Vec<u8>>,
}

/// Why there is no request.
pub(crate) enum Unfit {
    /// Mistakes of whoever wrote the arguments.
    Arguments(Vec<String>),
    /// The spec is not one that [`crate::read_source`] would have given.
    Spec(String),
}

/// Checks the arguments and makes address and body of them.
pub(crate) fn request(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Result<Request, Unfit> {
    let wrong = |words| Unfit::Arguments(vec![words]);
    let fields = Arguments::parse(arguments).map_err(wrong)?.fields;
    let mistakes = mistakes(&tool.input.0, &fields).map_err(Unfit::Spec)?;
    if !mistakes.is_empty() {
        return Err(Unfit::Arguments(mistakes));
    }
    if let (Auth::ApiKey { place: KeyPlace::Query, name, .. }, false) = (&spec.auth, has_body(tool.method))
        && fields.contains_key(name)
    {
        return Err(wrong(format!("`{name}` is where the source's key goes: leave it out")));
    }
    let (url, body) = put(spec, tool, &fields)?;
    let mut names: Vec<_> = properties(&tool.input.0).map(str::to_owned).collect();
    names.extend(fields.into_iter().map(|(name, _)| name));
    Ok(Request { names, url, body })
}

fn put(
    spec: &SourceSpec,
    tool: &ToolSpec,
    fields: &Map<String, Value>,
) -> Result<(Url, Option<Vec<u8>>), Unfit> {
    let base = Url::parse(&spec.base_url).map_err(|_| Unfit::Spec("its base address is none".to_owned()))?;
    let template = Template::parse(&tool.path).map_err(|wrong| Unfit::Spec(wrong.problem))?;
    placed(&base, &template, tool.method, fields).map_err(|words| Unfit::Arguments(vec![words]))
}
