//! `tieout tools`, `tieout calls`

use clap::Subcommand;
use domain::id::CallId;
use domain::tool::{SourceName, ToolId};

use super::values::ApproveArg;

#[derive(Debug, Subcommand)]
pub(crate) enum Tools {
    /// List every tool
    List,
    /// Show one with its schema
    Show {
        /// source.tool
        tool: ToolId,
    },
    /// Advice on what makes tools slower or less safe than they need to be
    Lint {
        /// Only on this source; on all of them together, if left out
        source: Option<SourceName>,
    },
    /// Call one by hand; it is recorded like any other call
    Call {
        /// source.tool
        tool: ToolId,
        /// Its arguments as JSON
        #[arg(default_value = "{}")]
        arguments: String,
        /// What may run: a write needs `all`
        #[arg(long, value_enum, default_value_t = ApproveArg::Reads)]
        approve: ApproveArg,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Calls {
    /// Make an ended call again, on the record; its conversation can go on with the new result
    Retry {
        /// call_…
        call: CallId,
        /// Other arguments, as JSON; the same, if left out
        arguments: Option<String>,
        /// What may run: a write needs `all`
        #[arg(long, value_enum, default_value_t = ApproveArg::Reads)]
        approve: ApproveArg,
    },
}
