//! A call that a person makes: recorded like any other.

use std::sync::Arc;

use domain::call::{Approve, Verdict};
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{CallId, Handle};
use domain::outcome::{Ending, Outcome};
use domain::payload::{Payload, PayloadRole};
use domain::source::SourceSpec;
use domain::time::Span;
use domain::tool::{ToolId, ToolSpec};
use domain::view::CallDetail;
use policy::CallFacts;
use tokio::sync::mpsc;

use crate::clock::{id_parts, seal};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::run::{Departure, call};
use crate::sealed_end::{SealedEnd, seal_end};

impl Engine {
    /// Calls a tool as a person: the person who types a write has asked for it, so `approve` is what they say of it.
    /// What policy would ask about is refused, and nothing is sent.
    ///
    /// # Errors
    /// If there is no such tool, or the trail can't be written. A call that fails is no error: its outcome says so.
    pub async fn call_tool(
        &self,
        tool: &ToolId,
        arguments: &str,
        approve: Approve,
    ) -> Result<CallDetail, EngineError> {
        let source = self.source(tool.source()).await?;
        let spec = source.tool(tool.tool()).cloned().ok_or_else(|| {
            let known = source.tools.iter().map(|tool| tool.name.to_string()).collect::<Vec<_>>().join(", ");
            EngineError::NotFound(format!("{} has no tool `{}`; it has: {known}", source.name, tool.tool()))
        })?;
        let id = self.perform_by_hand(Arc::new(source), &spec, arguments, approve).await?;
        self.call(id).await
    }

    pub(crate) async fn perform_by_hand(
        &self,
        source: Arc<SourceSpec>,
        tool: &ToolSpec,
        arguments: &str,
        approve: Approve,
    ) -> Result<CallId, EngineError> {
        let inner = &self.inner;
        let store = inner.store()?;
        let errand = inner.turns.errand().await?;
        let (unix_ms, random) = id_parts()?;
        let id = CallId::new(unix_ms, random);
        let payload = seal(PayloadRole::Arguments, "application/json", arguments.as_bytes().to_vec())?;
        let requested = Fact::CallRequested {
            call: id,
            batch: None,
            turn: None,
            position: 0,
            handle: Handle(1),
            tool: source.id_of(tool).to_string(),
            tool_version: tool.version(),
            effect: tool.effect,
            arguments: payload.commitment(),
            label: tool.label.clone(),
        };
        let facts = CallFacts { effect: tool.effect, known: true, label: tool.label.clone() };
        let decision = policy::decide(approve, &facts);
        let decided = Fact::CallDecided {
            call: id,
            verdict: decision.verdict,
            rule: decision.rule.clone(),
            policy: policy::policy_hash(),
        };
        let secret = match source.auth.secret() {
            Some(name) => inner.keychain.get(name).await?,
            None => None,
        };
        let prepared = sources::prepare(&source, tool, arguments, secret);
        store.append(vec![self.draft(requested, vec![payload]), self.draft(decided, Vec::new())]).await?;

        let (ending, took) = match (prepared, decision.verdict) {
            (Err(ending), _) => (ending, Span::default()),
            (Ok(_), Verdict::Ask | Verdict::Deny) => (refused(&decision.reason), Span::default()),
            (Ok(prepared), Verdict::Allow) => {
                let departure =
                    Departure { call: id, effect: tool.effect, conversation: None, source, prepared };
                let (sent, _nobody_listens) = mpsc::unbounded_channel();
                let arrival = call(inner.clone(), departure, sent, errand.stop.clone()).await?;
                (arrival.ending, arrival.took)
            }
        };
        store.append(vec![self.ended(id, tool, &ending, took)?]).await?;
        Ok(id)
    }

    fn ended(
        &self,
        call: CallId,
        tool: &ToolSpec,
        ending: &Ending,
        took: Span,
    ) -> Result<Draft, EngineError> {
        let SealedEnd { result, words } = seal_end(ending)?;
        let fact = Fact::CallEnded {
            call,
            outcome: ending.outcome,
            failure: ending.failure,
            status: ending.status,
            result: result.as_ref().map(Payload::commitment),
            words: words.as_ref().map(Payload::commitment),
            size: ending.body.len() as u64,
            cut_from: ending.cut_from,
            took,
            label: policy::after_call(&tool.label, ending.outcome),
        };
        Ok(self.draft(fact, result.into_iter().chain(words).collect()))
    }
}

fn refused(reason: &str) -> Ending {
    let words = format!("{reason}. Nothing was sent; say that you approve (`--approve all`) to send it.");
    Ending::without_body(Outcome::Refused, None, words)
}
