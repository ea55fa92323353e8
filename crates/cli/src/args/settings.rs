//! `tieout settings`

use clap::Subcommand;
use domain::id::ConversationId;

#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// List how batches run in this workspace
    List {
        /// What this conversation says otherwise
        #[arg(long)]
        conversation: Option<ConversationId>,
    },
    /// Change one
    Set {
        /// Its name, as in the list
        key: String,
        /// Its value: a whole number; on or off; of `straggler`: wait, hedge:MS or pending:MS
        value: String,
        /// Only in this conversation: `sequential` or `early`, as on, off or inherit
        #[arg(long)]
        conversation: Option<ConversationId>,
    },
}
