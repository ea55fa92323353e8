//! What the driver knows of a call.

use std::sync::Arc;
use std::time::Instant;

use attribution::InContext;
use domain::call::{Decision, ToolCall};
use domain::id::CallId;
use domain::outcome::CallResult;
use domain::time::Span;
use domain::tool::ToolId;
use tokio::sync::watch;
use turn::Interruption;

use super::end::End;
use super::known::Known;
use super::page::Page;
use super::veil::Veil;
use crate::ready::Ready;

/// A call of a turn, from the time it was taken in.
pub(crate) struct Live {
    pub(crate) call: ToolCall,
    pub(crate) decision: Decision,
    pub(crate) known: Option<Arc<Known>>,
    pub(crate) prepared: Option<Ready>,
    /// What it reads, if it is answered from the record.
    pub(crate) page: Option<Page>,
    /// The call whose result that is.
    pub(crate) reads: Option<CallId>,
    /// The call whose result it was offered when it was taken in.
    pub(crate) offered: Option<CallId>,
    /// The same for calls that would send the same request.
    pub(crate) identity: Option<String>,
    /// The arguments that a person put in the place of the model's.
    pub(crate) edited: Option<String>,
    /// Those that they put there and were asked about anew.
    pub(crate) proposed: Option<String>,
    pub(crate) stop: watch::Sender<Option<Interruption>>,
    /// When its first attempt left.
    pub(crate) sent: Option<Instant>,
    pub(crate) attempts: u32,
    /// Whether one of them was sent, and nobody knows what came of it.
    pub(crate) unsettled: bool,
    pub(crate) took: Span,
    /// Whether what policy decided was said.
    pub(crate) told: bool,
    pub(crate) dropped: bool,
    pub(crate) end: Option<End>,
    /// Whether its end is on record, or in line for it: nothing changes any more.
    pub(crate) over: bool,
}

impl Live {
    pub(crate) fn new(call: ToolCall, decision: Decision) -> Self {
        Self {
            call,
            decision,
            known: None,
            prepared: None,
            page: None,
            reads: None,
            offered: None,
            identity: None,
            edited: None,
            proposed: None,
            stop: watch::Sender::new(None),
            sent: None,
            attempts: 0,
            unsettled: false,
            took: Span::default(),
            told: false,
            dropped: false,
            end: None,
            over: false,
        }
    }

    /// What the model reads of it: as of a call that is still under way, if it was `left_behind`.
    pub(crate) fn told(&self, left_behind: bool, veil: &Veil) -> CallResult {
        let (text, ok) = match &self.end {
            Some(end) if !left_behind => (end.shown.text.clone(), end.shown.ok),
            _ => (self.pending(), false),
        };
        let edited = self.edited.as_ref();
        let note =
            edited.map(|edited| format!("the person changed its arguments to {}", veil.edited(edited)));
        let note = note.unwrap_or_default().replace(['\n', '\r'], " ");
        let ToolCall { asked_as, handle, tool, .. } = &self.call;
        CallResult { id: asked_as.clone(), handle: *handle, tool: tool.clone(), ok, note, text }
    }

    /// Makes what the model is told of its end, if that is above what the model is cleared for.
    pub(crate) fn cover(&mut self, veil: &mut Veil) {
        if let Some(end) = &mut self.end
            && let Some(uncovered) = end.uncovered.take()
        {
            end.shown = veil.cover(&uncovered);
        }
    }

    /// Its place in the model's context.
    pub(crate) fn context(&self) -> InContext {
        let (shown, of, ok, budget) = match &self.end {
            Some(End { shown, .. }) => (shown.bytes, shown.of, shown.ok, shown.budget),
            None => (0, 0, false, 0),
        };
        InContext { call: self.call.id, handle: self.call.handle, shown, of, budget, ok, earlier: false }
    }

    fn pending(&self) -> String {
        format!(
            "pending: it is still under way and goes on. Go on without it, or read its result later with {} \
             {{\"call\": \"{}\"}}.",
            ToolId::read_result().wire(),
            self.call.handle
        )
    }
}
