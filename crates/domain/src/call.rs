//! A tool call: what the model asked for, once we know what it means.

use serde::{Deserialize, Serialize};

use crate::effect::Effect;
use crate::id::{BatchId, CallId, Handle};
use crate::label::{Integrity, Label};
use crate::tool::ToolId;

/// A call as it goes through decision, dispatch and record. `tool` is `None` if the model asked for a tool that is
/// not connected; such a call still gets its outcome and its place in the follow-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ToolCall {
    /// Ours.
    pub id: CallId,
    /// The batch it belongs to; `None` for a call by hand.
    pub batch: Option<BatchId>,
    /// Its place in the batch, from 0: the model's order.
    pub position: u32,
    /// How the model may cite its result.
    pub handle: Handle,
    /// The id under which the model asked; may repeat within a message.
    pub asked_as: String,
    /// The tool's name as the model wrote it.
    pub asked_for: String,
    /// The tool it means.
    pub tool: Option<ToolId>,
    /// The definition in force, see [`crate::tool::ToolSpec::version`]; empty without a tool.
    pub tool_version: String,
    /// What it does; `Write` if we don't know.
    pub effect: Effect,
    /// The label of the tool (later also of the arguments).
    pub label: Label,
    /// The arguments as the model wrote them.
    pub arguments: String,
    /// The argument that tells a person most: `id 7`, `region North`; may be empty.
    pub telling: String,
}

/// What policy says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It runs.
    Allow,
    /// A person decides.
    Ask,
    /// It doesn't run.
    Deny,
}

/// What policy said of a call, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// The id of the rule that decided.
    pub rule: String,
    /// The reason in words.
    pub reason: String,
    /// Where the arguments came from that the decision turned on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<ArgumentOrigin>,
}

/// Where a value of a call's arguments came from, found by the value itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ArgumentOrigin {
    /// Its place in the arguments: an RFC 6901 pointer.
    pub argument: String,
    /// The value.
    pub value: String,
    /// Where it was before the model wrote it, the most trusted place first; none if the model alone wrote it.
    pub from: Vec<Origin>,
}

/// A place where a value was before the model wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// The person wrote it in this conversation.
    Person,
    /// A result holds it.
    Result {
        /// Whose.
        handle: Handle,
        /// Where in it: an RFC 6901 pointer; empty for a result that is no JSON.
        pointer: String,
        /// Who stands behind what it says.
        integrity: Integrity,
    },
}

/// What a person said when asked about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Approval {
    /// Run it.
    Allowed,
    /// Run it with other arguments. What the model wrote stays on record beside them.
    Edited {
        /// The arguments as the person wrote them: the JSON text of an object.
        arguments: String,
    },
    /// Don't.
    Refused {
        /// Why, for the model and the trail; may be empty.
        reason: String,
    },
}

/// What may run without asking a person (`--approve`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Approve {
    /// Ask for everything.
    None,
    /// Reads run, writes ask.
    #[default]
    Reads,
    /// Reads run, and so do writes that the person's own words ask for; what else writes asks.
    Asked,
    /// What would ask runs; what is denied stays denied.
    All,
}
