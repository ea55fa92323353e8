//! `tieout settings`

use std::path::PathBuf;

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
    /// Look at your own patterns and lists of words for data that is sensitive, or change them
    Detection {
        /// A file of JSON: {"patterns": [{"name", "category", "expression"}], "lists": [{"name", "category", "words"}]}
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Change one
    Set {
        /// Its name, as in the list
        key: String,
        /// Its value: a whole number; on or off; of `straggler`: wait, hedge:MS or pending:MS; of `above_clearance`: redact or
        /// block
        value: String,
        /// Only in this conversation: `sequential` or `early`, as on, off or inherit
        #[arg(long)]
        conversation: Option<ConversationId>,
    },
}
