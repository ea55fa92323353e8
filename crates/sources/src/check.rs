//! Arguments against everything that a call asks of them: the tool's schema, and a place for each in the request.

use domain::json::{Json, sha256_hex};
use domain::source::{Auth, KeyPlace, SourceSpec};
use domain::tool::ToolSpec;
use serde_json::{Map, Value};
use url::Url;

use crate::arguments::Arguments;
use crate::place::{Placed, has_body, placed};
use crate::schema::{mistakes, properties};
use crate::shaped::shaped;
use crate::taken::Taken;
use crate::template::Template;

/// Every mistake of the arguments (JSON text), in words for whoever writes them; none if a call with them can be
/// prepared, its secret apart. For a form that says what is wrong while a person writes.
pub fn mistakes_of(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Vec<String> {
    if tool.mcp.is_some() {
        return fields(&tool.input, arguments).err().unwrap_or_default();
    }
    match request(spec, tool, arguments) {
        Ok(_) => Vec::new(),
        Err(Unfit::Arguments(mistakes)) => mistakes,
        Err(Unfit::Spec(words)) => vec![words],
    }
}

/// The arguments (JSON text) as a schema takes them: what a source that needs no place for each is sent.
///
/// # Errors
/// Every mistake, in words for whoever writes them.
pub fn fields(schema: &Json, arguments: &str) -> Result<Map<String, Value>, Vec<String>> {
    let fields = Arguments::parse(arguments).map_err(|words| vec![words])?.fields;
    let mistakes = mistakes(&schema.0, &fields).map_err(|words| vec![words])?;
    if mistakes.is_empty() { Ok(fields) } else { Err(mistakes) }
}

/// The same text for calls that would send the very same request, however their arguments are written; `None` for a
/// call that writes, which must be sent for itself, and for arguments that fit no request. It holds nothing of the
/// arguments in the clear. It is meant for calls under one definition of the source: it does not look at credentials.
pub fn identity(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Option<String> {
    // What a server's tool reads may change by itself, and no header says for how long an answer holds.
    if tool.effect.writes() || tool.mcp.is_some() {
        return None;
    }
    let mut arguments = Value::Object(Arguments::parse(arguments).ok()?.fields);
    arguments.sort_all_objects();
    let Value::Object(fields) = arguments else { return None };
    let placed = put(spec, tool, &fields).ok()?;
    // The tool's name and label are in it since two tools, or two versions of one, may label one request's result
    // differently; what goes into the headers is, since a source may have been changed between two calls.
    let rest = serde_json::to_string(&(&spec.headers, &spec.auth, &tool.label)).ok()?;
    let mut text =
        format!("{} {} {}\n{rest}\n", spec.id_of(tool), tool.method.word(), placed.url).into_bytes();
    if tool.request.is_some() {
        let media = placed.body.as_ref().map(|body| &body.media);
        text.extend(serde_json::to_vec(&(&placed.headers, media)).ok()?);
        text.push(b'\n');
    }
    text.extend(placed.body.map(|body| body.bytes).unwrap_or_default());
    Some(sha256_hex(&text))
}

/// What a call sends.
pub(crate) struct Request {
    /// The names of the arguments that the tool takes and that the call has.
    pub(crate) names: Vec<String>,
    pub(crate) placed: Placed,
    /// The arguments.
    pub(crate) fields: Map<String, Value>,
}

/// Why there is no request.
pub(crate) enum Unfit {
    /// Mistakes of whoever wrote the arguments.
    Arguments(Vec<String>),
    /// The spec is not one that [`crate::read_source`] would have given.
    Spec(String),
}

/// Checks the arguments and puts each in its place.
pub(crate) fn request(spec: &SourceSpec, tool: &ToolSpec, arguments: &str) -> Result<Request, Unfit> {
    let wrong = |words| Unfit::Arguments(vec![words]);
    let fields = Arguments::parse(arguments).map_err(wrong)?.fields;
    let mistakes = mistakes(&tool.input.0, &fields).map_err(Unfit::Spec)?;
    if !mistakes.is_empty() {
        return Err(Unfit::Arguments(mistakes));
    }
    if let (Auth::ApiKey { place: KeyPlace::Query, name, .. }, false, None) =
        (&spec.auth, has_body(tool.method), &tool.request)
        && fields.contains_key(name)
    {
        return Err(wrong(format!("`{name}` is where the source's key goes: leave it out")));
    }
    let placed = put(spec, tool, &fields)?;
    let mut names: Vec<_> = properties(&tool.input.0).map(str::to_owned).collect();
    names.extend(fields.keys().cloned());
    Ok(Request { names, placed, fields })
}

fn put(spec: &SourceSpec, tool: &ToolSpec, fields: &Map<String, Value>) -> Result<Placed, Unfit> {
    let base = Url::parse(&spec.base_url).map_err(|_| Unfit::Spec("its base address is none".to_owned()))?;
    let template = Template::parse(&tool.path).map_err(|wrong| Unfit::Spec(wrong.problem))?;
    let placed = match &tool.request {
        None => placed(&base, &template, tool.method, fields),
        Some(shape) => {
            // A spec need not have come from a file: what no argument may set is looked at once more.
            Taken::by(spec).leaves(shape).map_err(|wrong| Unfit::Spec(wrong.problem))?;
            shaped(&base, &template, shape, &spec.auth, fields)
        }
    };
    placed.map_err(|words| Unfit::Arguments(vec![words]))
}
