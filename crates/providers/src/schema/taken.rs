//! Which part of JSON Schema each protocol takes.

use domain::model::Protocol;

/// What a protocol takes in a tool's schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Every keyword below the top.
    pub(super) all: bool,
    /// If not all, or if a reference stands in the way of that, these.
    pub(super) keywords: &'static [&'static str],
    /// If not any `format`, these.
    pub(super) formats: Option<&'static [&'static str]>,
    /// Whether an `enum` may hold only text and numbers.
    pub(super) plain_enum: bool,
    /// If not all of these, the keywords that may stand at the top.
    pub(super) top: Option<&'static [&'static str]>,
}

/// What every validator knows, but for what changes its meaning with what stands elsewhere.
const USUAL: &[&str] = &[
    "type",
    "title",
    "description",
    "format",
    "default",
    "examples",
    "const",
    "enum",
    "properties",
    "patternProperties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "anyOf",
];

/// Everything, but at the top an object without alternatives. Anthropic: "input_schema does not support oneOf, allOf, or
/// anyOf at the top level"; OpenAI: "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at
/// the top level". Those who imitate OpenAI take the same or less of this, and none takes less of the rest in a way that
/// all share.
const ALL: Taken = Taken { all: true, keywords: USUAL, formats: None, plain_enum: false, top: None };

impl Taken {
    pub(super) fn of(protocol: Protocol) -> Self {
        match protocol {
            // Cohere's own documents name limits for `strict_tools` alone, which we don't ask for.
            Protocol::OpenaiChat | Protocol::OpenaiResponses | Protocol::Anthropic | Protocol::Cohere => ALL,
            // ai.google.dev/gemini-api/docs/structured-output, "JSON Schema support": of `parametersJsonSchema`.
            Protocol::Gemini => Self {
                all: false,
                keywords: &[
                    "type",
                    "title",
                    "description",
                    "format",
                    "enum",
                    "properties",
                    "required",
                    "additionalProperties",
                    "items",
                    "prefixItems",
                    "minItems",
                    "maxItems",
                    "minimum",
                    "maximum",
                    "anyOf",
                ],
                formats: Some(&["date-time", "date", "time"]),
                plain_enum: true,
                top: None,
            },
            // ollama/ollama, api/types.go, ToolFunctionParameters and ToolProperty: what else is there is not read, and so
            // never reaches the model unless a description says it.
            Protocol::Ollama => Self {
                all: false,
                keywords: &["type", "description", "enum", "properties", "required", "items", "anyOf"],
                formats: None,
                plain_enum: false,
                top: Some(&["type", "description", "properties", "required", "items"]),
            },
            // docs.aws.amazon.com/nova: "the top level schema … only supports type, properties and required". References
            // are written out, since there is then no place for their definitions.
            Protocol::Bedrock => Self {
                all: false,
                keywords: USUAL,
                formats: None,
                plain_enum: false,
                top: Some(&["type", "properties", "required"]),
            },
        }
    }

    pub(super) fn has(self, keyword: &str) -> bool {
        self.keywords.contains(&keyword)
    }
}
