//! What is known of single providers: where they are, where the key goes, and what is peculiar about them. The data is
//! `data/presets.toml`; this reads it, once.

use std::sync::LazyLock;

use domain::model::{ModelSpec, Protocol};
use domain::secret::Secret;
use domain::time::Micros;
use egress::{PlacedSecret, Placement};
use serde::{Deserialize, Serialize};
use url::Url;

/// A provider, or a server on one's own machine, that models can be had from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What settings say.
    pub id: String,
    /// What people read.
    pub title: String,
    /// Where it is; the first is taken unless somebody asks for another protocol. Never empty.
    pub endpoints: Vec<Endpoint>,
    /// Its key.
    pub key: ModelKey,
    /// The usual port of a server on one's own machine; none for one that is elsewhere.
    #[serde(default)]
    pub port: Option<u16>,
    /// How its Chat Completions differ from OpenAI's documents.
    #[serde(default)]
    pub quirks: Quirks,
}

/// An address with the protocol that is spoken there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The protocol.
    pub protocol: Protocol,
    /// The base address; `{resource}` and `{region}` in it are for a person to fill in.
    pub base_url: String,
}

/// A provider's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct ModelKey {
    /// Where it goes.
    pub place: ModelKeyPlace,
    /// Whether nothing works without one.
    pub needed: bool,
    /// The page on which one gets it; to be opened by a person.
    #[serde(default)]
    pub page: Option<String>,
}

/// Where a provider expects its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKeyPlace {
    /// `Authorization: Bearer …`.
    Bearer,
    /// A header of this name that holds it alone.
    Header(String),
    /// It signs the request for the service of this name (AWS Signature Version 4).
    #[serde(rename = "aws-sigv4")]
    AwsSigV4(String),
}

/// How a provider's Chat Completions differ from OpenAI's documents. Where nothing is known, they don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// It writes the calls of a message one after another and never comes back to an earlier one.
    pub in_order: bool,
    /// It knows the field `parallel_tool_calls`.
    pub parallel_tool_calls: bool,
    /// It knows the field `stream_options`.
    pub stream_options: bool,
    /// It takes no ids of calls but those of nine letters and digits.
    pub nine_letter_ids: bool,
    /// Its messages with calls may have a `content`, if only `null`.
    pub content_beside_calls: bool,
    /// Under what name it takes the most tokens to write.
    pub limit: LimitField,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            in_order: false,
            parallel_tool_calls: true,
            stream_options: true,
            nine_letter_ids: false,
            content_beside_calls: true,
            limit: LimitField::MaxTokens,
        }
    }
}

/// The field that bounds how many tokens are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LimitField {
    /// `max_tokens`, which all imitations know.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`, the only one that OpenAI's reasoning models take.
    MaxCompletionTokens,
}

impl LimitField {
    /// The field's name.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// Every preset, the best known first. A test holds that the data reads; if it did not, there would be none.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| read().unwrap_or_default());
    &PRESETS
}

/// The preset of that id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.id == id)
}

/// The preset that holds for a model: the one that it names, or else the one whose host its address has.
pub fn preset_of(spec: &ModelSpec) -> Option<&'static Preset> {
    match &spec.preset {
        Some(id) => preset(id),
        None => presets().iter().find(|preset| preset.is_at(&spec.base_url)),
    }
}

/// Whether the provider is known to write the calls of a message one after another, so that
/// [`ModelEvent::CallFollowed`](domain::model::ModelEvent::CallFollowed) may be believed without a person's word. A
/// protocol that marks the end of each call needs no such knowledge.
///
/// The address says who it is, whatever preset is named: a gateway of one's own in front of a provider may be anything.
pub fn ends_in_order(spec: &ModelSpec) -> bool {
    presets().iter().any(|preset| preset.quirks.in_order && preset.is_at(&spec.base_url))
}

