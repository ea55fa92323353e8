//! The rehearsal model: it speaks the wire protocols of every provider that Tieout does, and is no AI.

mod chat;
mod dialect;
mod evidence;
mod identity;
mod intents;
mod page;
mod planner;
mod question;
mod reply;
mod said;
mod samples;
mod script;
mod wish;

pub use samples::SampleQuestion;
pub use script::{Revision, Script, ScriptedCall, ScriptedMessage, ScriptedReply, StreamEnd};

pub(crate) use identity::ID;
pub(crate) use samples::QUESTIONS;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::door::Behind;
use crate::exchange::{Reply, Request};
use crate::keys::Lock;
use crate::plan::Pace;
use chat::error_body;
use dialect::Dialect;
use identity::CREATED;

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

    fn talked(&self, dialect: &dyn Dialect, request: &Request) -> Reply {
        let refused = |status: StatusCode, code: &str, message: &str| {
            Reply::json(status, &dialect.error(status, code, message))
        };
        let locks = dialect.locks();
        if !locks.is_empty() && !locks.iter().any(|lock| lock.opens(&self.secret, request)) {
            return refused(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided.");
        }
        let asked = match dialect.asked(request) {
            Ok(asked) => asked,
            Err(message) => return refused(StatusCode::BAD_REQUEST, "invalid_value", &message),
        };
        let scripted = self.lock().pop_front();
        if let Some(reply) = scripted {
            return reply::scripted(reply, dialect, &asked, self.pace, request.body.len());
        }
        if asked.chat.model != ID {
            let message = format!("The model `{}` does not exist.", asked.chat.model);
            return refused(StatusCode::NOT_FOUND, "model_not_found", &message);
        }
        if let Some(id) = asked.chat.unanswered_call() {
            let message = format!(
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
                 'tool_call_id'. No message answers {id}."
            );
            return refused(StatusCode::BAD_REQUEST, "invalid_value", &message);
        }
        reply::written(&planner::next_message(&asked.chat), dialect, &asked, self.pace, request.body.len())
    }

    /// The models that there are, in the form of the path that asks.
    fn listed(request: &Request) -> Option<serde_json::Value> {
        Some(match request.path.as_str() {
            "/v1/models" => json!({
                "object": "list",
                "data": [{ "id": ID, "object": "model", "created": CREATED, "owned_by": "rehearsal" }],
            }),
            "/v1beta/models" => {
                json!({ "models": [{ "name": format!("models/{ID}"), "displayName": TITLE }] })
            }
            "/api/tags" => json!({ "models": [{ "name": ID, "model": ID }] }),
            _ => return None,
        })
    }

    /// A poisoned lock is taken over: every change is one call on the queue.
    fn lock(&self) -> MutexGuard<'_, VecDeque<ScriptedReply>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Behind for Arc<Model> {
    fn reply(&self, request: &Request) -> Reply {
        let path = request.path.as_str();
        if request.method == Method::POST
            && let Some(dialect) = dialect::ALL.into_iter().find(|dialect| dialect.is_for(path))
        {
            return self.talked(dialect, request);
        }
        if request.method == Method::GET
            && let Some(list) = Model::listed(request)
        {
            let needs_key = path == "/v1/models";
            if needs_key && !Lock::Bearer.opens(&self.secret, request) {
                return refusal(StatusCode::UNAUTHORIZED, "invalid_api_key", "Incorrect API key provided.");
            }
            return Reply::json(StatusCode::OK, &list);
        }
        refusal(StatusCode::NOT_FOUND, "unknown_url", "Unknown request URL.")
    }
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Reply {
    Reply::json(status, &error_body("invalid_request_error", code, message))
}
