//! `tieout trail`

use clap::{Args, Subcommand};
use domain::id::{CallId, ConversationId, Seq, TurnId};
use domain::outcome::Outcome;
use domain::tool::SourceName;

use super::anchors::{Accept, Anchors, Checkpoint};
use super::care::{Erase, Hold, Retention};
use super::evidence::{Export, Otlp, View};
use super::labels::{Findings, Lower};
use super::values::outcome;

#[derive(Debug, Subcommand)]
pub(crate) enum Trail {
    /// List calls, newest first
    List(ListCalls),
    /// Show a call, a conversation or an entry (by number), with its proof
    Show {
        /// call_…, conv_… or a number
        id: Shown,
    },
    /// What went to the model in a turn and what came back, as sent and received
    Wire {
        /// turn_…, as `trail show conv_…` names it
        turn: TurnId,
    },
    /// An answer with where each of its figures comes from, and which calls it did not use
    Answer {
        /// turn_…, as `trail show conv_…` names it
        turn: TurnId,
    },
    /// Check everything: tree, signatures, payloads, figures, the order of what happened
    Verify,
    /// What the trail holds
    Stats,
    /// Find calls, newest first: 'source:crm label:>=confidential outcome:failed since:7d "acme"'
    Search(Search),
    /// Erase payloads for good: the proof stays whole
    Erase(Erase),
    /// Keep payloads from being erased
    #[command(subcommand)]
    Hold(Hold),
    /// How long payloads are kept
    #[command(subcommand)]
    Retention(Retention),
    /// Lower a conversation's label, with a reason: what its next questions join to it begins there
    Lower(Lower),
    /// What was detected in calls, and what of it is a false alarm
    #[command(subcommand)]
    Findings(Findings),
    /// Others who hold checkpoints of the trail, so that nobody can change its history unseen
    #[command(subcommand)]
    Anchors(Anchors),
    /// The newest checkpoint: keep a copy, and the trail can be held against it later
    Checkpoint(Checkpoint),
    /// Let a new key sign the trail from here on
    RotateKey,
    /// Go on with a trail that is not the one that the keychain remembers, such as a backup that was put back
    AcceptRestored(Accept),
    /// Make an evidence bundle, which others can check without us; that it was made goes on record
    Export(Export),
    /// The calls as a table (CSV)
    Csv(View),
    /// The calls as lines of JSON, each with its story
    Jsonl(View),
    /// The calls as events of the Open Cybersecurity Schema Framework
    Ocsf(View),
    /// Turns and calls as OpenTelemetry traces, which its collector reads from a file or over HTTP
    Otlp(Otlp),
}

#[derive(Debug, Args)]
pub(crate) struct ListCalls {
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Go on after the last row of the page before: its entry number
    #[arg(long, value_name = "ENTRY")]
    pub(crate) after: Option<u64>,
    /// Only of this source
    #[arg(long)]
    pub(crate) source: Option<SourceName>,
    /// Only with this outcome
    #[arg(long, value_parser = outcome)]
    pub(crate) outcome: Option<Outcome>,
    /// Only of this conversation
    #[arg(long)]
    pub(crate) conversation: Option<ConversationId>,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Terms that must all hold: field:value, or words to look for (see docs/cli.md); none: every call
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FILTER")]
    pub(crate) filter: Vec<String>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
    /// Go on after the last row of the page before: its entry number
    #[arg(long, value_name = "ENTRY")]
    pub(crate) after: Option<u64>,
    /// Count by source, outcome, level and decision instead
    #[arg(long)]
    pub(crate) count: bool,
}

/// What `trail show` can show.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown {
    Call(CallId),
    Conversation(ConversationId),
    Entry(Seq),
}

impl std::str::FromStr for Shown {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(seq) = text.parse::<u64>() {
            return Ok(Self::Entry(Seq(seq)));
        }
        if let Ok(call) = text.parse() {
            return Ok(Self::Call(call));
        }
        text.parse().map(Self::Conversation).map_err(|_| {
            format!("`{text}` is neither a call (call_…), a conversation (conv_…) nor an entry's number")
        })
    }
}
