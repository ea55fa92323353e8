//! How a model reads on where something was cut.

use domain::id::Handle;
use domain::tool::ToolId;

/// A place in a result from which more can be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadOn<'a> {
    pub(crate) handle: Handle,
    /// RFC 6901; empty for the whole.
    pub(crate) pointer: &'a str,
    /// Of the items, members or characters there, the first that was not shown.
    pub(crate) offset: u64,
}

impl ReadOn<'_> {
    /// The arguments, as JSON.
    pub(crate) fn arguments(&self) -> String {
        let Self { handle, pointer, offset } = self;
        let mut arguments = format!("{{\"call\":\"{handle}\"");
        if !pointer.is_empty() {
            arguments.push_str(",\"pointer\":");
            arguments.push_str(&quoted(pointer));
        }
        if *offset > 0 {
            arguments.push_str(&format!(",\"offset\":{offset}"));
        }
        arguments.push('}');
        arguments
    }

    /// The call, in words between brackets: for texts.
    pub(crate) fn line(&self, what: &str) -> String {
        format!("({what}: read on with {} {})", ToolId::read_result().wire(), self.arguments())
    }

    /// The call as a JSON object that stands where something was cut.
    pub(crate) fn object(&self, what: &str) -> String {
        format!("{{\"cut\":{},\"{}\":{}}}", quoted(what), ToolId::read_result().wire(), self.arguments())
    }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
