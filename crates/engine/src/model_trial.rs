//! Trying a model before a person relies on it. What is sent is on record, like everything that is sent.

use std::time::Instant;

use domain::json::Json;
use domain::label::Label;
use domain::model::{
    Capabilities, Finish, Message, ModelEvent, ModelFailure, ModelSpec, OfferedTool, Parallel, Prompt, Usage,
};
use domain::secret::Secret;
use domain::time::Span;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::named;
use crate::run::{Outgoing, Purpose, model_limits};

/// What trying a model showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ModelReport {
    /// Whether it can be worked with.
    pub ok: bool,
    /// What happened and what to do, in words.
    pub words: String,
    /// How it failed, if it did.
    pub failure: Option<ModelFailure>,
    /// Whether it asked for a tool.
    pub tools: bool,
    /// Whether it asked for two at once.
    pub parallel: bool,
    /// From sending to the first thing it said.
    pub first_event_ms: u32,
    /// From sending to its end.
    pub took_ms: u32,
    /// Tokens as the provider counted them.
    pub usage: Usage,
    /// What was looked at, one after another.
    pub checks: Vec<ModelCheck>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ModelCheck {
    /// What.
    pub what: Checked,
    /// Whether it is so; none if that can't be told.
    pub ok: Option<bool>,
    /// In words.
    pub words: String,
}

/// What is looked at of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// Whether its host answers.
    Reachable,
    /// Whether its key is taken.
    Key,
    /// Whether its answer comes while it is written.
    Streams,
    /// Whether it asks for tools.
    Tools,
    /// Whether it asks for several at once.
    Parallel,
    /// How much it can read.
    Context,
    /// How fast it writes.
    Speed,
}

/// What one request showed.
struct Seen {
    result: Result<Finish, (ModelFailure, String)>,
    calls: u32,
    streamed: bool,
    usage: Usage,
    first_event_ms: u32,
    took_ms: u32,
}

impl Engine {
    /// Sends a model a question that it can answer only by asking for two tools, which do not exist and are not run, and
    /// asks its server how much it can read, where the API tells. What that shows is learnt.
    ///
    /// # Errors
    /// If the trail can't be written. A model that does not work is no error: the report says how.
    pub async fn test_model(&self, spec: &ModelSpec) -> Result<ModelReport, EngineError> {
        let key = named(&self.inner.keychain, spec.secret.as_ref()).await?;
        if let (Some(name), None) = (&spec.secret, &key) {
            let words = format!("its key `{name}` is not in the keychain; set it first");
            return Ok(missing_key(words));
        }
        let seen = self.ask_for_two(spec, key.clone()).await?;
        let told = match &seen.result {
            // A host that is not there, or not the right one, is not asked again.
            Err((failure, _)) if is_elsewhere(*failure) => Capabilities::default(),
            _ => self.told_about(spec, key).await?,
        };
        self.inner.learn(spec, told).await;
        let context = self.capabilities(spec).await?.context;
        Ok(report(spec, seen, context))
    }

    async fn ask_for_two(&self, spec: &ModelSpec, key: Option<Secret>) -> Result<Seen, EngineError> {
        let mut errand = self.inner.turns.errand().await?;
        let purpose = Purpose { turn: None, label: Label::PUBLIC, shortened: 0, redacted: 0, hidden: None };
        let began = Instant::now();
        let encoded = providers::encode(spec, &trial_prompt(spec.parallel));
        let limits = model_limits(&self.run_settings().await?);
        let (outgoing, intent) = Outgoing::new(&self.inner, spec, encoded, purpose)?;
        let intent = self.inner.store()?.intend(intent).await?;
        let mut thinking = outgoing.send(&self.inner, spec, key, limits, intent);
        let mut first_event_ms = None;
        let mut calls = 0;
        loop {
            let event = tokio::select! {
                event = thinking.next() => event,
                () = errand.called_off() => {
                    thinking.interrupt();
                    thinking.next().await
                }
            };
            let Some(event) = event else { break };
            first_event_ms.get_or_insert_with(|| millis(began));
            calls += u32::from(matches!(event, ModelEvent::CallReady { .. }));
        }
        let (thought, _) = thinking.end().await?;
        let took_ms = millis(began);
        // One document is the whole answer at once; a stream is more than one.
        let streamed = serde_json::from_slice::<IgnoredAny>(thought.payload.bytes()).is_err();
        let (usage, result, learnt) = (thought.usage, thought.result, thought.learnt);
        self.inner.store()?.append(vec![self.draft(thought.fact, vec![thought.payload])]).await?;
        self.inner.learn(spec, learnt).await;
        Ok(Seen {
            result,
            calls,
            streamed,
            usage,
            first_event_ms: first_event_ms.unwrap_or_default(),
            took_ms,
        })
    }
}

fn missing_key(words: String) -> ModelReport {
    ModelReport {
        ok: false,
        checks: vec![check(Checked::Key, Some(false), words.clone())],
        words,
        failure: Some(ModelFailure::KeyRefused),
        tools: false,
        parallel: false,
        first_event_ms: 0,
        took_ms: 0,
        usage: Usage::default(),
    }
}

