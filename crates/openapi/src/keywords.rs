//! The keywords of JSON Schema 2020-12 that say which values are valid, by what they hold.

/// What a keyword's value must be to be kept as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Any number.
    Number,
    /// A number above zero.
    Positive,
    /// A whole number from zero.
    Count,
    /// `true` or `false`.
    Flag,
    /// A text.
    Text,
    /// A text for people, which is cut.
    Prose,
    /// A regular expression.
    Pattern,
    /// Distinct texts.
    Names,
    /// Any values, at least one.
    Values,
    /// Any value.
    Anything,
    /// A small value that only explains.
    Example,
    /// Lists of names, by name.
    NamesByName,
    /// One schema.
    Schema,
    /// At least one schema.
    Schemas,
    /// Schemas by name.
    SchemasByName,
    /// Schemas by regular expression.
    SchemasByPattern,
    /// A type's name, or several.
    Type,
    /// A bound that 3.0 turns into an exclusive one by a flag beside it.
    Exclusive,
    /// One schema for all items, or, before 2020-12, one each.
    Items,
}

/// What a keyword holds; `None` for one that says nothing of a value's validity or that no longer exists.
pub(crate) fn holds(keyword: &str) -> Option<Holds> {
    Some(match keyword {
        "type" => Holds::Type,
        "maximum" | "minimum" => Holds::Number,
        "exclusiveMaximum" | "exclusiveMinimum" => Holds::Exclusive,
        "multipleOf" => Holds::Positive,
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties"
        | "maxContains" | "minContains" => Holds::Count,
        "uniqueItems" | "deprecated" | "writeOnly" => Holds::Flag,
        "format" | "contentEncoding" | "contentMediaType" => Holds::Text,
        "title" | "description" => Holds::Prose,
        "pattern" => Holds::Pattern,
        "required" => Holds::Names,
        "enum" => Holds::Values,
        "const" => Holds::Anything,
        "default" | "example" | "examples" => Holds::Example,
        "dependentRequired" => Holds::NamesByName,
        "additionalProperties"
        | "propertyNames"
        | "contains"
        | "not"
        | "if"
        | "then"
        | "else"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Holds::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::Schemas,
        "properties" | "dependentSchemas" => Holds::SchemasByName,
        "patternProperties" => Holds::SchemasByPattern,
        "items" => Holds::Items,
        _ => return None,
    })
}

/// Whether a keyword that is not kept said something of a value's validity, so that leaving it out is told.
pub(crate) fn is_missed(keyword: &str) -> bool {
    matches!(keyword, "$dynamicRef" | "$recursiveRef" | "dependencies" | "additionalItems")
}

/// The types of JSON Schema.
pub(crate) const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
