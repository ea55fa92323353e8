//! Which thing a call touches.

use domain::tool::{SourceName, ToolSpec};

use crate::arguments::{Arguments, path_text};
use crate::template::Template;

/// The resource of a call, with the arguments in place: `/crm/customers/7`. Two calls that meet there, one path
/// being a prefix of the other, may disturb one another. Where an argument is missing or has no place in a path,
/// the resource is the part above it: wider, and so on the safe side.
pub fn resource(source: &SourceName, tool: &ToolSpec, arguments: &str) -> String {
    let fields = Arguments::parse(arguments).map(|arguments| arguments.fields).unwrap_or_default();
    let below = match Template::parse(&tool.resource) {
        Ok(template) => template.fill_beginning(|name| path_text(fields.get(tool.property_in_path(name))?)),
        Err(_) => String::new(),
    };
    format!("/{source}{}", below.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use domain::effect::{Effect, Method};
    use domain::json::Json;
    use domain::label::Label;

    use super::*;

    #[test]
    fn a_resource_is_as_narrow_as_the_arguments_allow() {
        let tool = ToolSpec {
            name: "add_note".parse().unwrap(),
            description: String::new(),
            method: Method::Post,
            path: "/notes".to_owned(),
            effect: Effect::Write,
            resource: "/customers/{id}/notes".to_owned(),
            exclusive: false,
            label: Label::PUBLIC,
            input: Json::default(),
            request: None,
            paging: None,
            mcp: None,
        };
        let source = "crm".parse().unwrap();
        assert_eq!(resource(&source, &tool, r#"{"id": 7}"#), "/crm/customers/7/notes");
        assert_eq!(resource(&source, &tool, r#"{"id": "7"}"#), "/crm/customers/7/notes");
        assert_eq!(resource(&source, &tool, r#"{"id": "a/b"}"#), "/crm/customers/a%2Fb/notes");
        assert_eq!(resource(&source, &tool, "{}"), "/crm/customers");
        assert_eq!(resource(&source, &tool, "not json"), "/crm/customers");
        assert_eq!(resource(&source, &tool, r#"{"id": ".."}"#), "/crm/customers");
    }
}