fn report(spec: &ModelSpec, seen: Seen, context: Option<u32>) -> ModelReport {
    let Seen { result, calls, streamed, usage, first_event_ms, took_ms } = seen;
    let failure = result.as_ref().err().map(|(failure, _)| *failure);
    let mut checks = vec![reached(spec, failure)];
    checks.extend(key_taken(spec, failure));
    match failure {
        None => {
            checks.push(if streamed {
                check(Checked::Streams, Some(true), "its answer comes while it is written")
            } else {
                check(Checked::Streams, Some(false), "its answer comes whole, when it is finished")
            });
            checks.push(match calls {
                0 => check(Checked::Tools, None, "it asked for no tool: it may not be able to"),
                _ => check(Checked::Tools, Some(true), "it asks for tools"),
            });
            checks.extend(match calls {
                0 => None,
                1 => Some(check(
                    Checked::Parallel,
                    Some(false),
                    "it asked for one call at a time; batches will be slower",
                )),
                _ => Some(check(Checked::Parallel, Some(true), "it asks for several calls in one message")),
            });
        }
        Some(_) => {
            let words = result.as_ref().err().map(|(_, words)| words.as_str()).unwrap_or_default();
            if providers::refuses_tools(words) {
                checks.push(check(
                    Checked::Tools,
                    Some(false),
                    "its server says that it can't ask for tools",
                ));
            }
        }
    }
    checks.push(match context {
        Some(tokens) => check(Checked::Context, Some(true), format!("it can read {tokens} tokens")),
        None => check(
            Checked::Context,
            None,
            "how much it can read is not known; `tieout models add … --context N` says so",
        ),
    });
    if failure.is_none() {
        checks.push(speed(usage, first_event_ms, took_ms));
    }
    let words = match &result {
        Err((_, words)) => words.clone(),
        Ok(finish) => words_for(spec, *finish, calls),
    };
    let ok = failure.is_none() && calls > 0;
    let (tools, parallel) = (calls > 0, calls > 1);
    ModelReport { ok, words, failure, tools, parallel, first_event_ms, took_ms, usage, checks }
}

fn check(what: Checked, ok: Option<bool>, words: impl Into<String>) -> ModelCheck {
    ModelCheck { what, ok, words: words.into() }
}

fn is_elsewhere(failure: ModelFailure) -> bool {
    matches!(
        failure,
        ModelFailure::Unreachable
            | ModelFailure::Untrusted
            | ModelFailure::TimedOut
            | ModelFailure::NotAModel
            | ModelFailure::Cancelled
    )
}

fn reached(spec: &ModelSpec, failure: Option<ModelFailure>) -> ModelCheck {
    match failure {
        Some(ModelFailure::Cancelled) => check(Checked::Reachable, None, "it was not waited for"),
        Some(failure) if is_elsewhere(failure) => {
            check(Checked::Reachable, Some(false), format!("no model answers at {}", spec.base_url))
        }
        _ => check(Checked::Reachable, Some(true), format!("{} answers", spec.base_url)),
    }
}

/// Of a model without a key there is nothing to say, unless its server wants one.
fn key_taken(spec: &ModelSpec, failure: Option<ModelFailure>) -> Option<ModelCheck> {
    let name = spec.secret.as_ref().map(|name| format!("its key `{name}`"));
    match (failure, name) {
        (Some(ModelFailure::KeyRefused), Some(name)) => {
            Some(check(Checked::Key, Some(false), format!("{name} is refused")))
        }
        (Some(ModelFailure::KeyRefused), None) => {
            Some(check(Checked::Key, Some(false), "it needs a key, and none is named"))
        }
        (_, None) => None,
        (None | Some(ModelFailure::RateLimited | ModelFailure::QuotaUsedUp), Some(name)) => {
            Some(check(Checked::Key, Some(true), format!("{name} is accepted")))
        }
        (Some(_), Some(name)) => {
            Some(check(Checked::Key, None, format!("whether {name} is accepted is not known")))
        }
    }
}

fn speed(usage: Usage, first_event_ms: u32, took_ms: u32) -> ModelCheck {
    let wrote = u64::from(usage.output) * 1000;
    let rate = wrote.checked_div(u64::from(took_ms.saturating_sub(first_event_ms))).filter(|rate| *rate > 0);
    let rate = rate.map(|rate| format!(", then {rate} tokens a second")).unwrap_or_default();
    check(Checked::Speed, Some(true), format!("its first sign of life came after {first_event_ms} ms{rate}"))
}

fn words_for(spec: &ModelSpec, finish: Finish, calls: u32) -> String {
    match (calls, finish) {
        (2.., _) => format!("{} answers and asks for several calls at once", spec.title()),
        (1, _) => format!("{} answers and asks for one call at a time; batches will be slower", spec.title()),
        (_, Finish::Stop | Finish::ToolCalls) => {
            format!("{} answers, but asked for no tool: it may not be able to", spec.title())
        }
        (_, Finish::Length | Finish::ContentFilter) => {
            format!("{} answers, but its message was cut before it asked for a tool", spec.title())
        }
    }
}

fn trial_prompt(parallel: Parallel) -> Prompt {
    let tool = |name: &str, what: &str| OfferedTool {
        name: name.to_owned(),
        description: what.to_owned(),
        input: Json(json!({
            "type": "object",
            "properties": { "city": { "type": "string", "description": "The city's name" } },
            "required": ["city"],
            "additionalProperties": false
        })),
    };
    Prompt {
        system: "You test a connection. Use the tools; ask for both in one message.".to_owned(),
        messages: vec![Message::User("What are the weather and the local time in Lisbon?".to_owned())],
        tools: vec![
            tool("trial__weather", "The weather in a city"),
            tool("trial__local_time", "The local time in a city"),
        ],
        parallel,
    }
}

fn millis(since: Instant) -> u32 {
    Span::from(since.elapsed()).ms()
}
