//! `tieout decode`

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::model::Protocol;
use serde_json::Value;

#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// The protocol that it is written in
    #[arg(long, value_name = "PROTOCOL", value_parser = protocols())]
    pub(crate) protocol: Protocol,
    /// What the model's server sent, as it came; standard input if it is `-` or left out
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// By the names that settings and entries have for them.
fn protocols() -> impl TypedValueParser<Value = Protocol> {
    PossibleValuesParser::new(NAMES).try_map(|name| serde_json::from_value::<Protocol>(Value::String(name)))
}

const NAMES: [&str; 7] =
    ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama", "cohere", "bedrock"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_has_its_name() {
        let known = NAMES.map(|name| serde_json::from_value::<Protocol>(name.into()).unwrap());
        assert_eq!(known, Protocol::ALL);
    }
}
