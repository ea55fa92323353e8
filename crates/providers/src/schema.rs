//! Tools' schemas as a protocol accepts them.
//!
//! A provider refuses the whole request over one keyword that it does not know. So a schema is brought into the part of
//! JSON Schema that the protocol takes, and what does not fit stands in a description, for the model to read. The
//! arguments that come back are checked against the schema as it was, so what is sent may allow more than that one, but
//! never less: a model must be able to write whatever the tool takes. Everything here only loosens, therefore:
//!
//! - A keyword may go only where that allows more: never from within `not` or `if`, which are kept or dropped whole; and
//!   with it goes what it was an exception from (`additionalProperties` with `patternProperties`, `items` with
//!   `prefixItems`).
//! - Of alternatives any may hold: `oneOf` becomes `anyOf`, since loosened alternatives may hold together.

mod inside;
mod lists;
mod taken;
mod top;

use std::borrow::Cow;

use domain::json::Json;
use domain::model::{OfferedTool, Protocol};
use serde_json::Value;

use inside::Loosening;
use taken::Taken;

/// The tools with their schemas as the protocol accepts them; most need nothing.
pub(crate) fn adapted_tools(protocol: Protocol, tools: &[OfferedTool]) -> Cow<'_, [OfferedTool]> {
    let fits = |tool: &OfferedTool| matches!(adapted(protocol, &tool.input.0), Cow::Borrowed(_));
    if tools.iter().all(fits) {
        return Cow::Borrowed(tools);
    }
    let adapt = |tool: &OfferedTool| {
        let input = Json(adapted(protocol, &tool.input.0).into_owned());
        OfferedTool { input, ..tool.clone() }
    };
    Cow::Owned(tools.iter().map(adapt).collect())
}

/// A schema of a tool's arguments as the protocol accepts it. Every JSON object that is valid under the one is valid under
/// the other. (Arguments are objects in every protocol, so nothing else counts.) Borrowed if nothing had to be changed.
pub(crate) fn adapted(protocol: Protocol, schema: &Value) -> Cow<'_, Value> {
    let taken = Taken::of(protocol);
    let whole = if taken.all { only_its_top(taken, schema) } else { None };
    let whole = whole.unwrap_or_else(|| {
        let loose = Loosening::new(taken, schema).of(schema);
        top::as_object(taken, if taken.all { lists::with_items(&loose) } else { loose })
    });
    if whole == *schema { Cow::Borrowed(schema) } else { Cow::Owned(whole) }
}

/// The schema with nothing changed but its top. None if something in it refers to what is changed: it might stand within
/// a `not`, and then allow less.
fn only_its_top(taken: Taken, schema: &Value) -> Option<Value> {
    let filled = lists::with_items(schema);
    let whole = top::as_object(taken, filled.clone());
    (whole == filled || !refers_to_top(schema)).then_some(whole)
}

/// Whether a reference leads elsewhere than to a definition.
fn refers_to_top(schema: &Value) -> bool {
    let aside =
        |reference: &str| reference.starts_with("#/$defs/") || reference.starts_with("#/definitions/");
    match schema {
        Value::Object(fields) => fields.iter().any(|(keyword, value)| match value {
            Value::String(reference) if keyword == "$ref" => !aside(reference),
            Value::String(_) => keyword == "$dynamicRef" || keyword == "$recursiveRef",
            value => refers_to_top(value),
        }),
        Value::Array(values) => values.iter().any(refers_to_top),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
