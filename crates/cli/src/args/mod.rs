//! The commands and their options. Completions are generated from these same definitions (`docs/cli.md`).

mod anchors;
mod ask;
mod care;
mod decode;
mod evidence;
mod labels;
mod mcp;
mod models;
mod network;
mod policy;
mod settings;
mod sources;
mod tools;
mod trail;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::id::WorkspaceId;
use domain::secret::SecretName;

pub(crate) use anchors::{Accept, Anchors, Checkpoint};
pub(crate) use ask::Ask;
pub(crate) use care::{Erase, Hold, Retention, RuleArg, What};
pub(crate) use decode::Decode;
pub(crate) use evidence::{Export, Otlp, Verify, View};
pub(crate) use labels::{Findings, Lower, Place};
pub(crate) use mcp::AddMcp;
pub(crate) use models::{AddModel, CanDo, Models};
pub(crate) use network::Network;
pub(crate) use policy::{Policy, TestRules, UseRules};
pub(crate) use settings::Settings;
pub(crate) use sources::{ImportChosen, ImportOpenapi, ImportRequests, Sources};
pub(crate) use tools::{Calls, Tools};
pub(crate) use trail::{ListCalls, Search, Shown, Trail};
pub(crate) use values::ApproveArg;

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
    /// Connect, list, test, pause and remove sources
    #[command(subcommand)]
    Sources(Sources),
    /// Look at tools, get advice on them, and call one by hand, on the record
    #[command(subcommand)]
    Tools(Tools),
    /// Make a call again that has ended
    #[command(subcommand)]
    Calls(Calls),
    /// Look at how batches run here, and change it
    #[command(subcommand)]
    Settings(Settings),
    /// Look at the rules that decide what may run, change them, and test them on recorded cases
    #[command(subcommand)]
    Policy(Policy),
    /// The proxy on the way out, and authorities of your own
    #[command(subcommand)]
    Network(Network),
    /// Keep keys in the keychain; they are read from standard input, never from an argument
    #[command(subcommand)]
    Secrets(Secrets),
    /// Read and verify the trail
    #[command(subcommand)]
    Trail(Trail),
    /// Check an evidence bundle; it needs no workspace and no network
    Verify(Verify),
    /// Find personal data and secrets in texts and payloads, one a line on standard input; it needs no workspace
    Classify,
    /// Tie an answer's figures to the places of the results on standard input that they come from; it needs no workspace
    Tie,
    /// Read a model's recorded answer; it needs no workspace and no network
    Decode(Decode),
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

    #[test]
    fn a_question_follows_the_settings_unless_it_says_otherwise() {
        let asked = |words: &[&str]| {
            let words = ["tieout", "ask", "Why?"].iter().chain(words);
            match Cli::parse_from(words).command {
                Command::Ask(ask) => (ask.sequential.said(), ask.early.said()),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(asked(&[]), (None, None));
        assert_eq!(asked(&["--sequential"]), (Some(true), None));
        assert_eq!(asked(&["--sequential=off", "--early", "on"]), (Some(false), Some(true)));
        assert_eq!(asked(&["--early", "off"]), (None, Some(false)));
        // The switch takes its value behind `=` alone, so that it can't swallow a question that follows it.
        let words = ["tieout", "ask", "--sequential", "off"];
        assert!(matches!(Cli::parse_from(words).command, Command::Ask(ask) if ask.question == "off"));
    }
}
