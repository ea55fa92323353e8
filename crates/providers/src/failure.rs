//! A failure: of which kind, and in words that say what happened and what to do.

use std::time::Duration;

use domain::model::ModelFailure;

use crate::complaint::Complaint;

/// How a request to a model went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind: what a person does about it.
    pub kind: ModelFailure,
    /// What happened and what to do, naming model and host; never holds a key.
    pub words: String,
    /// How long the provider asks us to wait.
    pub retry_after: Option<Duration>,
}

/// Who a failure is about.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    /// The model's title.
    pub model: &'a str,
    /// `host` or `host:port`.
    pub host: &'a str,
}

impl Speaker<'_> {
    /// A failure for which the provider gave this status and this account. A status of 0 means that it gave none.
    pub(crate) fn refused(
        self,
        status: u16,
        complaint: &Complaint,
        retry_after: Option<Duration>,
    ) -> Failure {
        let Self { model, host } = self;
        let kind = kind(status, complaint);
        let said = said(status, &complaint.message);
        let words = match kind {
            ModelFailure::KeyRefused => format!(
                "{host} refused the key of {model}{said}. Store the right key for it, or check that this key may use \
                 this model."
            ),
            ModelFailure::RateLimited if is_quota(status, complaint) => format!(
                "The quota for {model} at {host} is used up{said}. Waiting does not help: add credit there, or choose \
                 another model."
            ),
            ModelFailure::RateLimited => {
                let wait = retry_after.map_or("a little".to_owned(), |wait| format!("{} s", seconds(wait)));
                format!(
                    "{host} takes no more requests for {model} at the moment{said}. Wait {wait} and ask again."
                )
            }
            ModelFailure::Overloaded => format!(
                "{host} can't serve {model} at the moment{said}. Ask again in a minute, or choose another model."
            ),
            ModelFailure::ContextTooLong => format!(
                "The conversation is longer than {model} at {host} can read{said}. Begin a new conversation, or ask \
                 for less at once."
            ),
            _ => format!(
                "{host} did not accept the request for {model}{said}. If that is about the model's name or address, \
                 correct them in its settings."
            ),
        };
        Failure { kind, words, retry_after }
    }

    pub(crate) fn no_key(self, secret: &str) -> Failure {
        let Self { model, host } = self;
        self.failed(
            ModelFailure::KeyRefused,
            format!("No key is stored for {model} at {host}. Store the secret `{secret}` and ask again."),
        )
    }

    pub(crate) fn unsendable(self, why: &str) -> Failure {
        let words = format!("Nothing was sent to {}: {why}. Check the model's settings.", self.model);
        self.failed(ModelFailure::Rejected, words)
    }

    pub(crate) fn redirected(self, why: &str) -> Failure {
        let words = format!(
            "{} is not asked at this address: {why}. Correct it in the model's settings.",
            self.model
        );
        self.failed(ModelFailure::Rejected, words)
    }

    pub(crate) fn malformed(self, what: &str) -> Failure {
        let Self { model, host } = self;
        self.failed(
            ModelFailure::MalformedStream,
            format!(
                "What {host} sent for {model} is not an answer in its protocol: {what}. Check the address in the \
                 model's settings; it often ends in `/v1`."
            ),
        )
    }

    pub(crate) fn cut(self, why: &str) -> Failure {
        let Self { model, host } = self;
        self.failed(
            ModelFailure::CutStream,
            format!(
                "The answer of {model} from {host} ended in the middle: {why}. A call that was not complete was not \
                 made. Ask again."
            ),
        )
    }

    pub(crate) fn unreachable(self, why: &str) -> Failure {
        let words = format!("{} did not answer: {why}. Check the connection and ask again.", self.model);
        self.failed(ModelFailure::Unreachable, words)
    }

    pub(crate) fn cancelled(self) -> Failure {
        self.failed(ModelFailure::Cancelled, format!("The answer of {} was stopped.", self.model))
    }

    fn failed(self, kind: ModelFailure, words: String) -> Failure {
        Failure { kind, words, retry_after: None }
    }
}

/// The kind of a refusal. Codes and words come before the status, since imitations differ in the status most.
fn kind(status: u16, complaint: &Complaint) -> ModelFailure {
    let status = if status >= 400 { status } else { complaint.status.unwrap_or(0) };
    let says = |signs: &[&str]| {
        let texts =
            [&complaint.code, &complaint.kind, &complaint.message].map(|text| text.to_ascii_lowercase());
        signs.iter().any(|sign| texts.iter().any(|text| text.contains(sign)))
    };
    let is_refusal = status == 0 || (400..500).contains(&status);
    if matches!(status, 401 | 403) || (is_refusal && says(&KEY)) {
        return ModelFailure::KeyRefused;
    }
    if matches!(status, 402 | 429) || (is_refusal && says(&LIMIT)) {
        return ModelFailure::RateLimited;
    }
    if status == 413 || (is_refusal && says(&LENGTH)) {
        return ModelFailure::ContextTooLong;
    }
    if status == 408 || status >= 500 || (status == 0 && says(&BUSY)) {
        return ModelFailure::Overloaded;
    }
    ModelFailure::Rejected
}

/// How providers say that a key is wrong where they answer 400: Google, xAI.
const KEY: [&str; 5] =
    ["invalid_api_key", "incorrect api key", "api key not valid", "invalid api key", "authentication_error"];

/// How they say that a limit is reached with another status than 429: Groq answers 413 to too many tokens a minute.
const LIMIT: [&str; 5] =
    ["rate_limit", "rate limit", "insufficient_quota", "insufficient balance", "tokens per minute"];

/// How they say that a conversation is too long.
const LENGTH: [&str; 16] = [
    "context_length",
    "exceed_context_size",
    "context length",
    "context window",
    "context size",
    "maximum context",
    "maximum prompt length",
    "input length",
    "too many tokens",
    "tokens exceed",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "too large for model",
    "reduce the length",
    "exceeds the maximum number of tokens",
];

/// How they say, within an answer that began well, that they can't go on.
const BUSY: [&str; 5] = ["overloaded", "server_error", "internal error", "unavailable", "capacity"];

fn is_quota(status: u16, complaint: &Complaint) -> bool {
    let code = format!("{} {}", complaint.code, complaint.kind);
    status == 402
        || code.contains("insufficient_quota")
        || complaint.message.to_ascii_lowercase().contains("insufficient balance")
}

/// ` (401: “Incorrect API key provided”)`, as far as there is anything to say.
fn said(status: u16, message: &str) -> String {
    match (status, message) {
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
