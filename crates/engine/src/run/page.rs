//! What a call of `read_result` asks for.

use domain::id::Handle;
use domain::json::Json;
use domain::model::OfferedTool;
use domain::tool::ToolId;
use serde::Deserialize;
use serde_json::json;

/// A part of a recorded result.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// The handle of the call whose result it reads.
    pub(crate) call: Handle,
    /// An RFC 6901 pointer into the result; empty for the whole.
    #[serde(default)]
    pub(crate) pointer: String,
    /// How many items, members or characters to leave out.
    #[serde(default)]
    pub(crate) offset: u64,
}

impl Page {
    /// Reads the arguments as a model wrote them; in words, what is wrong with them.
    pub(crate) fn parse(arguments: &str) -> Result<Self, String> {
        serde_json::from_str(arguments).map_err(|error| {
            format!(
                "nothing was read, the arguments for {} don't fit: {error}. Write {{\"call\": \"c3\", \"pointer\": \
                 \"/items\", \"offset\": 20}}; `pointer` and `offset` may be left out.",
                ToolId::read_result()
            )
        })
    }
}

/// The tool as every model is offered it.
pub(crate) fn offered() -> OfferedTool {
    OfferedTool {
        name: ToolId::read_result().wire(),
        description: "Reads more of a result that was cut, from the record and without asking its source again: the \
                      part of result `call` (a handle such as \"c3\") at the RFC 6901 `pointer`, from `offset` on \
                      (items of a list, members of an object, or characters)."
            .to_owned(),
        input: Json(json!({
            "type": "object",
            "required": ["call"],
            "properties": {
                "call": { "type": "string", "description": "The result's handle, such as c3" },
                "pointer": { "type": "string", "description": "RFC 6901, such as /items; left out: the whole" },
                "offset": { "type": "integer", "minimum": 0 },
            },
            "additionalProperties": false,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        assert_eq!(Page::parse(r#"{"call": "c3"}"#).unwrap().call, Handle(3));
        for wrong in
            ["", "{}", r#"{"call": 3}"#, r#"{"call": "c3", "offset": -1}"#, r#"{"call": "c3", "x": 1}"#]
        {
            assert!(Page::parse(wrong).unwrap_err().contains("don't fit"), "{wrong}");
        }
    }
}
