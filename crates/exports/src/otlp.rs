//! Turns and calls as spans: OTLP/JSON, an `ExportTraceServiceRequest` a line, as OpenTelemetry's file exporter writes
//! and its collector reads them (OTLP 1.x, <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>: ids are
//! hexadecimal, enums numbers, 64-bit numbers strings). Names and attributes follow OpenTelemetry's semantic conventions
//! for generative AI 1.41.0, the last that the common repository published
//! (<https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai>); they are marked *Development*
//! there. What is ours begins with `tieout.`.
//!
//! A turn is a trace: `invoke_agent`, and within it a `chat` for each request to the model and an `execute_tool` for each
//! call. Its trace id is the turn's ULID, its span ids come from the ids on record: exported twice, it is the same trace.
//! A call by hand is a trace of one span. What has not ended is left out.
//!
//! Ids, names, labels, times and numbers of tokens are in it; never a question, an argument, a result or an answer.
//!
//! `error.type` is the status for what a source refused (`503`), otherwise a word of the record: a class of failure, or
//! `refused`, `cancelled`, `timed_out`, `unknown`; for a model a class of its failures; for a turn why it stopped.

mod chat;
mod span;

use domain::id::ConversationId;
use domain::outcome::{FailureClass, Outcome};
use domain::time::Micros;
use domain::view::{CallRow, EntryView, TurnView};
use serde::Serialize;

use crate::origin::Origin;
use crate::words::{connected, line, source_and_tool, word};
use chat::Chat;
use span::{Attribute, CLIENT, INTERNAL, Resource, Scope, span_id, trace_id};

pub use span::Span;

/// The version of the semantic conventions.
pub const CONVENTIONS: &str = "1.41.0";
const SCHEMA: &str = "https://opentelemetry.io/schemas/1.41.0";

/// A turn that has ended as a trace, its own span first; none while it goes on. `models` are entries of its conversation, of which
/// `model.called` and `model.returned` of this turn are read. Calls that a person made again afterwards are calls by
/// hand: see [`call`].
pub fn turn(
    view: &TurnView,
    conversation: ConversationId,
    models: &[EntryView],
    origin: Origin<'_>,
) -> Option<Vec<Span>> {
    if view.answer.is_none() && view.stopped.is_none() {
        return None;
    }
    let trace = trace_id(&view.id.to_string())?;
    let root = span_id(&view.id.to_string());
    let chats = Chat::all_of(view.id, models);
    let mut spans: Vec<Span> = chats.iter().map(|chat| chat_span(chat, conversation)).collect();
    spans.extend(view.batches.iter().flat_map(|batch| &batch.calls).filter_map(call_span));
    for span in &mut spans {
        span.trace_id.clone_from(&trace);
        span.parent_span_id = Some(root.clone());
    }
    let answered = view.answer.as_ref().map(|answer| after(view.at, answer.timings.turn_ms));
    let ends = spans.iter().map(|span| span.end).chain(answered).chain([view.at]);
    let mut whole =
        Span::new(root, "invoke_agent Tieout".to_owned(), INTERNAL, view.at, ends.max().unwrap_or(view.at));
    whole.trace_id = trace;
    whole.attributes = turn_attributes(view, conversation, &chats, origin);
    if let Some(stopped) = view.stopped {
        whole.fail(&word(stopped));
    }
    spans.insert(0, whole);
    Some(spans)
}

/// A call by hand as a trace of its own; none if it belongs to a turn, or has not ended.
pub fn call(row: &CallRow) -> Option<Vec<Span>> {
    let mut span = call_span(row).filter(|_| row.turn.is_none())?;
    span.trace_id = trace_id(&row.call.to_string())?;
    let conversation = row.conversation.map(|id| Attribute::text("gen_ai.conversation.id", &id.to_string()));
    span.attributes.extend(conversation);
    Some(vec![span])
}

/// These spans as one `ExportTraceServiceRequest`, on one line.
pub fn request(spans: Vec<Span>, origin: Origin<'_>) -> String {
    let resource = Resource {
        attributes: vec![
            Attribute::text("service.name", "tieout"),
            Attribute::text("service.version", origin.version),
            Attribute::text("service.instance.id", &origin.workspace.to_string()),
        ],
    };
    let scope = Scope { name: "tieout.trail", version: origin.version.to_owned() };
    let scope_spans = [ScopeSpans { scope, spans, schema_url: SCHEMA }];
    line(&Request { resource_spans: [ResourceSpans { resource, scope_spans, schema_url: SCHEMA }] })
}

