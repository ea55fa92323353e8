//! The commands and their options. Completions are generated from these same definitions (`docs/cli.md`).

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::call::Approve;
use domain::id::{CallId, ConversationId, Seq, WorkspaceId};
use domain::label::Level;
use domain::model::Parallel;
use domain::outcome::Outcome;
use domain::secret::SecretName;
use domain::tool::{SourceName, ToolId};

/// Ask your own APIs, in parallel, on the record.
#[derive(Debug, Parser)]
#[command(name = "tieout", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// The workspace's folder; else TIEOUT_WORKSPACE, else the platform's data folder
    #[arg(long, global = true, value_name = "DIR", env = "TIEOUT_WORKSPACE", hide_env_values = true)]
    pub(crate) workspace: Option<PathBuf>,
    /// One JSON object per line on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a workspace
    Init(Init),
    /// Try it on the rehearsal company: model and API servers on loopback, a throw-away workspace
    Demo(Demo),
    /// Ask a question
    Ask(Ask),
    /// Connect, list, test and remove models
    #[command(subcommand)]
    Models(Models),
    /// Connect, list, test and remove sources
    #[command(subcommand)]
    Sources(Sources),
    /// Look at tools and call one by hand, on the record
    #[command(subcommand)]
    Tools(Tools),
    /// Keep keys in the keychain; they are read from standard input, never from an argument
    #[command(subcommand)]
    Secrets(Secrets),
    /// Read and verify the trail
    #[command(subcommand)]
    Trail(Trail),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// The other half of the keychain's round trip: reads what a first process wrote
    #[command(hide = true, name = "keychain-probe")]
    KeychainProbe {
        /// Whose entry is read
        trial: WorkspaceId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What the workspace is called
    #[arg(long, default_value = "Workspace")]
    pub(crate) name: String,
    /// Where its keys are kept: the operating system's keychain, or a file that a passphrase opens
    #[arg(long, value_enum, default_value_t = Keep::Os)]
    pub(crate) keys: Keep,
    /// Open a workspace whose keychain has lost its key, with the recovery key from standard input
    #[arg(long, conflicts_with_all = ["name", "keys"])]
    pub(crate) recover: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    Os,
    File,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Ask this (or, without words, the demo's question), verify the trail, and end
    #[arg(long, value_name = "QUESTION", num_args = 0..=1, default_missing_value = "")]
    pub(crate) ask: Option<String>,
    /// Make a lasting workspace in --workspace, with its keys in the keychain
    #[arg(long)]
    pub(crate) keep: bool,
    /// What may run without asking
    #[arg(long, value_enum, default_value_t = ApproveArg::Reads)]
    pub(crate) approve: ApproveArg,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question
    pub(crate) question: String,
    /// The model's name; the first connected one if left out
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Go on in this conversation
    #[arg(long)]
    pub(crate) conversation: Option<ConversationId>,
    /// One call at a time
    #[arg(long)]
    pub(crate) sequential: bool,
    /// What may run without asking: reads (writes are prompted for on a terminal, refused without one), none, or all
    #[arg(long, value_enum, default_value_t = ApproveArg::Reads)]
    pub(crate) approve: ApproveArg,
    /// Requests to the model, at most
    #[arg(long, default_value_t = engine::Question::DEFAULT_STEPS, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_steps: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApproveArg {
    None,
    Reads,
    All,
}

impl From<ApproveArg> for Approve {
    fn from(argument: ApproveArg) -> Self {
        match argument {
            ApproveArg::None => Self::None,
            ApproveArg::Reads => Self::Reads,
            ApproveArg::All => Self::All,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// Connect a model, or change the one of that name
    Add(AddModel),
    /// List the models
    List,
    /// Send a model a small question that needs two tools
    Test {
        /// Its name
        name: String,
    },
    /// Remove a model; its key stays in the keychain
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddModel {
    /// Its name in this workspace
    pub(crate) name: String,
    /// The protocol it speaks
    #[arg(long, value_enum, default_value_t = ProtocolArg::OpenaiChat)]
    pub(crate) protocol: ProtocolArg,
    /// The provider's address, without the protocol's own path: https://api.openai.com/v1
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: String,
    /// The model's id at the provider
    #[arg(long, value_name = "ID")]
    pub(crate) model: String,
    /// What people read
    #[arg(long, default_value = "")]
    pub(crate) title: String,
    /// The name of its key in the keychain (`tieout secrets set NAME`)
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<SecretName>,
    /// The highest level that may be sent to it
    #[arg(long, value_name = "LEVEL", default_value = "confidential", value_parser = level)]
    pub(crate) clearance: Level,
    /// Whether it may ask for several calls at once
    #[arg(long, value_enum, default_value_t = ParallelArg::Auto)]
    pub(crate) parallel: ParallelArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolArg {
    OpenaiChat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParallelArg {
    Auto,
    On,
    Off,
}

impl From<ParallelArg> for Parallel {
    fn from(argument: ParallelArg) -> Self {
        match argument {
            ParallelArg::Auto => Self::Auto,
            ParallelArg::On => Self::On,
            ParallelArg::Off => Self::Off,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sources {
    /// Connect a source from its file, or change the one of that name
    Add {
        /// The file (docs/cli.md)
        file: PathBuf,
    },
    /// List the sources with their health
    List,
    /// Show a source and its tools
    Show {
        /// Its name
        name: SourceName,
    },
    /// Call the first read that needs no arguments
    Test {
        /// Its name
        name: SourceName,
    },
    /// Remove a source; its calls stay on record
    Remove {
        /// Its name
        name: SourceName,
    },
    /// Print a source's file
    Export {
        /// Its name
        name: SourceName,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tools {
    /// List every tool
    List,
    /// Show one with its schema
    Show {
        /// source.tool
        tool: ToolId,
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
pub(crate) enum Secrets {
    /// Read a secret from standard input, or a prompt, and keep it
    Set {
        /// Its name
        name: SecretName,
    },
    /// List the names
    List,
    /// Forget one
    Remove {
        /// Its name
        name: SecretName,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trail {
    /// List calls, newest first
    List(ListCalls),
    /// Show a call, a conversation or an entry (by number), with its proof
    Show {
        /// call_…, conv_… or a number
        id: Shown,
    },
    /// Check everything: tree, signatures, payloads, the order of what happened
    Verify,
    /// What the trail holds
    Stats,
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

fn level(text: &str) -> Result<Level, String> {
    let words = Level::ALL.map(Level::word).join(", ");
    let found = Level::ALL.into_iter().find(|level| level.word() == text);
    found.ok_or_else(|| format!("`{text}` is not a level; the levels are {words}"))
}

fn outcome(text: &str) -> Result<Outcome, String> {
    let all = [
        Outcome::Returned,
        Outcome::Failed,
        Outcome::Refused,
        Outcome::Cancelled,
        Outcome::TimedOut,
        Outcome::Unknown,
    ];
    let dashed = |outcome: &Outcome| outcome.word().replace(' ', "-");
    let found = all.into_iter().find(|outcome| dashed(outcome) == text.replace(['_', ' '], "-"));
    found.ok_or_else(|| {
        format!(
            "`{text}` is not an outcome; they are {}",
            all.iter().map(dashed).collect::<Vec<_>>().join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_keychain_probe_takes_its_id() {
        // Its argument once had the global `--workspace`'s name, which clap notices only when it parses.
        let words = ["tieout", "keychain-probe", "ws_01M81SKYP621PKT9MZ4BAEDFB0"];
        assert!(matches!(Cli::parse_from(words).command, Command::KeychainProbe { .. }));
    }

    #[test]
    fn global_flags_stand_before_or_after_the_command() {
        for words in [["tieout", "--json", "models", "list"], ["tieout", "models", "list", "--json"]] {
            assert!(Cli::parse_from(words).global.json);
        }
    }
}