/// What is peculiar about this model's provider.
pub(crate) fn quirks(spec: &ModelSpec) -> Quirks {
    preset_of(spec).map(|preset| preset.quirks).unwrap_or_default()
}

/// Whether the protocol says of each call in a message that it is complete, when it is, and not of all at the end.
pub fn marks_ends(protocol: Protocol) -> bool {
    protocol != Protocol::OpenaiChat
}

/// The model's key in its place: as its preset says; without one, as its protocol's own provider has it. A request that is
/// signed is signed as of `at`. None if the model needs no key.
pub fn placed(spec: &ModelSpec, secret: Secret, at: Micros) -> Option<PlacedSecret> {
    let name = spec.secret.clone()?;
    let place = match (preset_of(spec).map(|preset| &preset.key.place), spec.protocol) {
        (Some(ModelKeyPlace::Header(name)), _) => Placement::Header { name: name.clone() },
        (Some(ModelKeyPlace::AwsSigV4(service)), _) => for_aws(spec, &secret, service, at),
        (None, Protocol::Anthropic) => Placement::Header { name: "x-api-key".to_owned() },
        (None, Protocol::Gemini) => Placement::Header { name: "x-goog-api-key".to_owned() },
        (None, Protocol::Bedrock) => for_aws(spec, &secret, "bedrock", at),
        (Some(ModelKeyPlace::Bearer) | None, _) => Placement::Bearer,
    };
    Some(PlacedSecret { name, secret, place })
}

/// A key of two parts or three is one to sign with. Bedrock takes a key of its own kind too, of one part, and that as a
/// bearer (AWS, "Amazon Bedrock API keys").
fn for_aws(spec: &ModelSpec, secret: &Secret, service: &str, at: Micros) -> Placement {
    match region(&spec.base_url).filter(|_| secret.expose().contains(':')) {
        Some(region) => Placement::AwsSigV4 { region, service: service.to_owned(), at },
        None => Placement::Bearer,
    }
}

/// Whether a key is one of AWS's to sign with and would be sent as it is, with the part that is never to leave: its address
/// names no region to sign for, or its provider is none of AWS's.
pub(crate) fn lays_open(key: &PlacedSecret) -> bool {
    let is_signed_with = |text: &str| {
        let id = text.split_once(':').map_or("", |(id, _)| id);
        id.len() >= 16 && (id.starts_with("AKIA") || id.starts_with("ASIA"))
    };
    !matches!(key.place, Placement::AwsSigV4 { .. }) && is_signed_with(key.secret.expose())
}

/// The region in an address such as `bedrock-runtime.eu-central-1.amazonaws.com`; private endpoints and other partitions
/// have it as a part of its own as well.
fn region(base_url: &str) -> Option<String> {
    let url = Url::parse(base_url.trim()).ok()?;
    let is_region = |part: &&str| part.matches('-').count() >= 2 && !part.starts_with("bedrock");
    url.host_str()?.split('.').find(is_region).map(str::to_owned)
}

impl Preset {
    /// Its address for this protocol; the first if none is asked for.
    pub fn endpoint(&self, protocol: Option<Protocol>) -> Option<&Endpoint> {
        match protocol {
            Some(protocol) => self.endpoints.iter().find(|endpoint| endpoint.protocol == protocol),
            None => self.endpoints.first(),
        }
    }

    /// Whether this address is the provider's own: its host over TLS at the usual port. Without TLS, or at another
    /// port, it may be anybody; and a server on one's own machine has no name of its own.
    fn is_at(&self, base_url: &str) -> bool {
        let Ok(url) = Url::parse(base_url.trim()) else { return false };
        let Some(host) = url.host_str().filter(|_| url.scheme() == "https" && url.port().is_none()) else {
            return false;
        };
        self.endpoints.iter().any(|endpoint| fits(&endpoint.base_url, host))
    }
}

