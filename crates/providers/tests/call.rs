//! Requests through the door to a server on this machine that answers what each test says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic here is a failed test with a place"
)]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use domain::id::Seq;
use domain::intent::DurableIntent;
use domain::json::Json;
use domain::label::Level;
use domain::model::{
    Capabilities, Early, Finish, Message, ModelEvent, ModelFailure, ModelSpec, OfferedTool, Parallel, Prompt,
    Protocol, Usage,
};
use domain::secret::Secret;
use domain::time::Micros;
use egress::{Door, PlacedSecret, Settings};
use providers::{Failure, Limits, Overrun, Received, encode};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

const KEY: &str = "sk-live-4eC39HqLyjWDarjtT1zdp7dc";
const ANSWER: &str = concat!(
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n",
    "data: [DONE]\n\n",
);

/// What the server does with the one connection that it accepts.
struct Script {
    /// Status line and headers of its own.
    head: String,
    body: Vec<u8>,
    /// Whether it leaves the connection open, silent, after the body.
    lingers: bool,
    /// What it writes again and again after the body, for as long as anybody listens.
    drips: &'static [u8],
}

impl Script {
    fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { head: format!("HTTP/1.1 {status}\r\n"), body: body.into(), lingers: false, drips: b"" }
    }

    fn header(mut self, line: &str) -> Self {
        self.head.push_str(line);
        self.head.push_str("\r\n");
        self
    }

    fn dripping(mut self, drips: &'static [u8]) -> Self {
        self.drips = drips;
        self
    }

    fn lingering(mut self) -> Self {
        self.lingers = true;
        self
    }
}

/// The server's base address, what it was asked, and when the client closed the connection.
async fn server(script: Script) -> (String, oneshot::Receiver<String>, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (asked, request) = oneshot::channel();
    let (closed, end) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !is_whole(&read) {
            assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request is whole");
        }
        let _ = asked.send(String::from_utf8(read).unwrap());
        stream.write_all(format!("{}connection: close\r\n\r\n", script.head).as_bytes()).await.unwrap();
        stream.write_all(&script.body).await.unwrap();
        while !script.drips.is_empty() && stream.write_all(script.drips).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if script.lingers {
            // Gives zero bytes, or an error, once the client is gone.
            let _ = stream.read(&mut [0; 16]).await;
        }
        let _ = closed.send(());
    });
    (base, request, end)
}

/// Whether a request is here to the end that its head names.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

fn spec(base: &str) -> ModelSpec {
    ModelSpec {
        name: "main".to_owned(),
        title: "Main model".to_owned(),
        protocol: Protocol::OpenaiChat,
        base_url: base.to_owned(),
        model: "gpt-x".to_owned(),
        secret: Some("main-key".parse().unwrap()),
        clearance: Level::Confidential,
        parallel: Parallel::Auto,
        early: Early::Auto,
        preset: None,
        capabilities: Capabilities::default(),
    }
}

fn prompt() -> Prompt {
    Prompt {
        system: String::new(),
        messages: vec![Message::User("Hi".to_owned())],
        tools: Vec::new(),
        parallel: Parallel::Auto,
    }
}

#[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
fn intent() -> DurableIntent {
    DurableIntent::after_commit(Seq(0))
}

/// The key as the model's provider wants it.
fn placed(spec: &ModelSpec) -> Option<PlacedSecret> {
    providers::placed(spec, Secret::new(KEY), Micros(0))
}

/// Asks the model at `base`, with room for all of its events.
async fn call(base: &str, key: Option<Secret>) -> (Received, Vec<ModelEvent>) {
    let spec = spec(base);
    let key = key.and_then(|key| providers::placed(&spec, key, Micros(0)));
    let door = Door::new(Settings::default()).unwrap();
    let (on_event, mut said) = mpsc::channel(64);
    let received =
        providers::call(&door, &spec, encode(&spec, &prompt()), key, Limits::default(), intent(), on_event)
            .await;
    let mut events = Vec::new();
    while let Some(event) = said.recv().await {
        events.push(event);
    }
    (received, events)
}

