//! Of which kind a refusal is. Codes and words come before the status, since imitations differ in the status most; each
//! list says whose words stand in it.

use domain::model::ModelFailure;

use crate::complaint::Complaint;

/// The kind of a refusal with this status, or without one (0) where it stands within an answer that began well.
pub(crate) fn kind(status: u16, complaint: &Complaint) -> ModelFailure {
    let status = if status >= 400 { status } else { complaint.status.unwrap_or(status) };
    let says = |signs: &[&str]| complaint.says(signs);
    let is_refusal = status < 400 || (400..500).contains(&status);
    if status == 407 {
        return ModelFailure::Unreachable;
    }
    if status == 511 || (complaint.is_page && !matches!(status, 401 | 413 | 500..)) {
        return ModelFailure::NotAModel;
    }
    if is_refusal && says(&FILTER) {
        return ModelFailure::Filtered;
    }
    // Gemini calls every limit a quota, also one that lasts a minute; which it is stands among the details.
    let is_gemini = complaint.kind == "RESOURCE_EXHAUSTED";
    if status == 402 || (is_refusal && says(&QUOTA) && !is_gemini) || (is_gemini && complaint.is_daily) {
        return ModelFailure::QuotaUsedUp;
    }
    if says(&TOO_MUCH_AT_ONCE) {
        return ModelFailure::ContextTooLong;
    }
    if status == 429 || (is_refusal && says(&LIMIT)) || is_gemini {
        return if says(&NOT_READY) { ModelFailure::Overloaded } else { ModelFailure::RateLimited };
    }
    if status == 401 || (is_refusal && says(&KEY)) {
        return ModelFailure::KeyRefused;
    }
    // A local server's own errors about length come with any status.
    if status == 413 || says(&LENGTH) {
        return ModelFailure::ContextTooLong;
    }
    if status == 403 {
        return ModelFailure::KeyRefused;
    }
    if matches!(status, 404 | 405) && !names_the_model(complaint) {
        return ModelFailure::NotAModel;
    }
    if matches!(status, 408 | 424 | 425 | 500..) || (status < 400 && says(&BUSY)) || says(&NOT_READY) {
        return ModelFailure::Overloaded;
    }
    ModelFailure::Rejected
}

/// Whether it is the model that was not found, and not the address.
pub(crate) fn names_the_model(complaint: &Complaint) -> bool {
    complaint.says(&["model_not_found", "deploymentnotfound", "not_found_error"])
        || (complaint.says(&["model", "deployment"]) && complaint.says(&MISSING))
        || complaint.says(&["no endpoints found", "no allowed providers"])
}

/// How it is said that something is not there.
const MISSING: [&str; 7] =
    ["not found", "not exist", "no such", "unknown model", "not available", "not supported", "no access"];

/// That a filter refused the question: Azure, OpenAI, Anthropic, Bedrock's guardrails, xAI, Vertex.
const FILTER: [&str; 10] = [
    "content_filter",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "content management policy",
    "content filtering policy",
    "violates usage guidelines",
    "safety system",
    "guardrail",
    "prohibited_content",
    "data_inspection_failed",
];

/// That what was paid for is used up: OpenAI, DeepSeek, Anthropic (with status 400), OpenRouter, Bedrock, xAI.
const QUOTA: [&str; 14] = [
    "insufficient_quota",
    "exceeded your current quota",
    "insufficient balance",
    "insufficient credits",
    "insufficient funds",
    "credit balance is too low",
    "run out of credits",
    "used all available credits",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "spending limit",
    "payment_required",
    "servicequotaexceeded",
];

/// That one request is larger than what a minute allows: waiting never helps, asking for less does. OpenAI says it with
/// 429, Groq with 413.
const TOO_MUCH_AT_ONCE: [&str; 2] = ["request too large for", "must be reduced in order to run"];

/// That a limit is reached, with another status than 429 or within a stream: Anthropic, Bedrock, Cohere.
const LIMIT: [&str; 9] = [
    "rate_limit",
    "rate limit",
    "ratelimit",
    "rate-limited",
    "tokens per minute",
    "throttlingexception",
    "throttled",
    "too many requests",
    "toomanyrequests",
];

/// That a key is wrong where they answer 400 or 403: Google, xAI, Bedrock.
const KEY: [&str; 13] = [
    "invalid_api_key",
    "incorrect api key",
    "api key not valid",
    "api_key_invalid",
    "invalid api key",
    "api key expired",
    "authentication_error",
    "invalid api token",
    "unrecognizedclientexception",
    "invalidsignatureexception",
    "incompletesignature",
    "expiredtoken",
    "security token",
];

/// That a conversation is too long, in the words of everybody.
const LENGTH: [&str; 21] = [
    "context_length",
    "context_too_long",
    "exceed_context_size",
    "context length",
    "context window",
    "context size",
    "context limit",
    "maximum context",
    "maximum prompt length",
    "max_prompt_tokens",
    "input length",
    "too many tokens",
    "tokens exceed",
    "token count exceed",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "too large for model",
    "reduce the length",
    "exceeds the maximum number of tokens",
    "request_too_large",
];

/// That they can't go on, within an answer that began well.
const BUSY: [&str; 9] = [
    "overloaded",
    "server_error",
    "api_error",
    "internal error",
    "internalserverexception",
    "unavailable",
    "capacity",
    "modelstreamerror",
    "timeout",
];

/// That the model is on its way: llama.cpp, Bedrock, Hugging Face.
pub(crate) const NOT_READY: [&str; 4] =
    ["loading model", "modelnotready", "is currently loading", "model is loading"];
