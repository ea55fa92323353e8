//! A source: one configured API of the analyst's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::effect::Effect;
use crate::label::Label;
use crate::mcp::{McpServer, McpTransport};
use crate::secret::SecretName;
use crate::tool::{SourceName, ToolId, ToolName, ToolSpec};

/// A configured API. It holds names of secrets, never secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SourceSpec {
    /// Its name within the workspace.
    pub name: SourceName,
    /// What kind of API it is.
    pub kind: SourceKind,
    /// An absolute http or https address without query, fragment or credentials; empty for an MCP server that is a program
    /// of this machine.
    pub base_url: String,
    /// What its results are labelled unless a tool says more.
    pub label: Label,
    /// How it knows us.
    pub auth: Auth,
    /// What TLS with it has beside what the machine trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Whether its name may lead to private addresses, though it could be a name of the internet's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private_network: bool,
    /// How much we ask of it.
    pub limits: Limits,
    /// Headers sent with every request; none of them a secret.
    pub headers: BTreeMap<String, String>,
    /// The header in which it takes a key that makes a write safe to send again (`Idempotency-Key`), if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_header: Option<String>,
    /// Its operations, in the file's order, names distinct.
    pub tools: Vec<ToolSpec>,
    /// For [`SourceKind::Mcp`], and only there: the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcp: Option<McpServer>,
}

impl SourceSpec {
    /// The tool of that name.
    pub fn tool(&self, name: &ToolName) -> Option<&ToolSpec> {
        self.tools.iter().find(|tool| tool.name == *name)
    }

    /// Whether a call of this effect carries a key by which the source knows it again.
    pub fn takes_key(&self, effect: Effect) -> bool {
        effect.writes() && self.idempotency_header.is_some()
    }

    /// Whether a call of this effect may be sent a second time: a read, an idempotent write, or one with such a key.
    pub fn may_repeat(&self, effect: Effect) -> bool {
        effect != Effect::Write || self.takes_key(effect)
    }

    /// Where it is, for people and for the record: its address, or `stdio:` and the program's name.
    pub fn place(&self) -> String {
        match &self.mcp {
            Some(McpServer { transport: McpTransport::Stdio { command, .. }, .. }) => {
                let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
                format!("stdio:{name}")
            }
            _ => self.base_url.clone(),
        }
    }

    /// The names of all the secrets that its requests need, each once: how it knows us, the key of our certificate, and
    /// what an MCP server is given.
    pub fn secrets(&self) -> Vec<&SecretName> {
        let key = self.tls.as_ref().and_then(|tls| tls.client_key_secret.as_ref());
        let server = self.mcp.iter().flat_map(|server| server.transport.secrets());
        let ours = self.auth.secret().into_iter().chain(self.auth.client_secret()).chain(key);
        let mut names: Vec<_> = ours.chain(server).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The full name of a tool of this source.
    pub fn id_of(&self, tool: &ToolSpec) -> ToolId {
        ToolId::new(self.name.clone(), tool.name.clone())
    }
}

/// What kind of API a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Tools written by hand: method, path, schema.
    Http,
    /// An MCP server: it says itself what its tools are.
    Mcp,
}

/// How a source knows who asks. Secrets are named; the keychain holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// It doesn't.
    None,
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer {
        /// The token's name.
        secret: SecretName,
    },
    /// `Authorization: Basic …` (RFC 7617).
    Basic {
        /// The user; the secret holds the password alone.
        user: String,
        /// The password's name.
        secret: SecretName,
    },
    /// A key in a place of the API's choosing.
    ApiKey {
        /// The key's name in the keychain.
        secret: SecretName,
        /// Where the key goes.
        place: KeyPlace,
        /// The header, query parameter or cookie that carries it.
        name: String,
    },
    /// OAuth 2 in the name of this program (RFC 6749 §4.4): tokens are got with the client's secret whenever they are
    /// needed.
    #[serde(rename = "oauth2_client")]
    OAuth2Client {
        /// The client secret's name.
        secret: SecretName,
        /// By which the authorization server knows the client.
        client_id: String,
        /// Where tokens are got.
        token_url: String,
        /// What is asked for; none asks for what is usual.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
        /// For whom the tokens are, where the server wants to be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
        /// Where the client's secret stands.
        #[serde(default, skip_serializing_if = "ClientAuth::is_basic")]
        client_auth: ClientAuth,
    },
    /// OAuth 2 in the name of a person, who signs in with their browser (RFC 6749 §4.1, RFC 7636).
    #[serde(rename = "oauth2_code")]
    OAuth2Code {
        /// The name under which the keychain holds the tokens once the person has signed in.
        secret: SecretName,
        /// By which the authorization server knows the client.
        client_id: String,
        /// The client secret's name, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_secret: Option<SecretName>,
        /// Where the person signs in.
        authorize_url: String,
        /// Where tokens are got.
        token_url: String,
        /// What is asked for; none asks for what is usual.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
        /// For whom the tokens are, where the server wants to be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audience: Option<String>,
        /// For whom they are, as RFC 8707 has it: an address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resource: Option<String>,
        /// Where the client's secret stands.
        #[serde(default, skip_serializing_if = "ClientAuth::is_basic")]
        client_auth: ClientAuth,
    },
    /// Requests are signed as Amazon Web Services ask for it (Signature Version 4).
    #[serde(rename = "aws_sigv4")]
    AwsSigV4 {
        /// The name of `ACCESS_KEY_ID:SECRET` or `ACCESS_KEY_ID:SECRET:SESSION_TOKEN`.
        secret: SecretName,
        /// The region that answers.
        region: String,
        /// The service as signatures name it.
        service: String,
    },
    /// Requests are signed with an HMAC.
    Hmac {
        /// The key's name.
        secret: SecretName,
        /// Over what, and where it stands.
        recipe: HmacRecipe,
    },
}

