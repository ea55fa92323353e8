//! `tieout trail export | csv | jsonl | ocsf | otlp` and `tieout verify`

use std::path::PathBuf;

use clap::Args;
use domain::bundle::BundleScope;
use domain::id::{ConversationId, TurnId};
use domain::secret::SecretName;
use url::Url;

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) of: Of,
    /// The file to make, such as answer.tieout; nothing is ever written over
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Leave questions, arguments, results and answers out: the proofs hold without them
    #[arg(long)]
    pub(crate) without_payloads: bool,
    /// Encrypt to a reader's age key; the file's name then ends in .age
    #[arg(long, value_name = "age1…")]
    pub(crate) to: Option<String>,
}

/// Exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Of {
    /// One answer, with all of its conversation up to it
    #[arg(long, value_name = "TURN")]
    pub(crate) answer: Option<TurnId>,
    /// One conversation
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Option<ConversationId>,
    /// Every entry
    #[arg(long)]
    pub(crate) all: bool,
}

impl Of {
    /// What that is of.
    pub(crate) fn scope(&self) -> BundleScope {
        match (self.answer, self.conversation) {
            (Some(turn), _) => BundleScope::Answer { turn },
            (None, Some(conversation)) => BundleScope::Conversation { conversation },
            (None, None) => BundleScope::Trail,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct View {
    /// Only the calls that fit, as for `trail search`; none: every call
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FILTER")]
    pub(crate) filter: Vec<String>,
    /// The file to make; else it goes to standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Otlp {
    #[command(flatten)]
    pub(crate) view: View,
    /// Send them to a collector over HTTP instead: http://localhost:4318/v1/traces
    #[arg(long, value_name = "URL", conflicts_with = "output")]
    pub(crate) to: Option<Url>,
    /// A header that the collector wants, and the secret that is its value: x-api-key=collector
    #[arg(long = "header", value_name = "NAME=SECRET", requires = "to", value_parser = header)]
    pub(crate) headers: Vec<(String, SecretName)>,
}

/// `x-api-key=collector`
fn header(text: &str) -> Result<(String, SecretName), String> {
    let (name, secret) = text.split_once('=').ok_or("write it as NAME=SECRET, with the name of a secret")?;
    let secret = secret.parse().map_err(|error: domain::secret::SecretNameError| error.to_string())?;
    Ok((name.to_owned(), secret))
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A .tieout, a .tieout.age, or the folder that one was unpacked to
    pub(crate) file: PathBuf,
    /// The trail's key, as you got it by a way that you trust; without it the bundle vouches for itself
    #[arg(long, value_name = "KEY")]
    pub(crate) vkey: Option<String>,
    /// A checkpoint that you kept: the trail must continue it
    #[arg(long, value_name = "NOTEFILE")]
    pub(crate) known: Option<PathBuf>,
    /// The key of a witness whose word counts for you, as its operator publishes it; may be given several times
    #[arg(long = "witness", value_name = "NAME+HASH+KEY")]
    pub(crate) witnesses: Vec<String>,
    /// The age identity that it was encrypted to, as `age-keygen` wrote it
    #[arg(long, value_name = "FILE")]
    pub(crate) identity_file: Option<PathBuf>,
}
