//! OpenAI Chat Completions: <https://platform.openai.com/docs/api-reference/chat>.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::spoken::{Asked, Dialect, Events, FAULT};
use super::sse;
use crate::exchange::Request;
use crate::keys::Lock;
use crate::model::chat::{ChatRequest, error_body};
use crate::model::identity::{CREATED, ID};
use crate::model::said::{Said, Token};

pub(super) struct Chat;

impl Dialect for Chat {
    fn is_for(&self, path: &str) -> bool {
        path == "/v1/chat/completions"
    }

    fn locks(&self) -> &'static [Lock] {
        &[Lock::Bearer]
    }

    fn asked(&self, request: &Request) -> Result<Asked, String> {
        let chat: ChatRequest = serde_json::from_slice(&request.body)
            .map_err(|error| format!("The body cannot be read: {error}."))?;
        let (streams, with_usage) = (chat.wants_stream(), chat.wants_usage());
        Ok(Asked { chat, streams, with_usage })
    }

    fn events(&self, said: &Said<'_>, asked: &Asked) -> Events {
        let chunk = |choices: Value| {
            json!({
                "id": id(said),
                "object": "chat.completion.chunk",
                "created": CREATED,
                "model": ID,
                "choices": choices,
            })
        };
        let choice = |delta: Value, finish: Option<&str>| {
            let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish });
            let mut chunk = chunk(json!([choice]));
            if asked.with_usage {
                chunk["usage"] = Value::Null;
            }
            sse::data(&chunk)
        };
        let delta = |(place, token): (usize, &Token<'_>)| {
            let mut delta = delta(token);
            if place == 0 {
                delta["role"] = json!("assistant");
            }
            choice(delta, None)
        };
        let mut closing = choice(json!({}), Some(said.message.finish_reason()));
        if asked.with_usage {
            let mut last = chunk(json!([]));
            last["usage"] = usage(said);
            closing.extend(sse::data(&last));
        }
        closing.extend_from_slice(b"data: [DONE]\n\n");
        Events {
            tokens: said.tokens.iter().enumerate().map(delta).collect(),
            closing,
            fault: sse::data(&error_body("server_error", "server_error", FAULT)),
        }
    }

    fn whole(&self, said: &Said<'_>) -> Value {
        json!({
            "id": id(said),
            "object": "chat.completion",
            "created": CREATED,
            "model": ID,
            "choices": [{
                "index": 0,
                "message": said.message.whole(),
                "logprobs": null,
                "finish_reason": said.message.finish_reason(),
            }],
            "usage": usage(said),
        })
    }

    fn error(&self, status: StatusCode, code: &str, message: &str) -> Value {
        let kind = if status.is_server_error() { "server_error" } else { "invalid_request_error" };
        error_body(kind, code, message)
    }
}

fn id(said: &Said<'_>) -> String {
    format!("chatcmpl-{:016x}", said.number)
}

fn usage(said: &Said<'_>) -> Value {
    json!({
        "prompt_tokens": said.read,
        "completion_tokens": said.written(),
        "total_tokens": said.read + said.written(),
    })
}

fn delta(token: &Token<'_>) -> Value {
    match token {
        Token::Text(text) => json!({ "content": text }),
        Token::Call(index, call) => json!({ "tool_calls": [{
            "index": index,
            "id": call.id,
            "type": "function",
            "function": { "name": call.name, "arguments": "" },
        }] }),
        Token::Arguments(index, arguments) => {
            json!({ "tool_calls": [{ "index": index, "function": { "arguments": arguments } }] })
        }
    }
}