/// Where a client's secret stands in a request for a token (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// In the header `Authorization`, as every server must take it.
    #[default]
    Basic,
    /// In the body, beside the rest.
    Body,
}

impl ClientAuth {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_basic(&self) -> bool {
        *self == Self::Basic
    }
}

impl Auth {
    /// The secret that it needs.
    pub fn secret(&self) -> Option<&SecretName> {
        match self {
            Self::None => None,
            Self::Bearer { secret }
            | Self::Basic { secret, .. }
            | Self::ApiKey { secret, .. }
            | Self::OAuth2Client { secret, .. }
            | Self::OAuth2Code { secret, .. }
            | Self::AwsSigV4 { secret, .. }
            | Self::Hmac { secret, .. } => Some(secret),
        }
    }

    /// The client's secret, where that is another one.
    pub fn client_secret(&self) -> Option<&SecretName> {
        match self {
            Self::OAuth2Code { client_secret, .. } => client_secret.as_ref(),
            _ => None,
        }
    }
}

/// How a request is signed with an HMAC: a text made of the request, and headers that carry what comes of it. In both
/// `{name}` stands for a part of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct HmacRecipe {
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// How the signature is written.
    pub encoding: Encoding,
    /// Whether the secret is the key's bytes under base64, and not the key itself.
    pub base64_key: bool,
    /// What is signed: a template of [`HmacRecipe::SIGNED`].
    pub sign: String,
    /// The headers that it adds, each a template of [`HmacRecipe::SHOWN`]; one of them has `{signature}`.
    pub headers: BTreeMap<String, String>,
}

impl HmacRecipe {
    /// What `{…}` may be in what is signed.
    pub const SIGNED: [&str; 14] = [
        "method",
        "host",
        "path",
        "query",
        "path_query",
        "url",
        "body",
        "body_sha256",
        "body_sha256_base64",
        "timestamp",
        "timestamp_ms",
        "date",
        "iso",
        "nonce",
    ];
    /// What `{…}` may be in a header.
    pub const SHOWN: [&str; 8] = [
        "signature",
        "body_sha256",
        "body_sha256_base64",
        "timestamp",
        "timestamp_ms",
        "date",
        "iso",
        "nonce",
    ];
}

/// The hash of an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum HmacAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-1, which some APIs still want.
    Sha1,
}

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal digits in lower case.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// What TLS with a source has beside what the machine trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificates (PEM) of authorities that are trusted for this source beside the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// The certificate (PEM, its chain behind it) by which the source knows us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert: Option<String>,
    /// The name of that certificate's private key (PEM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key_secret: Option<SecretName>,
}

/// Where an API key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// A request header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// How much we ask of a source at once, and how long and how much of an answer we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Limits {
    /// Calls under way at one time, at least 1.
    pub in_flight: u32,
    /// How many requests may begin in a time, if that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A call's whole time in milliseconds, its attempts and the waits between them together; at least 1.
    pub deadline_ms: u32,
    /// The largest result body in bytes; what is longer is cut and says so.
    pub result_bytes: u32,
}

impl Default for Limits {
    /// 16 calls, no rate, 20 seconds, 4 MiB.
    fn default() -> Self {
        Self { in_flight: 16, rate: None, deadline_ms: 20_000, result_bytes: 4 << 20 }
    }
}

/// A steady number of requests, with room for some at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Rate {
    /// Thousandths of a request per second, at least 1: 20 a second are 20,000, one a minute is 17.
    pub milli_per_second: u32,
    /// How many may begin at once when none began for a while; at least 1.
    pub burst: u32,
}
