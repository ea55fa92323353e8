//! One request to a model, from the two entries that tell of it.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::{ModelCallId, Seq, TurnId};
use domain::label::Label;
use domain::model::{Finish, ModelFailure, Usage};
use domain::time::Micros;
use domain::view::EntryView;
use url::Url;

use super::span::Attribute;

/// Providers by the end of their hosts' names, as the conventions call them.
const PROVIDERS: [(&str, &str); 11] = [
    ("openai.azure.com", "azure.ai.openai"),
    ("openai.com", "openai"),
    ("anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("groq.com", "groq"),
    ("mistral.ai", "mistral_ai"),
    ("deepseek.com", "deepseek"),
    ("cohere.com", "cohere"),
    ("perplexity.ai", "perplexity"),
    ("x.ai", "x_ai"),
];

/// A request to a model that has ended.
pub(super) struct Chat {
    pub(super) request: ModelCallId,
    pub(super) seq: Seq,
    pub(super) model: String,
    endpoint: String,
    pub(super) label: Label,
    pub(super) from: Micros,
    pub(super) to: Micros,
    pub(super) finish: Option<Finish>,
    pub(super) failure: Option<ModelFailure>,
    pub(super) usage: Usage,
}

impl Chat {
    /// Those of one turn, in the order in which they were made; other entries are passed over.
    pub(super) fn all_of(turn: TurnId, entries: &[EntryView]) -> Vec<Self> {
        let about = entries.iter().filter(|entry| entry.kind.starts_with("model."));
        let entries: Vec<Entry> =
            about.filter_map(|entry| Entry::from_body(entry.body.canonical().as_bytes()).ok()).collect();
        entries.iter().filter_map(|entry| Self::begun_by(turn, entry, &entries)).collect()
    }

    fn begun_by(turn: TurnId, called: &Entry, entries: &[Entry]) -> Option<Self> {
        let Fact::ModelCalled { request, turn: of, model, endpoint, label, .. } = &called.fact else {
            return None;
        };
        let returned = entries.iter().find_map(|entry| match &entry.fact {
            Fact::ModelReturned { request: which, finish, failure, usage, took, .. } if which == request => {
                Some((*finish, *failure, *usage, *took))
            }
            _ => None,
        });
        let (finish, failure, usage, took) = returned.filter(|_| *of == Some(turn))?;
        Some(Self {
            request: *request,
            seq: called.seq,
            model: model.clone(),
            endpoint: endpoint.clone(),
            label: label.clone(),
            from: called.at,
            to: Micros(called.at.0.saturating_add_unsigned(took.0)),
            finish,
            failure,
            usage,
        })
    }

    /// Who speaks, as the conventions call them. Of an address that they don't name, whose protocol it speaks: so they
    /// advise.
    pub(super) fn provider(&self) -> &'static str {
        let host = self.url().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let of_host =
            |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        PROVIDERS.iter().find(|(end, _)| of_host(end)).map_or("openai", |(_, provider)| provider)
    }

    /// Where it was asked.
    pub(super) fn server(&self) -> Vec<Attribute> {
        let Some(url) = self.url() else { return Vec::new() };
        let address = url.host_str().map(|host| Attribute::text("server.address", host));
        let port = url.port_or_known_default().map(|port| Attribute::number("server.port", port.into()));
        address.into_iter().chain(port).collect()
    }

    fn url(&self) -> Option<Url> {
        Url::parse(&self.endpoint).ok()
    }
}
