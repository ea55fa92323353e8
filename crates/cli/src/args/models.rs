//! `tieout models`

use clap::{Args, Subcommand, ValueEnum};
use domain::label::Level;
use domain::model::Protocol;
use domain::secret::SecretName;
use domain::time::Micros;

use super::values::{Switch, dollars, level, since};

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// Connect a model, or change the one of that name
    Add(Box<AddModel>),
    /// List the models, with what they can do and cost
    List,
    /// List the providers and servers that models can be had from
    Presets,
    /// Look for servers of models on this machine, on their usual ports
    Discover,
    /// What models used and cost, by day
    Usage {
        /// From when on: a day (2026-11-01), or how long ago (7d, 24h)
        #[arg(long, value_name = "TIME", default_value = "7d", value_parser = since)]
        since: Micros,
    },
    /// Send a model a small question that needs two tools, and report what it can do
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
    /// Who it is had from (`tieout models presets`): its address, its protocol, and where its key goes
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<String>,
    /// The protocol it speaks; left out, the preset's first, or Chat Completions
    #[arg(long, value_enum)]
    pub(crate) protocol: Option<ProtocolArg>,
    /// The provider's address, without the protocol's own path, such as `https://api.openai.com/v1`
    #[arg(long, value_name = "URL", required_unless_present = "preset")]
    pub(crate) base_url: Option<String>,
    /// What stands for `{resource}` in the preset's address
    #[arg(long, value_name = "NAME")]
    pub(crate) resource: Option<String>,
    /// What stands for `{region}` in the preset's address
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The model's id at the provider
    #[arg(long, value_name = "ID")]
    pub(crate) model: String,
    /// What people read
    #[arg(long, default_value = "")]
    pub(crate) title: String,
    /// The name of its key in the keychain (`tieout secrets set NAME`)
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<SecretName>,
    /// Take its key from this profile of AWS's own tools (`~/.aws/credentials`, or `~/.aws/config`) and keep it in the
    /// keychain, under `--secret` or as `aws-PROFILE`
    #[arg(long, value_name = "PROFILE")]
    pub(crate) aws_profile: Option<String>,
    /// The highest level that it may see; left out: restricted for one on this machine, else confidential
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) clearance: Option<Level>,
    /// Whether it may ask for several calls at once
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) parallel: Switch,
    /// Whether its reads may start while it still writes: where its protocol or its provider marks the end of a call,
    /// also where only the beginning of the next call does, or never
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) early: Switch,
    #[command(flatten)]
    pub(crate) can: CanDo,
}

/// What a person says that a model can do and costs. What is left out is learnt, or known.
#[derive(Debug, Args)]
pub(crate) struct CanDo {
    /// Whether it can ask for tools
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) tools: Switch,
    /// Whether its answers come while it writes them; off asks for each answer as a whole
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) streaming: Switch,
    /// Tokens that it can read, what it writes among them
    #[arg(long, value_name = "TOKENS")]
    pub(crate) context: Option<u32>,
    /// Tokens that it writes in one message at most; it is told so
    #[arg(long, value_name = "TOKENS")]
    pub(crate) max_output: Option<u32>,
    /// US dollars for a million tokens that it reads, such as 2.50
    #[arg(long, value_name = "DOLLARS", value_parser = dollars, requires = "price_out")]
    pub(crate) price_in: Option<u32>,
    /// US dollars for a million tokens of a prompt that its provider had kept
    #[arg(long, value_name = "DOLLARS", value_parser = dollars, requires = "price_in")]
    pub(crate) price_cached: Option<u32>,
    /// US dollars for a million tokens that it writes
    #[arg(long, value_name = "DOLLARS", value_parser = dollars, requires = "price_in")]
    pub(crate) price_out: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolArg {
    OpenaiChat,
    OpenaiResponses,
    Anthropic,
    Gemini,
    Ollama,
    Cohere,
    Bedrock,
}

impl From<ProtocolArg> for Protocol {
    fn from(argument: ProtocolArg) -> Self {
        match argument {
            ProtocolArg::OpenaiChat => Self::OpenaiChat,
            ProtocolArg::OpenaiResponses => Self::OpenaiResponses,
            ProtocolArg::Anthropic => Self::Anthropic,
            ProtocolArg::Gemini => Self::Gemini,
            ProtocolArg::Ollama => Self::Ollama,
            ProtocolArg::Cohere => Self::Cohere,
            ProtocolArg::Bedrock => Self::Bedrock,
        }
    }
}
