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
    /// The call in words, for texts.
    pub(crate) fn words(&self, what: &str) -> String {
        format!("(cut here: {what}. Read on with {} {})", ToolId::read_result().wire(), self.arguments())
    }

    /// The call as a JSON object that stands where something was cut. `begins` is how a string begins, as it is
    /// written between its quotes.
    pub(crate) fn object(&self, what: &str, begins: Option<&str>) -> String {
        let begins = begins.map(|text| format!("\"begins\":\"{text}\",")).unwrap_or_default();
        format!("{{\"cut\":\"{what}\",{begins}\"{}\":{}}}", ToolId::read_result().wire(), self.arguments())
    }

    fn arguments(&self) -> String {
        let Self { handle, pointer, offset } = self;
        let pointer = match *pointer {
            "" => String::new(),
            pointer => format!(",\"pointer\":{}", serde_json::Value::from(pointer)),
        };
        let offset = if *offset > 0 { format!(",\"offset\":{offset}") } else { String::new() };
        format!("{{\"call\":\"{handle}\"{pointer}{offset}}}")
    }
}