async fn answered(script: Script) -> (Received, Vec<ModelEvent>) {
    let (base, ..) = server(script).await;
    call(&base, Some(Secret::new(KEY))).await
}

async fn failed(script: Script) -> Failure {
    let (received, events) = answered(script).await;
    assert!(
        !events.iter().any(|event| matches!(event, ModelEvent::CallReady { .. } | ModelEvent::Finished(_)))
    );
    received.result.unwrap_err()
}

fn expected_events() -> Vec<ModelEvent> {
    vec![
        ModelEvent::Text("Hello".to_owned()),
        ModelEvent::Usage(Usage { input: 3, output: 4, ..Usage::default() }),
        ModelEvent::Finished(Finish::Stop),
    ]
}

#[tokio::test]
async fn an_answer_is_passed_on_and_kept_as_received() {
    let (base, request, _) =
        server(Script::new("200 OK", ANSWER).header("content-type: text/event-stream")).await;
    let (received, events) = call(&base, Some(Secret::new(KEY))).await;
    assert_eq!(received.result, Ok(Finish::Stop));
    assert_eq!(received.bytes, ANSWER.as_bytes());
    assert_eq!(received.media, "text/event-stream");
    assert_eq!(received.usage, Usage { input: 3, output: 4, ..Usage::default() });
    assert_eq!(events, expected_events());

    let request = request.await.unwrap();
    assert!(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {KEY}\r\n")), "{request}");
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    let body = String::from_utf8(encode(&spec(&base), &prompt()).body).unwrap();
    assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
}

#[tokio::test]
async fn the_type_that_a_server_gives_its_stream_does_not_matter() {
    let (received, events) = answered(Script::new("200 OK", ANSWER).header("content-type: text/plain")).await;
    assert_eq!(received.result, Ok(Finish::Stop));
    assert_eq!(events, expected_events());
}

/// Some servers leave the connection open and say nothing more: neither after the end mark nor after the finish reason
/// is there anything to wait for.
#[tokio::test]
async fn a_message_that_is_over_does_not_wait_for_its_connection() {
    let began = Instant::now();
    let (received, _) = answered(Script::new("200 OK", ANSWER).lingering()).await;
    assert_eq!(received.result, Ok(Finish::Stop));
    let (without_mark, _) = ANSWER.split_once("data: {\"choices\":[],").unwrap();
    let (received, events) = answered(Script::new("200 OK", without_mark).lingering()).await;
    assert_eq!(received.result, Ok(Finish::Stop));
    assert_eq!(events.last(), Some(&ModelEvent::Finished(Finish::Stop)));
    assert!(began.elapsed() < Duration::from_secs(20), "far below the limit of a pause");
}

fn recorded(file: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/transcripts").join(file))
        .unwrap()
}

/// Each body was recorded with this status.
#[tokio::test]
async fn recorded_refusals_have_their_kind_and_their_words() {
    use ModelFailure::{KeyRefused, RateLimited, Rejected};
    for (status, file, kind, words) in [
        (
            400,
            "mistral/error-response-identity-edge-blocking-error-carries-the-correlation-id-0.json",
            Rejected,
            "(400: “Invalid model: definitely-not-a-model”)",
        ),
        (
            404,
            "venice/error-error-envelope-nonexistent-model-error-preserves-status-and-body-0.json",
            Rejected,
            "(404: “Specified model not found: venice-nonexistent-rig-test.",
        ),
        (
            400,
            "groq/error-test-groq-test-tool-use-failed-error-0.json",
            Rejected,
            "(400: “Tool call validation failed:",
        ),
        (
            400,
            "llamacpp/error-multimodal-matrix-malformed-data-uri-0.json",
            Rejected,
            "(400: “Failed to load image or audio file”)",
        ),
        (
            400,
            "anthropic/error-strict-schema-matrix-boolean-root-schema-is-rejected-for-tool-input-0.json",
            Rejected,
            "(400: “tools.0.custom.input_schema:",
        ),
        (
            401,
            "openai/error-websocket-error-identity-matri-handshake-rejection-carries-status-body-and-request-id-0.json",
            KeyRefused,
            "(401: “Incorrect API key provided: sk-inval",
        ),
        (
            429,
            "openrouter/error-test-openrouter-test-openrouter-errors-raised-0.json",
            RateLimited,
            "is temporarily rate-limited upstream.",
        ),
        (
            400,
            "deepseek/error-wire-shape-matrix-chat-completion-rejects-an-unknown-model-with-the-provider-body-0.json",
            Rejected,
            "but you passed deepseek-v9-nonexistent.",
        ),
    ] {
        let body = recorded(file);
        let (received, events) = answered(Script::new(&format!("{status} No"), body.clone())).await;
        let failure = received.result.unwrap_err();
        assert_eq!(failure.kind, kind, "{file}");
        assert!(failure.words.contains(words), "{file}: {}", failure.words);
        assert!(
            failure.words.contains("Main model") && failure.words.contains("127.0.0.1:"),
            "{}",
            failure.words
        );
        assert_eq!(received.bytes, body, "{file}");
        assert!(events.is_empty(), "{file}");
    }
}

/// What is not among the recordings, as providers document or report it.
#[tokio::test]
async fn refusals_by_status_code_and_words() {
    use ModelFailure::{
        ContextTooLong, Filtered, KeyRefused, MalformedStream, NotAModel, Overloaded, QuotaUsedUp,
        RateLimited, Rejected, Unreachable,
    };
    let openai = |code: &str, message: &str| {
        format!(r#"{{"error":{{"message":"{message}","type":"x","code":"{code}"}}}}"#)
    };
    for (status, body, kind) in [
        (403, openai("", "Forbidden"), KeyRefused),
        (400, r#"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}]"#.to_owned(), KeyRefused),
        (402, openai("", "Insufficient credits"), QuotaUsedUp),
        (429, openai("insufficient_quota", "You exceeded your current quota"), QuotaUsedUp),
        (413, openai("rate_limit_exceeded", "Request too large for model `x` on tokens per minute (TPM)"), ContextTooLong),
        (400, openai("context_length_exceeded", "x"), ContextTooLong),
        (400, openai("", "This model's maximum context length is 8192 tokens."), ContextTooLong),
        (400, r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#.to_owned(), ContextTooLong),
        (413, "<html>Request Entity Too Large</html>".to_owned(), ContextTooLong),
        (500, String::new(), Overloaded),
        (502, "<html>Bad Gateway</html>".to_owned(), Overloaded),
        (503, openai("", "The engine is currently overloaded"), Overloaded),
        (529, openai("", "Overloaded"), Overloaded),
        (408, String::new(), Overloaded),
        (422, r#"{"detail":[{"loc":["body"],"msg":"Field required"}]}"#.to_owned(), Rejected),
        (404, "404 page not found".to_owned(), NotAModel),
        (200, "<!DOCTYPE html><html></html>".to_owned(), NotAModel),
        (403, "<html><title>Blocked by Corp</title></html>".to_owned(), NotAModel),
        (511, "<html>Sign in</html>".to_owned(), NotAModel),
        (407, "<html>Proxy Authentication Required</html>".to_owned(), Unreachable),
        (429, r#"{"error":{"message":"Rate limit reached for gpt-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#.to_owned(), RateLimited),
        (429, r#"{"error":{"message":"Request too large for gpt-x on tokens per min (TPM): Limit 10000, Requested 12000. The input or output tokens must be reduced in order to run successfully.","type":"tokens","code":"rate_limit_exceeded"}}"#.to_owned(), ContextTooLong),
        (529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#.to_owned(), Overloaded),
        (400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#.to_owned(), QuotaUsedUp),
        (400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#.to_owned(), ContextTooLong),
        (404, r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}"#.to_owned(), Rejected),
        (429, r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"#.to_owned(), RateLimited),
        (429, r#"{"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}"#.to_owned(), QuotaUsedUp),
        (400, r#"{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#.to_owned(), KeyRefused),
        (503, r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#.to_owned(), Overloaded),
        (400, r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"Too many tokens, please wait before trying again."}"#.to_owned(), RateLimited),
        (403, r#"{"message":"The security token included in the request is invalid."}"#.to_owned(), KeyRefused),
        (429, r#"{"message":"You are using a Trial key, which is limited to 10 API calls / minute."}"#.to_owned(), RateLimited),
        (400, r#"{"message":"too many tokens: size limit exceeded by 1000 tokens."}"#.to_owned(), ContextTooLong),
        (401, r#"{"message":"invalid api token"}"#.to_owned(), KeyRefused),
        (404, r#"{"error":"model \"llama9\" not found, try pulling it first"}"#.to_owned(), Rejected),
        (503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#.to_owned(), Overloaded),
        (400, r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#.to_owned(), Filtered),
        (404, r#"{"error":{"code":"404","message":"Resource not found"}}"#.to_owned(), NotAModel),
        (404, r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#.to_owned(), Rejected),
        (404, r#"{"error":{"message":"Invalid URL (POST /chat/completions)","type":"invalid_request_error"}}"#.to_owned(), NotAModel),
        (404, r#"{"detail":"Not Found"}"#.to_owned(), NotAModel),
        (405, r#"{"detail":"Method Not Allowed"}"#.to_owned(), NotAModel),
        (404, r#"{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","code":"model_not_found"}}"#.to_owned(), Rejected),
        (500, r#"{"error":"input length exceeds the context length"}"#.to_owned(), ContextTooLong),
        (200, "data: {\"error\":{\"code\":503,\"message\":\"x\"}}\n\n".to_owned(), Overloaded),
        (200, "data: {\"error\":{\"code\":429,\"message\":\"x\"}}\n\n".to_owned(), RateLimited),
        (200, format!("data: {}\n\n", openai("context_length_exceeded", "x")), ContextTooLong),
        (200, format!("data: {}\n\n", openai("server_error", "x")), Overloaded),
        (200, openai("invalid_api_key", "x"), KeyRefused),
        (200, "data: nonsense\n\n".to_owned(), MalformedStream),
    ] {
        let failure = failed(Script::new(&format!("{status} X"), body.clone())).await;
        assert_eq!(failure.kind, kind, "{status} {body}: {}", failure.words);
        assert!(failure.words.contains("Main model"), "{}", failure.words);
    }
}

#[tokio::test]
async fn a_limit_says_how_long_to_wait_and_a_quota_that_waiting_is_vain() {
    let limit = failed(Script::new("429 Slow down", "{}").header("retry-after: 7")).await;
    assert_eq!((limit.kind, limit.retry_after), (ModelFailure::RateLimited, Some(Duration::from_secs(7))));
    assert!(limit.words.contains("Wait 7 s"), "{}", limit.words);
    let quota = r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#;
    let quota = failed(Script::new("429 Slow down", quota)).await;
    assert_eq!(quota.kind, ModelFailure::QuotaUsedUp);
    assert!(quota.words.contains("add credit"), "{}", quota.words);
}

#[tokio::test]
async fn an_answer_that_ends_early_is_cut() {
    let half = &ANSWER[..40];
    for script in [
        Script::new("200 OK", half),
        Script::new("200 OK", half).header("content-length: 900"),
        Script::new("200 OK", ""),
    ] {
        let (received, events) = answered(script).await;
        let failure = received.result.unwrap_err();
        assert_eq!(failure.kind, ModelFailure::CutStream, "{}", failure.words);
        assert!(failure.words.contains("ended in the middle"), "{}", failure.words);
        assert!(events.is_empty());
    }
}

#[tokio::test]
async fn nobody_there_no_key_and_no_address() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failure = |base: String, key| async move { call(&base, key).await.0.result.unwrap_err() };
    let key = || Some(Secret::new(KEY));
    let nobody = failure(format!("http://{free}/v1"), key()).await;
    assert_eq!(nobody.kind, ModelFailure::Unreachable);
    assert!(nobody.words.contains(&free.to_string()), "{}", nobody.words);
    let no_key = failure(format!("http://{free}/v1"), None).await;
    assert_eq!(no_key.kind, ModelFailure::KeyRefused);
    assert!(no_key.words.contains("main-key"), "{}", no_key.words);
    for base in ["api.example.com/v1", "ftp://api.example.com"] {
        assert_eq!(failure(base.to_owned(), key()).await.kind, ModelFailure::Rejected, "{base}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let failure =
        failed(Script::new("307 Over there", "").header("location: https://elsewhere.example/")).await;
    assert_eq!(failure.kind, ModelFailure::NotAModel);
    assert!(failure.words.contains("sign-in page"), "{}", failure.words);
}

/// What a refusal says besides its kind: how long to wait, by how much it is too long, what to do.
#[tokio::test]
async fn refusals_say_what_helps() {
    let wait = r#"{"error":{"message":"Rate limit reached. Please try again in 20s.","code":"rate_limit_exceeded"}}"#;
    let wait = failed(Script::new("429 X", wait)).await;
    assert_eq!(wait.retry_after, Some(Duration::from_secs(20)));
    let gemini = r#"[{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34.5s"}]}}]"#;
    assert_eq!(failed(Script::new("429 X", gemini)).await.retry_after, Some(Duration::from_millis(34_500)));
    let reset = Script::new("429 X", "{}").header("x-ratelimit-remaining-tokens: 0");
    let reset = failed(reset.header("x-ratelimit-reset-tokens: 6m0s")).await;
    assert_eq!(reset.retry_after, Some(Duration::from_secs(360)));

    let long = r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, you requested 10000 tokens."}}"#;
    let long = failed(Script::new("400 X", long)).await;
    assert_eq!(long.overrun, Overrun { limit: Some(8192), asked: Some(10_000) });

    let throttled = Script::new("400 X", r#"{"message":"Slow"}"#);
    let throttled = failed(throttled.header("x-amzn-errortype: ThrottlingException:http://internal/")).await;
    assert_eq!(throttled.kind, ModelFailure::RateLimited);

    let page = "<html><head><title>Corp sign-in</title></head></html>";
    for script in [Script::new("200 OK", page).header("content-type: text/html"), Script::new("403 No", page)]
    {
        let failure = failed(script).await;
        assert_eq!(failure.kind, ModelFailure::NotAModel);
        assert!(
            failure.words.contains("“Corp sign-in”") && failure.words.contains("web page"),
            "{}",
            failure.words
        );
    }
    let image = Script::new("200 OK", "\u{89}PNG...").header("content-type: image/png");
    let image = failed(image).await;
    assert_eq!(image.kind, ModelFailure::NotAModel);
    assert!(image.words.contains("`image/png`"), "{}", image.words);
    let loading = failed(Script::new("503 X", r#"{"error":{"code":503,"message":"Loading model"}}"#)).await;
    assert!(loading.words.contains("still loading"), "{}", loading.words);
}

/// An address that is wrong says which would be right, and a model that is not there how to get it.
#[tokio::test]
async fn a_wrong_address_and_a_missing_model_say_what_would_be_right() {
    let failing = |path: &'static str, protocol, script| async move {
        let (base, ..) = server(script).await;
        let base_url = base.replace("/v1", path);
        let spec = ModelSpec { protocol, ..spec(&base_url) };
        let door = Door::new(Settings::default()).unwrap();
        let (on_event, _said) = mpsc::channel(64);
        let (encoded, key) = (encode(&spec, &prompt()), placed(&spec));
        providers::call(&door, &spec, encoded, key, Limits::default(), intent(), on_event)
            .await
            .result
            .unwrap_err()
    };
    let not_found = || Script::new("404 X", r#"{"detail":"Not Found"}"#);
    let bare = failing("", Protocol::OpenaiChat, not_found()).await;
    assert!(
        bare.words.contains("most likely `http://127.0.0.1:") && bare.words.contains("/v1`"),
        "{}",
        bare.words
    );
    let whole = failing("/v1/chat/completions", Protocol::OpenaiChat, not_found()).await;
    assert!(whole.words.contains("Leave `/chat/completions` out"), "{}", whole.words);
    let missing = r#"{"error":"model \"gpt-x\" not found, try pulling it first"}"#;
    let missing = failing("", Protocol::Ollama, Script::new("404 X", missing)).await;
    assert!(missing.words.contains("`ollama pull gpt-x`"), "{}", missing.words);
}

/// The time until the first word and that between words are limits of their own; what keeps a connection open is no word.
#[tokio::test]
async fn a_model_that_keeps_silent_says_before_which_word() {
    let (short, long) = (Duration::from_millis(150), Duration::from_secs(60));
    let asked = |script, limits| async move {
        let (base, ..) = server(script).await;
        let (spec, door) = (spec(&base), Door::new(Settings::default()).unwrap());
        let (on_event, _said) = mpsc::channel(64);
        let (encoded, key) = (encode(&spec, &prompt()), placed(&spec));
        providers::call(&door, &spec, encoded, key, limits, intent(), on_event).await.result.unwrap_err()
    };
    let role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
    for script in [
        Script::new("200 OK", "").lingering(),
        Script::new("200 OK", role).lingering(),
        Script::new("200 OK", "").dripping(b": still here\n\n"),
    ] {
        let silent = asked(script, Limits { first: short, pause: long }).await;
        assert_eq!(silent.kind, ModelFailure::TimedOut);
        assert!(silent.words.contains("time to the first word"), "{}", silent.words);
    }
    let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    for script in
        [Script::new("200 OK", half).lingering(), Script::new("200 OK", half).dripping(b": ping\n\n")]
    {
        let silent = asked(script, Limits { first: long, pause: short }).await;
        assert_eq!(silent.kind, ModelFailure::TimedOut);
        assert!(silent.words.contains("time between words"), "{}", silent.words);
    }
}

#[tokio::test]
async fn a_key_that_comes_back_is_neither_in_words_nor_in_bytes() {
    let body = format!(r#"{{"error":{{"message":"Unknown key {KEY}"}}}}"#);
    let (received, _) = answered(Script::new("401 No", body)).await;
    let failure = received.result.unwrap_err();
    assert!(!failure.words.contains(KEY) && failure.words.contains("{secret:main-key}"), "{}", failure.words);
    assert!(!String::from_utf8(received.bytes).unwrap().contains(KEY));
}

/// A gateway that quotes the headers it got: what it says is kept and shown, and arguments go to another host.
#[tokio::test]
async fn a_key_that_comes_back_in_a_message_is_neither_said_nor_passed_on() {
    let call = format!(
        r#"{{"index":0,"id":"{KEY}","function":{{"name":"crm__get","arguments":"{{\"note\":\"{KEY}\"}}"}}}}"#
    );
    let body = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"It is {KEY}.\",\"tool_calls\":[{call}]}}}}]}}\n\n\
         data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"tool_calls\"}}]}}\n\ndata: [DONE]\n\n"
    );
    let (received, events) = answered(Script::new("200 OK", body)).await;
    assert_eq!(received.result, Ok(Finish::ToolCalls));
    assert!(events.iter().any(|event| matches!(event, ModelEvent::CallReady { .. })), "{events:?}");
    assert!(!format!("{events:?}").contains(KEY), "{events:?}");
    assert_eq!(received.scrubber.text(format!("It is {KEY}.")), "It is {secret:main-key}.");
}

#[tokio::test]
async fn a_tool_that_was_offered_under_another_name_is_asked_for_under_its_own() {
    let call = |index: u32| {
        let function = json!({"name": "bank_transfer", "arguments": format!("{{\"note\":\"{KEY}\"}}")});
        json!({"choices": [{"delta": {"tool_calls": [{"index": index, "id": format!("{index}"), "function": function}]}}]})
    };
    let end = json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]});
    let body = format!("data: {}\n\ndata: {}\n\ndata: {end}\n\ndata: [DONE]\n\n", call(0), call(1));
    let (base, request, _) = server(Script::new("200 OK", body)).await;
    let spec = spec(&base);
    let tool = OfferedTool {
        name: "bank.transfer".to_owned(),
        description: String::new(),
        input: Json(json!({"type": "object"})),
    };
    let encoded = encode(&spec, &Prompt { tools: vec![tool], ..prompt() });
    let door = Door::new(Settings::default()).unwrap();
    let (on_event, mut said) = mpsc::channel(64);
    let key = placed(&spec);
    let received = providers::call(&door, &spec, encoded, key, Limits::default(), intent(), on_event).await;
    assert_eq!(received.result, Ok(Finish::ToolCalls));
    let request = request.await.unwrap();
    assert!(request.contains("\"name\":\"bank_transfer\""), "{request}");
    let mut names = Vec::new();
    while let Some(event) = said.recv().await {
        assert!(!format!("{event:?}").contains(KEY), "{event:?}");
        names.extend(match event {
            ModelEvent::CallStarted { index, name } => Some(("started", index, name)),
            ModelEvent::CallFollowed { index, call } => Some(("followed", index, call.name)),
            ModelEvent::CallReady { index, call } => Some(("ready", index, call.name)),
            _ => None,
        });
    }
    let expected = [("started", 0), ("followed", 0), ("started", 1), ("ready", 0), ("ready", 1)];
    assert_eq!(names, expected.map(|(what, index)| (what, index, "bank.transfer".to_owned())));
}

#[tokio::test]
async fn dropping_the_future_or_the_receiver_ends_the_connection() {
    let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    let door = Door::new(Settings::default()).unwrap();

    let (base, _, end) = server(Script::new("200 OK", half).lingering()).await;
    let spec = spec(&base);
    let (on_event, mut said) = mpsc::channel(8);
    {
        let call = providers::call(
            &door,
            &spec,
            encode(&spec, &prompt()),
            placed(&spec),
            Limits::default(),
            intent(),
            on_event,
        );
        tokio::select! {
            received = call => panic!("{received:?}"),
            event = said.recv() => assert_eq!(event, Some(ModelEvent::Text("Hello".to_owned()))),
        }
    }
    end.await.unwrap();

    let (base, _, end) = server(Script::new("200 OK", half).lingering()).await;
    let spec = ModelSpec { base_url: base, ..spec };
    let (on_event, mut said) = mpsc::channel(8);
    let key = placed(&spec);
    let call =
        providers::call(&door, &spec, encode(&spec, &prompt()), key, Limits::default(), intent(), on_event);
    let (received, ()) = tokio::join!(call, async {
        said.recv().await;
        drop(said);
    });
    assert_eq!(received.result.unwrap_err().kind, ModelFailure::Cancelled);
    assert_eq!(received.bytes, half.as_bytes(), "what had come is kept");
    end.await.unwrap();
}

#[tokio::test]
async fn a_server_that_goes_on_and_on_after_the_message_holds_nobody_up() {
    let finished = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\n";
    for body in [ANSWER, finished] {
        let script = Script::new("200 OK", body)
            .header("content-type: text/event-stream")
            .dripping(b": still here\n\n");
        let answering = tokio::time::timeout(Duration::from_secs(10), answered(script));
        let (received, _) = answering.await.expect("it ends");
        assert_eq!(received.result, Ok(Finish::Stop));
    }
}

#[tokio::test]
async fn a_refusal_that_dawdles_is_heard_for_a_while_and_can_be_stopped() {
    let script = || Script::new("500 Internal Server Error", "no: ").dripping(b"x");
    let failing = tokio::time::timeout(Duration::from_secs(15), failed(script()));
    assert_eq!(failing.await.expect("it ends").kind, ModelFailure::Overloaded);

    let (base, ..) = server(script()).await;
    let (spec, door) = (spec(&base), Door::new(Settings::default()).unwrap());
    let (on_event, said) = mpsc::channel(64);
    let key = placed(&spec);
    let calling =
        providers::call(&door, &spec, encode(&spec, &prompt()), key, Limits::default(), intent(), on_event);
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(said);
    };
    let began = Instant::now();
    let (received, ()) = tokio::join!(calling, stopping);
    assert_eq!(received.result.unwrap_err().kind, ModelFailure::Cancelled);
    assert!(began.elapsed() < Duration::from_secs(3));
}
