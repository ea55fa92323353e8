//! How a user would connect the records.

/// The source file: no label and no key, and every kind of effect.
pub(crate) fn source_file(base_url: &str) -> String {
    let mut file = format!(
        r#"name = "records"
kind = "http"
base_url = "{base_url}"
auth = {{ kind = "none" }}
idempotency_header = "Idempotency-Key"
limits = {{ in_flight = 256, deadline = "60s", result_bytes = "4MiB" }}

[[tool]]
name = "list"
description = "All records, by id"
method = "GET"
path = "/records"
[tool.input]
type = "object"
properties.ms = {{ type = "integer", minimum = 0, maximum = 60000 }}
"#
    );
    for tool in TOOLS {
        file.push_str(&tool.written());
    }
    file
}

struct Tool {
    name: &'static str,
    about: &'static str,
    method: &'static str,
    path: &'static str,
    effect: &'static str,
    /// The member that holds what is written.
    takes: Option<&'static str>,
}

const ONE: &str = "/records/{id}";

const TOOLS: [Tool; 6] = [
    Tool { name: "get", about: "One record", method: "GET", path: ONE, effect: "read", takes: None },
    Tool {
        name: "put",
        about: "Sets a record's value, and makes the record if there is none",
        method: "PUT",
        path: ONE,
        effect: "idempotent_write",
        takes: Some("value"),
    },
    Tool {
        name: "patch",
        about: "Merges a value into that of a record",
        method: "PATCH",
        path: ONE,
        effect: "write",
        takes: Some("value"),
    },
    Tool {
        name: "create",
        about: "Makes a record, which must not be there yet",
        method: "POST",
        path: ONE,
        effect: "write",
        takes: Some("value"),
    },
    Tool {
        name: "append",
        about: "Adds an entry to a record, and makes the record if there is none",
        method: "POST",
        path: "/records/{id}/append",
        effect: "write",
        takes: Some("entry"),
    },
    Tool {
        name: "delete",
        about: "Removes a record",
        method: "DELETE",
        path: ONE,
        effect: "idempotent_write",
        takes: None,
    },
];

impl Tool {
    fn written(&self) -> String {
        let Self { name, about, method, path, effect, takes } = self;
        let taken = takes.map_or_else(String::new, |member| {
            format!("properties.{member} = {{ description = \"Anything\" }}\n")
        });
        format!(
            r#"
[[tool]]
name = "{name}"
description = "{about}"
method = "{method}"
path = "{path}"
effect = "{effect}"
resource = "{ONE}"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = "string", pattern = "^[a-z0-9]+$" }}
properties.ms = {{ type = "integer", minimum = 0, maximum = 60000 }}
{taken}"#
        )
    }
}
