//! Trying a model or a source before a person relies on it. What is sent is on record, like everything that is sent.

use std::sync::Arc;
use std::time::Instant;

use domain::call::Approve;
use domain::effect::Effect;
use domain::id::CallId;
use domain::json::Json;
use domain::label::Label;
use domain::model::{Finish, Message, ModelEvent, ModelFailure, ModelSpec, OfferedTool, Parallel, Prompt};
use domain::outcome::Outcome;
use domain::source::SourceSpec;
use domain::time::Span;
use domain::tool::{SourceName, ToolSpec};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::Engine;
use crate::error::EngineError;
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
}

/// What trying a source showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct SourceReport {
    /// Whether it answered as it should.
    pub ok: bool,
    /// What happened and what to do, in words.
    pub words: String,
    /// Its status code, if it answered.
    pub status: Option<u16>,
    /// The call that tried it, if one was made.
    pub call: Option<CallId>,
    /// How long it took.
    pub took_ms: u32,
}

impl Engine {
    /// Sends a model a question that it can answer only by asking for two tools, which do not exist and are not run.
    ///
    /// # Errors
    /// If the trail can't be written. A model that does not work is no error: the report says how.
    pub async fn test_model(&self, spec: &ModelSpec) -> Result<ModelReport, EngineError> {
        let key = match &spec.secret {
            Some(name) => self.inner.keychain.get(name).await?,
            None => None,
        };
        if let (Some(name), None) = (&spec.secret, &key) {
            let words = format!("its key `{name}` is not in the keychain; set it first");
            return Ok(ModelReport::failed(ModelFailure::KeyRefused, words, 0));
        }
        let mut errand = self.inner.turns.errand().await?;
        let purpose = Purpose { turn: None, label: Label::PUBLIC, shortened: 0 };
        let began = Instant::now();
        let encoded = providers::encode(spec, &trial_prompt(spec.parallel));
        let (outgoing, intent) = Outgoing::new(&self.inner, spec, encoded, purpose)?;
        let intent = self.inner.store()?.intend(intent).await?;
        let mut thinking =
            outgoing.send(&self.inner, spec, key, model_limits(&self.run_settings().await?), intent);
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
        self.inner.store()?.append(vec![self.draft(thought.fact, vec![thought.payload])]).await?;
        Ok(match thought.result {
            Err((failure, words)) => ModelReport::failed(failure, words, took_ms),
            Ok(finish) => ModelReport {
                ok: calls > 0,
                words: words_for(spec, finish, calls),
                failure: None,
                tools: calls > 0,
                parallel: calls > 1,
                first_event_ms: first_event_ms.unwrap_or_default(),
                took_ms,
            },
        })
    }

    /// Calls the first read of a source that needs no arguments. If it has none, says so and sends nothing.
    ///
    /// # Errors
    /// If there is no such source, or the trail can't be written.
    pub async fn test_source(&self, name: &SourceName) -> Result<SourceReport, EngineError> {
        let source = self.source(name).await?;
        let Some(tool) = source.tools.iter().find(|tool| harmless(tool)).cloned() else {
            let words =
                "none of its tools is a read that needs no arguments; try one by hand to see that it works";
            let words = words.to_owned();
            return Ok(SourceReport { ok: false, words, status: None, call: None, took_ms: 0 });
        };
        let called = source.id_of(&tool);
        let call = self.perform_by_hand(Arc::<SourceSpec>::new(source), &tool, "{}", Approve::Reads).await?;
        let detail = self.inner.reader.call(call, 2048).await?;
        let detail = detail.ok_or_else(|| EngineError::Internal(format!("{call} can't be read")))?;
        let ok = detail.row.outcome == Some(Outcome::Returned);
        let words = if ok {
            format!("{called} answered in {} ms with {} bytes", detail.row.took_ms, detail.row.size)
        } else {
            let words = detail.payloads.iter().find(|item| item.role == domain::payload::PayloadRole::Words);
            words.map(|item| item.text.clone()).unwrap_or_default()
        };
        Ok(SourceReport {
            ok,
            words,
            status: detail.row.status,
            call: Some(call),
            took_ms: detail.row.took_ms,
        })
    }
}

impl ModelReport {
    fn failed(failure: ModelFailure, words: String, took_ms: u32) -> Self {
        let failure = Some(failure);
        Self { ok: false, words, failure, tools: false, parallel: false, first_event_ms: 0, took_ms }
    }
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

fn harmless(tool: &ToolSpec) -> bool {
    let required = tool.input.0.get("required").and_then(serde_json::Value::as_array);
    tool.effect == Effect::Read && required.is_none_or(Vec::is_empty) && !tool.path.contains('{')
}

fn millis(since: Instant) -> u32 {
    Span::from(since.elapsed()).ms()
}
