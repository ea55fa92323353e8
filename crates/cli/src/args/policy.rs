//! `tieout policy`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::id::CallId;
use domain::tool::SourceName;

use super::values::ApproveArg;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// List the rules in force, and who counts as yours
    List,
    /// Check a file of rules without putting it in force; it needs no workspace
    Check {
        /// Rules as Cedar text
        file: PathBuf,
    },
    /// Put a file of rules in force beside the built-in ones, or say who is who
    Use(UseRules),
    /// Show what was said of a call, and by which rules
    Explain {
        /// call_…
        call: CallId,
    },
    /// Judge recorded cases: attacks stopped, honest calls allowed, approvals asked; it needs no workspace
    Test(TestRules),
}

#[derive(Debug, Args)]
pub(crate) struct UseRules {
    /// Rules as Cedar text; one with the @id of a built-in rule takes its place
    #[arg(conflicts_with = "default")]
    pub(crate) file: Option<PathBuf>,
    /// The built-in rules alone
    #[arg(long)]
    pub(crate) default: bool,
    /// An address or account of your own; all of them, if given more than once
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) own: Vec<String>,
    /// A domain, address, name or channel of your organisation; all of them, if given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: Vec<String>,
    /// A source whose results can be believed in who wrote each item; all of them, if given more than once
    #[arg(long, value_name = "SOURCE")]
    pub(crate) authored: Vec<SourceName>,
}

#[derive(Debug, Args)]
pub(crate) struct TestRules {
    /// Cases, one JSON object a line
    pub(crate) file: PathBuf,
    /// What each tool does; else the file that the cases name, or FILE-tools.json, beside them
    #[arg(long, value_name = "FILE")]
    pub(crate) tools: Option<PathBuf>,
    /// Rules to judge with beside the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// What may run without asking
    #[arg(long, value_enum, default_value_t = ApproveArg::Asked)]
    pub(crate) approve: ApproveArg,
    /// One line for each call
    #[arg(long)]
    pub(crate) verbose: bool,
}
