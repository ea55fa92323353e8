//! `tieout models`

use clap::{Args, Subcommand, ValueEnum};
use domain::label::Level;
use domain::secret::SecretName;

use super::values::{Switch, level};

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
    /// The provider's address, without the protocol's own path, such as `https://api.openai.com/v1`
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
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) parallel: Switch,
    /// Whether its reads may start while it still writes: where its protocol or its provider marks the end of a call,
    /// also where only the beginning of the next call does, or never
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) early: Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolArg {
    OpenaiChat,
}
