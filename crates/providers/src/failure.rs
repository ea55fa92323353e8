//! A failure: of which kind, and in words that say what happened and what to do.

use std::time::Duration;

use domain::model::{ModelFailure, ModelSpec, Protocol};
use url::Url;

use crate::complaint::Complaint;
use crate::kind::{NOT_READY, kind, names_the_model};
use crate::overrun::{Overrun, overrun};

/// How a request to a model went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind: what a person does about it.
    pub kind: ModelFailure,
    /// What happened and what to do, naming model and host; never holds a key.
    pub words: String,
    /// How long the provider asks us to wait.
    pub retry_after: Option<Duration>,
    /// By how much the conversation is too long, as far as the provider says so.
    pub overrun: Overrun,
}

impl Failure {
    /// One of which nothing more is known.
    pub fn new(kind: ModelFailure, words: String) -> Self {
        Self { kind, words, retry_after: None, overrun: Overrun::default() }
    }
}

/// Who a failure is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speaker<'a> {
    pub(crate) spec: &'a ModelSpec,
    /// The model's title.
    pub(crate) model: &'a str,
    /// `host` or `host:port`.
    pub(crate) host: &'a str,
    /// The address that is asked, without a query.
    pub(crate) endpoint: &'a str,
}

impl Speaker<'_> {
    /// A failure for which the provider gave this status and this account. A status of 0 means that it gave none.
    pub(crate) fn refused(
        self,
        status: u16,
        complaint: &Complaint,
        retry_after: Option<Duration>,
    ) -> Failure {
        let kind = kind(status, complaint);
        let retry_after = retry_after.or(complaint.wait);
        let said = said(status, complaint);
        let words = self.words_for(kind, status, complaint, &said, retry_after);
        let overrun = match kind {
            ModelFailure::ContextTooLong => overrun(&complaint.message),
            _ => Overrun::default(),
        };
        Failure { kind, words, retry_after, overrun }
    }

    fn words_for(
        self,
        kind: ModelFailure,
        status: u16,
        complaint: &Complaint,
        said: &str,
        retry_after: Option<Duration>,
    ) -> String {
        let Self { model, host, .. } = self;
        match kind {
            ModelFailure::KeyRefused => format!(
                "{host} refused the key of {model}{said}. Store the right key for it, or check that this key may use \
                 this model."
            ),
            ModelFailure::QuotaUsedUp => format!(
                "The quota for {model} at {host} is used up{said}. Waiting does not help: add credit there, or choose \
                 another model."
            ),
            ModelFailure::RateLimited => {
                let wait = retry_after.map_or("a little".to_owned(), |wait| format!("{} s", seconds(wait)));
                format!(
                    "{host} takes no more requests for {model} at the moment{said}. Wait {wait} and ask again."
                )
            }
            ModelFailure::Overloaded if complaint.says(&NOT_READY) => {
                format!("{host} is still loading {model}{said}. Ask again when it is there.")
            }
            ModelFailure::Overloaded => format!(
                "{host} can't serve {model} at the moment{said}. Ask again in a minute, or choose another model."
            ),
            ModelFailure::ContextTooLong => format!(
                "The conversation is longer than {model} at {host} can read{said}. Begin a new conversation, or ask \
                 for less at once."
            ),
            ModelFailure::Filtered => format!(
                "The content filter of {host} refused what {model} was asked{said}. Put the question in other words, \
                 or choose another model."
            ),
            ModelFailure::Unreachable => format!(
                "{model} at {host} was not asked: the proxy on the way wants a name and a password{said}. Set them \
                 with `tieout network proxy`."
            ),
            ModelFailure::NotAModel => self.not_a_model(status, complaint, said),
            _ if names_the_model(complaint) => self.no_such_model(said),
            _ => format!(
                "{host} did not accept the request for {model}{said}. If that is about the model's name or address, \
                 correct them in its settings."
            ),
        }
    }

    /// Something else answered: a page of a proxy, or a server that knows no such path.
    fn not_a_model(self, status: u16, complaint: &Complaint, said: &str) -> String {
        let Self { model, host, endpoint, .. } = self;
        if status == 511 || (complaint.is_page && !matches!(status, 404 | 405)) {
            return format!(
                "A web page answered at {endpoint} in the place of {model}{said}: the sign-in page of a network or \
                 proxy, or a website. Open {host} in a browser to see it, and check the address in the model's \
                 settings."
            );
        }
        format!("{host} has nothing at {endpoint}, where {model} was asked{said}. {}", self.right_address())
    }

    /// What the base address should be, as far as it can be told from the one that it is.
    fn right_address(self) -> String {
        let base = self.spec.base_url.trim().trim_end_matches('/');
        let path =
            Url::parse(base).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        let own =
            ["/chat/completions", "/completions", "/responses", "/v1/messages", "/messages", "/api/chat"];
        if let Some(own) = own.iter().find(|own| path.ends_with(**own)) {
            return format!("Leave `{own}` out of its base address: it is added by itself.");
        }
        if self.host.ends_with(".azure.com") {
            return "The base address of a model at Azure ends in `/openai/v1`, and the model's name is that of its \
                    deployment."
                .to_owned();
        }
        match self.spec.protocol {
            Protocol::OpenaiChat | Protocol::OpenaiResponses if !path.ends_with("/v1") => {
                format!("Its base address is most likely `{base}/v1`; correct it in the model's settings.")
            }
            _ => "Compare its base address with the provider's documentation, and correct it in the model's settings."
                .to_owned(),
        }
    }

    fn no_such_model(self, said: &str) -> String {
        let Self { host, model, .. } = self;
        let id = &self.spec.model;
        // Ollama's own words on another protocol's path are the same.
        let pull = if self.spec.protocol == Protocol::Ollama || host.ends_with(":11434") {
            format!("fetch it with `ollama pull {id}`, or ")
        } else {
            String::new()
        };
        format!(
            "{host} has no `{id}`, which {model} is to be{said}: {pull}correct its name in the model's settings."
        )
    }

    pub(crate) fn no_key(self, secret: &str) -> Failure {
        let Self { model, host, .. } = self;
        Failure::new(
            ModelFailure::KeyRefused,
            format!("No key is stored for {model} at {host}. Store the secret `{secret}` and ask again."),
        )
    }

    pub(crate) fn unsendable(self, why: &str) -> Failure {
        let words = format!("Nothing was sent to {}: {why}. Check the model's settings.", self.model);
        Failure::new(ModelFailure::Rejected, words)
    }

    pub(crate) fn redirected(self, why: &str) -> Failure {
        let words = format!(
            "{} is not asked at this address: {why}. It may be the sign-in page of a network or proxy; else correct \
             the address in the model's settings.",
            self.model
        );
        Failure::new(ModelFailure::NotAModel, words)
    }

    pub(crate) fn malformed(self, what: &str) -> Failure {
        let Self { model, host, .. } = self;
        Failure::new(
            ModelFailure::MalformedStream,
            format!(
                "What {host} sent for {model} is not an answer in its protocol: {what}. Check the address in the \
                 model's settings; it often ends in `/v1`."
            ),
        )
    }

    /// An answer of a type that no protocol has.
    pub(crate) fn of_another_type(self, media: &str) -> Failure {
        let Self { model, endpoint, .. } = self;
        let media: String = media.chars().filter(|char| !char.is_control()).take(60).collect();
        let words = format!(
            "Something else than {model} answered at {endpoint}: it sent `{media}`. Check the address in the model's \
             settings."
        );
        Failure::new(ModelFailure::NotAModel, words)
    }

    pub(crate) fn cut(self, why: &str) -> Failure {
        let Self { model, host, .. } = self;
        Failure::new(
            ModelFailure::CutStream,
            format!(
                "The answer of {model} from {host} ended in the middle: {why}. A call that was not complete was not \
                 made. Ask again."
            ),
        )
    }

    pub(crate) fn unreachable(self, why: &str) -> Failure {
        let words = format!("{} did not answer: {why}. Check the connection and ask again.", self.model);
        Failure::new(ModelFailure::Unreachable, words)
    }

    pub(crate) fn untrusted(self, why: &str) -> Failure {
        let words = format!(
            "{} was not asked: {why}. If your network has a certificate authority of its own, add its certificate in \
             Settings.",
            self.model
        );
        Failure::new(ModelFailure::Untrusted, words)
    }

    /// `which` says what it was silent before, and how long that may last.
    pub(crate) fn silent(self, which: &str) -> Failure {
        let Self { model, host, .. } = self;
        let words = format!(
            "{model} at {host} kept silent for too long: {which}. Ask again, choose another model, or allow it more \
             time in Settings."
        );
        Failure::new(ModelFailure::TimedOut, words)
    }

    pub(crate) fn cancelled(self) -> Failure {
        Failure::new(ModelFailure::Cancelled, format!("The answer of {} was stopped.", self.model))
    }
}

/// ` (401: “Incorrect API key provided”)`, as far as there is anything to say.
fn said(status: u16, complaint: &Complaint) -> String {
    match (status, complaint.message.as_str()) {
        (0, "") => String::new(),
        (0, message) => format!(" (“{message}”)"),
        (status, "") => format!(" ({status})"),
        (status, message) => format!(" ({status}: “{message}”)"),
    }
}

/// Rounded up, so that nobody asks too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