/// Whether a host is this address's, placeholders standing for one label each.
fn fits(base_url: &str, host: &str) -> bool {
    let Some(pattern) = base_url.strip_prefix("https://").and_then(|rest| rest.split('/').next()) else {
        return false;
    };
    let (mut labels, mut patterns) = (host.split('.'), pattern.split('.'));
    loop {
        match (labels.next(), patterns.next()) {
            (None, None) => return true,
            (Some(label), Some(pattern)) if pattern.starts_with('{') || label == pattern => {}
            _ => return false,
        }
    }
}

fn read() -> Result<Vec<Preset>, toml::de::Error> {
    #[derive(Deserialize)]
    struct File {
        preset: Vec<Preset>,
    }
    toml::from_str::<File>(include_str!("../data/presets.toml")).map(|file| file.preset)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::label::Level;
    use domain::model::{Capabilities, Early, Parallel};

    use super::*;

    fn spec(base_url: &str, preset: Option<&str>) -> ModelSpec {
        ModelSpec {
            name: "main".to_owned(),
            title: String::new(),
            protocol: Protocol::OpenaiChat,
            base_url: base_url.to_owned(),
            model: "gpt-x".to_owned(),
            secret: None,
            clearance: Level::Public,
            parallel: Parallel::Auto,
            early: Early::Auto,
            preset: preset.map(str::to_owned),
            capabilities: Capabilities::default(),
        }
    }

    fn key_place(spec: &ModelSpec) -> Placement {
        let spec = ModelSpec { secret: Some("main-key".parse().unwrap()), ..spec.clone() };
        placed(&spec, Secret::new("k"), Micros(0)).unwrap().place
    }

    #[test]
    fn every_preset_is_sound() {
        let all = read().expect("the file reads");
        assert_eq!(all.len(), 18);
        let ids: HashSet<&str> = all.iter().map(|preset| preset.id.as_str()).collect();
        assert_eq!(ids.len(), all.len(), "an id stands for one preset");
        for Preset { id, title, endpoints, key, port, .. } in &all {
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert!(!title.is_empty() && !endpoints.is_empty(), "{id}");
            assert_eq!(key.needed, key.page.is_some(), "{id}: a key that is needed can be had somewhere");
            for Endpoint { protocol, base_url } in endpoints {
                let whole = base_url.replace("{resource}", "acme").replace("{region}", "eu-west-1");
                let url = Url::parse(&whole).unwrap_or_else(|error| panic!("{id}: {base_url}: {error}"));
                assert!(!whole.contains('{') && !whole.ends_with('/'), "{id}: {base_url}");
                match port {
                    Some(port) => assert_eq!((url.host_str(), url.port()), (Some("127.0.0.1"), Some(*port))),
                    None => assert_eq!(url.scheme(), "https", "{id}"),
                }
                let of_protocol = endpoints.iter().filter(|other| other.protocol == *protocol).count();
                assert_eq!(of_protocol, 1, "{id}: one address for each protocol");
            }
            if let Some(page) = &key.page {
                assert!(page.starts_with("https://"), "{id}: {page}");
            }
        }
    }

    #[test]
    fn a_request_to_aws_is_signed_where_the_key_is_one_to_sign_with() {
        let at = Micros(7);
        let place = |base_url: &str, key: &str| {
            let secret = Some("main-key".parse().unwrap());
            let spec = ModelSpec { protocol: Protocol::Bedrock, secret, ..spec(base_url, None) };
            placed(&spec, Secret::new(key), at).unwrap().place
        };
        let aws = "https://bedrock-runtime.eu-central-1.amazonaws.com";
        let private = "https://vpce-1.bedrock-runtime.us-gov-west-1.vpce.amazonaws.com";
        let signed = |region: &str| Placement::AwsSigV4 {
            region: region.to_owned(),
            service: "bedrock".to_owned(),
            at,
        };
        assert_eq!(place(aws, "ID:SECRET"), signed("eu-central-1"));
        assert_eq!(place(aws, "ID:SECRET:TOKEN"), signed("eu-central-1"));
        assert_eq!(place(private, "ID:SECRET"), signed("us-gov-west-1"));
        assert_eq!(place(aws, "ABSKkey"), Placement::Bearer);
        assert!(placed(&spec(aws, None), Secret::new("k"), at).is_none(), "it needs no key");
    }

    #[test]
    fn only_who_is_known_to_write_in_order_is_believed() {
        for base in ["https://api.openai.com/v1", "https://API.OpenAI.com:443/v1/"] {
            assert!(ends_in_order(&spec(base, None)), "{base}");
        }
        for base in [
            "http://api.openai.com/v1",
            "https://api.openai.com:8443/v1",
            "https://api.openai.com.example/v1",
            "https://example.com/api.openai.com",
            "https://api.openai.com@example.com/v1",
            "http://127.0.0.1:8080/v1",
            "https://openrouter.ai/api/v1",
            "api.openai.com",
            "",
        ] {
            assert!(!ends_in_order(&spec(base, None)), "{base}");
            assert!(!ends_in_order(&spec(base, Some("openai"))), "{base}: a name is no address");
        }
    }

    #[test]
    fn a_model_has_the_quirks_of_its_preset_or_else_of_its_host() {
        let of =
            |base: &str, named: Option<&str>| preset_of(&spec(base, named)).map(|found| found.id.as_str());
        assert_eq!(of("https://api.mistral.ai/v1", None), Some("mistral"));
        assert_eq!(of("https://gateway.example/v1", Some("mistral")), Some("mistral"));
        assert_eq!(of("https://acme.openai.azure.com/openai/v1", None), Some("azure-openai"));
        assert_eq!(of("https://a.b.openai.azure.com/openai/v1", None), None);
        assert_eq!(of("https://gateway.example/v1", None), None);
        assert_eq!(of("http://127.0.0.1:11434/v1", None), None, "a port is no name");
        assert!(!quirks(&spec("https://api.mistral.ai/v1", None)).stream_options);
        assert_eq!(quirks(&spec("https://gateway.example/v1", None)), Quirks::default());
    }

    #[test]
    fn a_pair_of_aws_s_is_signed_with_or_stays() {
        let lies_open = |protocol: Protocol, base_url: &str, secret: &str| {
            let spec =
                ModelSpec { protocol, secret: Some("main-key".parse().unwrap()), ..spec(base_url, None) };
            lays_open(&placed(&spec, Secret::new(secret), Micros(0)).unwrap())
        };
        let pair = "AKIAIOSFODNN7EXAMPLE:secret";
        let region = "https://bedrock-runtime.eu-central-1.amazonaws.com";
        assert!(!lies_open(Protocol::Bedrock, region, pair));
        assert!(lies_open(Protocol::Bedrock, "https://gateway.example", pair));
        assert!(lies_open(Protocol::OpenaiChat, "https://gateway.example", pair));
        assert!(!lies_open(Protocol::Bedrock, "https://gateway.example", "ABSKQmVkcm9ja0FQSUtleS0:x"));
        assert!(!lies_open(Protocol::Bedrock, region, "ABSKQmVkcm9ja0FQSUtleS0"));
    }

    #[test]
    fn a_key_goes_where_its_provider_looks_for_it() {
        let header = |name: &str| Placement::Header { name: name.to_owned() };
        assert_eq!(key_place(&spec("https://acme.openai.azure.com/openai/v1", None)), header("api-key"));
        assert_eq!(key_place(&spec("https://gateway.example/v1", None)), Placement::Bearer);
        let anthropic = ModelSpec { protocol: Protocol::Anthropic, ..spec("https://gateway.example", None) };
        assert_eq!(key_place(&anthropic), header("x-api-key"));
        let behind_litellm = ModelSpec { preset: Some("litellm".to_owned()), ..anthropic };
        assert_eq!(key_place(&behind_litellm), Placement::Bearer);
    }
}
