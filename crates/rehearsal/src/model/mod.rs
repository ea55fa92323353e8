//! The rehearsal model: it speaks the OpenAI Chat Completions protocol and is no AI.

mod chat;
mod completion;
mod evidence;
mod intents;
mod page;
mod planner;
mod question;
mod samples;
mod script;
mod wish;

pub use samples::SampleQuestion;
pub use script::{Revision, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd};

pub(crate) use completion::ID;
pub(crate) use samples::QUESTIONS;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::door::Behind;
use crate::exchange::{Reply, Request};
use crate::keys::Lock;
use crate::plan::Pace;
use chat::{ChatRequest, error_body};

/// What people are shown.
pub(crate) const TITLE: &str = "Rehearsal model (no AI)";

pub(crate) struct Model {
    pace: Pace,
    secret: String,
    script: Mutex<VecDeque<ScriptedReply>>,
}

impl Model {
    pub(crate) fn new(pace: Pace, secret: String) -> Self {
        Self { pace, secret, script: Mutex::default() }
    }

    pub(crate) fn follow(&self, script: Script) {
        *self.lock() = script.replies.into();
    }

    fn completed(&self, request: &Request) -> Reply {
        let chat: ChatRequest = match serde_json::from_slice(&request.body) {
            Ok(chat) => chat,
            Err(error) => return malformed(&format!("The body cannot be read: {error}.")),
        };
        let scripted = self.lock().pop_front();
        if let Some(reply) = scripted {
            return completion::scripted(reply, &chat, self.pace, request.body.len());
        }
        if chat.model != ID {
            let message = format!("The model `{}` does not exist.", chat.model);
            return refusal(StatusCode::NOT_FOUND, "invalid_request_error", "model_not_found", &message);
        }
        if let Some(id) = chat.unanswered_call() {
            return malformed(&format!(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                 'tool_call_id'. No message answers {id}."
            ));
        }
        completion::written(&planner::next_message(&chat), &chat, self.pace, request.body.len())
    }

    /// A poisoned lock is taken over: every change is one call on the queue.
    fn lock(&self) -> MutexGuard<'_, VecDeque<ScriptedReply>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Behind for Arc<Model> {
    fn reply(&self, request: &Request) -> Reply {
        if !Lock::Bearer.opens(&self.secret, request) {
            let message = "Incorrect API key provided.";
            return refusal(StatusCode::UNAUTHORIZED, "invalid_request_error", "invalid_api_key", message);
        }
        match (&request.method, request.path.as_str()) {
            (&Method::GET, "/v1/models") => Reply::json(
                StatusCode::OK,
                &json!({
                    "object": "list",
                    "data": [{ "id": ID, "object": "model", "created": completion::CREATED, "owned_by": "rehearsal" }],
                }),
            ),
            (&Method::POST, "/v1/chat/completions") => self.completed(request),
            _ => {
                refusal(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", "Unknown request URL.")
            }
        }
    }
}

fn malformed(message: &str) -> Reply {
    refusal(StatusCode::BAD_REQUEST, "invalid_request_error", "invalid_value", message)
}

fn refusal(status: StatusCode, kind: &str, code: &str, message: &str) -> Reply {
    Reply::json(status, &error_body(kind, code, message))
}