fn turn_attributes(
    view: &TurnView,
    conversation: ConversationId,
    chats: &[Chat],
    origin: Origin<'_>,
) -> Vec<Attribute> {
    let provider = chats.first().map_or("tieout", Chat::provider);
    let mut attributes = vec![
        Attribute::text("gen_ai.operation.name", "invoke_agent"),
        Attribute::text("gen_ai.provider.name", provider),
        Attribute::text("gen_ai.agent.name", "Tieout"),
        Attribute::text("gen_ai.agent.version", origin.version),
        Attribute::text("gen_ai.conversation.id", &conversation.to_string()),
        Attribute::text("tieout.turn", &view.id.to_string()),
    ];
    attributes.extend(chats.first().map(|chat| Attribute::text("gen_ai.request.model", &chat.model)));
    if let Some(answer) = &view.answer {
        attributes.extend([
            Attribute::number("gen_ai.usage.input_tokens", answer.usage.input.into()),
            Attribute::number("gen_ai.usage.output_tokens", answer.usage.output.into()),
        ]);
        attributes.extend(Attribute::label(&answer.label));
    }
    attributes
}

fn chat_span(chat: &Chat, conversation: ConversationId) -> Span {
    let name = format!("chat {}", chat.model);
    let mut span = Span::new(span_id(&chat.request.to_string()), name, CLIENT, chat.from, chat.to);
    span.attributes = vec![
        Attribute::text("gen_ai.operation.name", "chat"),
        Attribute::text("gen_ai.provider.name", chat.provider()),
        Attribute::text("gen_ai.request.model", &chat.model),
        Attribute::text("gen_ai.conversation.id", &conversation.to_string()),
        Attribute::number("gen_ai.usage.input_tokens", chat.usage.input.into()),
        Attribute::number("gen_ai.usage.output_tokens", chat.usage.output.into()),
        Attribute::text("tieout.request", &chat.request.to_string()),
        Attribute::number("tieout.entry", chat.seq.0),
    ];
    let reason = chat.finish.map(|finish| Attribute::texts("gen_ai.response.finish_reasons", [word(finish)]));
    span.attributes.extend(reason);
    span.attributes.extend(chat.server());
    span.attributes.extend(Attribute::label(&chat.label));
    if let Some(failure) = chat.failure {
        span.fail(&word(failure));
    }
    span
}

/// A call that has ended; it has no trace yet.
fn call_span(row: &CallRow) -> Option<Span> {
    let outcome = row.outcome?;
    let tool = connected(row);
    let (source, _) = source_and_tool(tool);
    let ended = row.sent_at.map_or(row.at, |sent| after(sent, row.took_ms));
    let name = format!("execute_tool {tool}");
    let mut span = Span::new(span_id(&row.call.to_string()), name, INTERNAL, row.at, ended);
    span.attributes = vec![
        Attribute::text("gen_ai.operation.name", "execute_tool"),
        Attribute::text("gen_ai.tool.name", tool),
        Attribute::text("gen_ai.tool.type", "function"),
        Attribute::text("gen_ai.tool.call.id", &row.call.to_string()),
        Attribute::text("tieout.outcome", &word(outcome)),
        Attribute::text("tieout.effect", &word(row.effect)),
        Attribute::number("tieout.entry", row.seq.0),
        Attribute::number("tieout.attempts", row.attempts.into()),
        Attribute::number("tieout.result.size", row.size),
    ];
    span.attributes.extend(source.map(|source| Attribute::text("tieout.source", source)));
    span.attributes.extend(row.batch.map(|batch| Attribute::text("tieout.batch", &batch.to_string())));
    span.attributes.extend(row.verdict.map(|verdict| Attribute::text("tieout.verdict", &word(verdict))));
    span.attributes.extend(row.approved.map(|approved| Attribute::truth("tieout.approved", approved)));
    let status = row.status.map(|status| Attribute::number("http.response.status_code", status.into()));
    span.attributes.extend(status);
    span.attributes.extend(Attribute::label(&row.label));
    if let Some(error) = error(row, outcome) {
        span.fail(&error);
    }
    Some(span)
}

fn error(row: &CallRow, outcome: Outcome) -> Option<String> {
    match (outcome, row.failure, row.status) {
        (Outcome::Returned, ..) => None,
        (Outcome::Failed, Some(FailureClass::Status), Some(status)) => Some(status.to_string()),
        (Outcome::Failed, Some(failure), _) => Some(word(failure)),
        (outcome, ..) => Some(word(outcome)),
    }
}

fn after(from: Micros, ms: u32) -> Micros {
    Micros(from.0.saturating_add(i64::from(ms) * 1_000))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    resource_spans: [ResourceSpans; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: [ScopeSpans; 1],
    schema_url: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Span>,
    schema_url: &'static str,
}
