//! Messages of a model, in the bytes of Chat Completions.

use serde_json::{Value, json};

use crate::company::{Call, Reply};

/// A call with its arguments in so many pieces of about the same length.
pub(crate) fn call(id: &str, tool: &str, arguments: &Value, pieces: usize) -> Call {
    let text = arguments.to_string();
    let length = text.len();
    // Cut at bytes: the arguments of benchmarks are ASCII.
    let cut = |piece: usize| piece * length / pieces;
    let fragments = (0..pieces).map(|piece| text[cut(piece)..cut(piece + 1)].to_owned()).collect();
    Call { id: id.to_owned(), name: tool.to_owned(), fragments }
}

/// The message that asks for these calls, whole: as it comes where streaming is off.
pub(crate) fn whole(calls: &[Call]) -> Reply {
    let calls: Vec<Value> = calls
        .iter()
        .map(|call| {
            let function = json!({ "name": call.name, "arguments": call.fragments.concat() });
            json!({ "id": call.id, "type": "function", "function": function })
        })
        .collect();
    let message = json!({ "role": "assistant", "content": null, "tool_calls": calls });
    completion(&message, "tool_calls")
}

/// The message that ends a turn.
pub(crate) const DONE: &str = "All of it is done.";

/// [`DONE`], whole.
pub(crate) fn done() -> Reply {
    completion(&json!({ "role": "assistant", "content": DONE }), "stop")
}

fn completion(message: &Value, finish: &str) -> Reply {
    Reply::Whole(json!({
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "rehearsal-1",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
    }))
}

/// The message that asks for these calls, as a stream of events: one that begins each call, one for each piece of its
/// arguments, and the end.
pub(crate) fn stream(calls: &[Call]) -> String {
    let event = |delta: &Value, finish: Option<&str>| {
        let chunk = json!({
            "id": "chatcmpl-bench",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": "rehearsal-1",
            "choices": [{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }],
        });
        format!("data: {chunk}\n\n")
    };
    let mut text = String::new();
    for (index, call) in calls.iter().enumerate() {
        let begun = json!({ "name": call.name, "arguments": "" });
        let begun = json!({ "index": index, "id": call.id, "type": "function", "function": begun });
        text += &event(&json!({ "tool_calls": [begun] }), None);
        for fragment in &call.fragments {
            let more = json!({ "index": index, "function": { "arguments": fragment } });
            text += &event(&json!({ "tool_calls": [more] }), None);
        }
    }
    text + &event(&json!({}), Some("tool_calls")) + "data: [DONE]\n\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_cut_and_lose_nothing() {
        let arguments = json!({ "id": "seven" });
        let call = call("a", "echo__get", &arguments, 10);
        assert_eq!(call.fragments.len(), 10);
        assert!(call.fragments.iter().all(|fragment| !fragment.is_empty()));
        assert_eq!(call.fragments.concat(), arguments.to_string());
    }

    #[test]
    fn a_stream_has_an_event_for_each_piece() {
        let calls = [call("a", "t", &json!({ "id": "one" }), 5), call("b", "t", &json!({ "id": "two" }), 5)];
        let text = stream(&calls);
        // Twelve of calls, the finish, the end mark.
        assert_eq!(text.matches("data: ").count(), 14);
    }
}
