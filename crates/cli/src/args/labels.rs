//! `tieout trail lower | findings`

use clap::{Args, Subcommand};
use domain::finding::Carried;
use domain::id::{CallId, ConversationId};
use domain::label::Level;

use super::values::level;

#[derive(Debug, Args)]
pub(crate) struct Lower {
    /// conv_…
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: ConversationId,
    /// The level that it has from then on
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) to: Level,
    /// Why: it stays on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Findings {
    /// What was detected in a call, and where: places, never values
    Show {
        /// call_…
        call: CallId,
    },
    /// List the false alarms: kinds that are not raised at a place of a tool
    Alarms,
    /// Call a finding a false alarm: its kind is no longer raised there, at no call of the tool
    Dismiss(Place),
    /// Take a false alarm back
    Restore(Place),
}

/// Where something was found.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The call at which it was found
    #[arg(value_name = "CALL")]
    pub(crate) call: CallId,
    /// Its kind, such as `iban`
    #[arg(long)]
    pub(crate) kind: String,
    /// Where it stands (RFC 6901), such as /items/0/reference; left out: in a text, or a payload that is one value
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) pointer: String,
    /// In which of the call's payloads: arguments or result
    #[arg(long, value_name = "PAYLOAD", default_value = "result", value_parser = carried)]
    pub(crate) within: Carried,
    /// Why: it stays on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
}

fn carried(text: &str) -> Result<Carried, String> {
    match text {
        "arguments" => Ok(Carried::Arguments),
        "result" => Ok(Carried::Result),
        _ => Err(format!("`{text}` is none of a call's payloads that are looked at: arguments, result")),
    }
}
