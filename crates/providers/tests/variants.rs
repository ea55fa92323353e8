//! Shapes in which the protocols are met in the wild, one row each: who writes it so, the bytes, and what they say. What
//! each provider documents stands here once, beside what its imitations make of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

mod recorded;

use domain::model::{Finish, ModelEvent, Protocol};
use providers::DecodeError;
use recorded::{all, calls, decoded, finish, text, thinking, usage};

/// How an answer ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Of(Finish),
    /// The provider says what went wrong; these words are among it.
    Complained(&'static str),
    Cut,
    Malformed,
}

use End::{Complained, Cut, Malformed, Of};
use Finish::{ContentFilter, Length, Stop, ToolCalls};

struct Row {
    who: &'static str,
    bytes: &'static str,
    said: &'static str,
    thought: &'static str,
    /// Ids, names, arguments.
    calls: &'static [(&'static str, &'static str, &'static str)],
    /// Tokens read and written, if they are counted.
    used: Option<(u32, u32)>,
    end: End,
}

const NOTHING: Row = Row { who: "", bytes: "", said: "", thought: "", calls: &[], used: None, end: Cut };

#[track_caller]
fn check(protocol: Protocol, rows: &[Row]) {
    for Row { who, bytes, said, thought, calls: asked, used, end } in rows {
        let whole = all(protocol, bytes);
        let (events, outcome) = &whole;
        let now = format!("{who}: {events:#?} {outcome:?}");
        assert_eq!(text(events), *said, "{now}");
        assert_eq!(thinking(events), *thought, "{now}");
        let ready = calls(events);
        let ready: Vec<_> = ready.iter().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
        assert_eq!(ready, *asked, "{now}");
        assert_eq!(usage(events).map(|usage| (usage.input, usage.output)), *used, "{now}");
        match (end, outcome) {
            (Of(reason), Ok(())) => assert_eq!(finish(events), Some(*reason), "{now}"),
            (Complained(words), Err(DecodeError::Complained(complaint))) => {
                assert!(complaint.message.contains(words), "{now}");
            }
            (Cut, Err(DecodeError::Cut)) | (Malformed, Err(DecodeError::Malformed(_))) => {}
            _ => panic!("{end:?} was expected of {now}"),
        }
        let over = events.iter().filter(|event| matches!(event, ModelEvent::Finished(_))).count();
        assert_eq!(over, usize::from(outcome.is_ok()), "{now}");
        for size in [1, 5, 64] {
            assert_eq!(decoded(protocol, bytes.as_bytes().chunks(size)), whole, "{who} in pieces of {size}");
        }
        // However lines end. Within JSON a line end is white space, so bytes of both kinds say the same.
        let carried = bytes.replace('\n', "\r\n");
        assert_eq!(all(protocol, carried), whole, "{who} with carriage returns");
        let marked = format!("\u{feff}{bytes}");
        assert_eq!(all(protocol, marked), whole, "{who} behind a byte order mark");
    }
}

const ONE: &[(&str, &str, &str)] = &[("call_1", "crm__get", r#"{"id":7}"#)];

#[test]
fn chat_completions() {
    check(
        Protocol::OpenaiChat,
        &[
            Row {
                who: "Azure: the filter's word on the prompt comes first, and its later words have no delta",
                bytes: r#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"object":"chat.completion.chunk"}

data: {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Hi"},"finish_reason":null,"index":0}]}

data: {"choices":[{"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":46},"content_filter_results":{},"finish_reason":null,"index":0}]}

data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}]}

data: {"choices":[],"usage":{"completion_tokens":1,"prompt_tokens":8,"total_tokens":9}}

data: [DONE]

"#,
                said: "Hi",
                used: Some((8, 1)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "OpenRouter: comments while it waits, and an error in the middle",
                bytes: r#": OPENROUTER PROCESSING

: OPENROUTER PROCESSING

data: {"id":"gen-1","provider":"X","choices":[{"index":0,"delta":{"role":"assistant","content":"Half"},"finish_reason":null,"native_finish_reason":null}]}

data: {"id":"gen-1","provider":"X","error":{"code":"server_error","message":"Provider disconnected unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}

data: [DONE]

"#,
                said: "Half",
                end: Complained("Provider disconnected"),
                ..NOTHING
            },
            Row {
                who: "vLLM: an error in the middle has no field of that name",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"content":"Half"}}]}

data: {"object":"error","message":"The engine died.","type":"InternalServerError","param":null,"code":500}

data: [DONE]

"#,
                said: "Half",
                end: Complained("The engine died"),
                ..NOTHING
            },
            Row {
                who: "LM Studio: an event of its own type says what went wrong",
                bytes: r#"event: error
data: {"error":{"message":"The model has crashed.","type":"server_error"}}

"#,
                end: Complained("The model has crashed"),
                ..NOTHING
            },
            Row {
                who: "Groq: usage beside the protocol, an empty error in each piece, no index",
                bytes: r#"data: {"choices":[{"delta":{"role":"assistant","reasoning":"Hm."},"finish_reason":null}],"error":"","x_groq":{"id":"req_1"}}

data: {"choices":[{"delta":{"tool_calls":[{"id":"call_1","type":"function","function":{"name":"crm__get","arguments":"{\"id\":7}"},"index":0}]},"finish_reason":null}],"error":{}}

data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.01,"prompt_tokens":5,"completion_tokens":3,"total_tokens":8}}}

data: [DONE]

"#,
                thought: "Hm.",
                calls: ONE,
                used: Some((5, 3)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "Groq: why a stream stopped early",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"content":"Half"}}]}

data: {"choices":[],"x_groq":{"id":"req_1","error":"over capacity"}}

"#,
                said: "Half",
                end: Complained("over capacity"),
                ..NOTHING
            },
            Row {
                who: "the only call, as it was written before there could be several",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"function_call":{"name":"crm__get","arguments":""}}}]}

data: {"choices":[{"index":0,"delta":{"function_call":{"arguments":"{\"id\":"}}}]}

data: {"choices":[{"index":0,"delta":{"function_call":{"arguments":"7}"}}}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"function_call"}]}

data: [DONE]

"#,
                calls: &[("call_0", "crm__get", r#"{"id":7}"#)],
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "the same as a document, and empty beside calls of today",
                bytes: r#"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"","function_call":{"name":"old","arguments":"{}"},"tool_calls":[{"id":"call_1","type":"function","function":{"name":"crm__get","arguments":"{\"id\":7}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":"5","completion_tokens":3.0,"prompt_tokens_details":null}}"#,
                calls: ONE,
                used: Some((5, 3)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "vLLM and DeepSeek: thoughts under one name or under both, once",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"Let","reasoning":"Let"}}]}

data: {"choices":[{"index":0,"delta":{"reasoning_content":" me."}}]}

data: {"choices":[{"index":0,"delta":{"reasoning_text":" So."}}]}

data: {"choices":[{"index":0,"delta":{"content":"Yes."}}]}

data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","stop_reason":null}],"usage":{"prompt_tokens":-1,"completion_tokens":3}}

data: [DONE]

"#,
                said: "Yes.",
                thought: "Let me. So.",
                used: Some((0, 3)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "Mistral: a content that is a list, with thoughts and references beside the words",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}],"closed":true}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Yes"},{"type":"reference","reference_ids":[1]}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":"."},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"total_tokens":6,"completion_tokens":2}}

data: [DONE]

"#,
                said: "Yes.",
                thought: "Hm.",
                used: Some((4, 2)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "calls without an index, or with null for one; the second begins with another id",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":null,"id":"a","type":"function","function":{"name":"crm__get","arguments":"{\"id\""}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":null,"id":null,"function":{"name":null,"arguments":":7}"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"id":"b","function":{"name":"crm__list","arguments":"{}"}}]},"finish_reason":"stop"}]}

"#,
                calls: &[("a", "crm__get", r#"{"id":7}"#), ("b", "crm__list", "{}")],
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "the same index again with a new id begins another call",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"crm__get","arguments":"{\"id\":1}"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"crm__get","arguments":"{\"id\":2}"}}]}}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]

"#,
                calls: &[("a", "crm__get", r#"{"id":1}"#), ("b", "crm__get", r#"{"id":2}"#)],
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "no space behind the colon, data over two lines, usage in every piece, another's reason, no end mark",
                bytes: r#"id: 1
retry: 10
data:{"choices":[{"index":0,
data:"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}

data:{"choices":[{"index":0,"delta":{},"finish_reason":"STOP"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}

"#,
                said: "Hi",
                used: Some((3, 2)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "Gemini behind a relay: its own word for the limit",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"crm__get","arguments":"{\"id\":1}"}}]},"finish_reason":"MAX_TOKENS"}]}

"#,
                end: Of(Length),
                ..NOTHING
            },
            Row {
                who: "a filter that stops the message",
                bytes: r#"data: {"choices":[{"index":0,"delta":{"content":"I"},"finish_reason":"content_filter"}]}

data: [DONE]

"#,
                said: "I",
                end: Of(ContentFilter),
                ..NOTHING
            },
            Row {
                who: "llama.cpp: its timings, and a document though a stream was asked for",
                bytes: r#"{"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"Hi","reasoning_content":"Hm."}}],"created":1,"model":"m","object":"chat.completion","usage":{"completion_tokens":1,"prompt_tokens":2,"total_tokens":3},"timings":{"prompt_n":2,"predicted_per_second":71.4}}
"#,
                said: "Hi",
                thought: "Hm.",
                used: Some((2, 1)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "a list of what was wrong with each field",
                bytes: r#"{"detail":[{"loc":["body","tools"],"msg":"field required","type":"value_error"}]}"#,
                end: Complained("field required"),
                ..NOTHING
            },
            Row {
                who: "OpenRouter: comments alone, and then nothing",
                bytes: ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n",
                end: Cut,
                ..NOTHING
            },
            Row { who: "white space alone", bytes: "\n\n", end: Cut, ..NOTHING },
            Row {
                who: "another protocol's stream",
                bytes: "data: {\"type\":\"ping\"}\n\n",
                end: Malformed,
                ..NOTHING
            },
        ],
    );
}

#[test]
fn responses() {
    check(
        Protocol::OpenaiResponses,
        &[
            Row {
                who: "words, thoughts and arguments that come only whole, and a last event that repeats none of it",
                bytes: r#"event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","status":"in_progress","output":[]}}

data: {"type":"response.reasoning_summary_text.done","item_id":"rs_1","output_index":0,"summary_index":0,"text":"Hm."}

data: {"type":"response.output_text.done","item_id":"msg_1","output_index":1,"content_index":0,"text":"I look"}

data: {"type":"response.output_text.done","item_id":"msg_1","output_index":1,"content_index":1,"text":" it up."}

data: {"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"crm__get","arguments":""}}

data: {"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":2,"arguments":"{\"id\":7}"}

data: {"type":"response.completed","response":{"object":"response","status":"completed","output":[],"usage":{"input_tokens":5,"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1}}}}

"#,
                said: "I look it up.",
                thought: "Hm.",
                calls: ONE,
                used: Some((5, 3)),
                end: Of(ToolCalls),
            },
            Row {
                who: "words in pieces, then whole three times, are said once",
                bytes: r#"data: {"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]}}

data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"delta":"Hi "}

data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"delta":"you"}

data: {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"text":"Hi you"}

data: {"type":"response.content_part.done","item_id":"msg_1","part":{"type":"output_text","text":"Hi you"}}

data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"Hi you","annotations":[]}]}}

data: {"type":"response.completed","response":{"status":"completed","output":[{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hi you"}]}],"usage":null}}

"#,
                said: "Hi you",
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "a refusal, whole",
                bytes: r#"data: {"type":"response.refusal.done","item_id":"msg_1","output_index":0,"refusal":"I won't."}

data: {"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I won't."}]}]}}

"#,
                said: "I won't.",
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "events in odd order: pieces of a call that nobody announced, which its end makes up for",
                bytes: r#"data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"id\":"}

data: {"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,"arguments":"{\"id\":7}"}

data: {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"crm__get","arguments":"{\"id\":7}","status":"completed"}}

data: {"type":"response.completed","response":{"status":"completed","output":[]}}

"#,
                calls: ONE,
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "incomplete for its length, with a call that its provider says is cut",
                bytes: r#"data: {"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"crm__get","arguments":""}}

data: {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"crm__get","arguments":"{\"id\":","status":"incomplete"}}

data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":5,"output_tokens":3}}}

"#,
                used: Some((5, 3)),
                end: Of(Length),
                ..NOTHING
            },
            Row {
                who: "failed",
                bytes: r#"data: {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"The model failed to generate a response."},"output":[]}}

"#,
                end: Complained("failed to generate"),
                ..NOTHING
            },
            Row {
                who: "an error without a response around it",
                bytes: r#"event: error
data: {"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null,"sequence_number":3}

"#,
                end: Complained("Slow down"),
                ..NOTHING
            },
            Row {
                who: "a document with a search of the provider's own between thoughts and words",
                bytes: r#"{"object":"response","status":"completed","error":null,"output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}]},{"type":"web_search_call","id":"ws_1","status":"completed"},{"type":"message","content":[{"type":"output_text","text":"Yes.","annotations":[{"type":"url_citation","url":"https://a.example"}]}]}],"usage":{"input_tokens":5.0,"output_tokens":3}}"#,
                said: "Yes.",
                thought: "Hm.",
                used: Some((5, 3)),
                end: Of(Stop),
                ..NOTHING
            },
        ],
    );
}

#[test]
fn anthropic() {
    check(
        Protocol::Anthropic,
        &[
            Row {
                who: "pings, a call without input, thoughts with a signature and without words",
                bytes: r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"stop_reason":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":1}}}

event: ping
data: {"type": "ping"}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZGF0YQ=="}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"crm__list","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}

event: message_stop
data: {"type":"message_stop"}

"#,
                calls: &[("toolu_1", "crm__list", "{}")],
                used: Some((7, 9)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "a search of the provider's own, with its query, its results and citations",
                bytes: r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"T","url":"https://a.example","encrypted_content":"E","page_age":null}]}}

data: {"type":"content_block_stop","index":1}

data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","citations":[]}}

data: {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","cited_text":"c","url":"https://a.example"}}}

data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Found."}}

data: {"type":"content_block_stop","index":2}

data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":9,"output_tokens":4,"server_tool_use":{"web_search_requests":1}}}

data: {"type":"message_stop"}

"#,
                said: "Found.",
                used: Some((9, 4)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "overloaded in the middle",
                bytes: r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Half"}}

event: error
data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

"#,
                said: "Half",
                end: Complained("Overloaded"),
                ..NOTHING
            },
            Row {
                who: "refused, as a document",
                bytes: r#"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"No"}],"stop_reason":"refusal","usage":{"input_tokens":3,"output_tokens":1}}"#,
                said: "No",
                used: Some((3, 1)),
                end: Of(ContentFilter),
                ..NOTHING
            },
            Row {
                who: "a document with words and calls",
                bytes: r#"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"text","text":"So."},{"type":"tool_use","id":"call_1","name":"crm__get","input":{"id":7}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":1}}"#,
                said: "So.",
                thought: "Hm.",
                calls: ONE,
                used: Some((3, 1)),
                end: Of(ToolCalls),
            },
        ],
    );
}

#[test]
fn gemini() {
    check(
        Protocol::Gemini,
        &[
            Row {
                who: "chunks as a list, as a server writes them that was not asked for events; calls without ids",
                bytes: r#"[{
  "candidates": [{"content": {"parts": [{"text": "I look it up."}], "role": "model"}, "index": 0}],
  "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}
}
,
{
  "candidates": [{"content": {"parts": [{"functionCall": {"name": "a", "args": {"id": 7}}}, {"functionCall": {"name": "b"}}], "role": "model"}, "finishReason": "STOP", "index": 0}],
  "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 10}
}
]
"#,
                said: "I look it up.",
                calls: &[("call_0", "a", r#"{"id": 7}"#), ("call_1", "b", "{}")],
                used: Some((5, 5)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "code that the provider ran, and a candidate without content at the end",
                bytes: r#"data: {"candidates":[{"content":{"parts":[{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},{"text":"One."}],"role":"model"},"index":0}],"usageMetadata":null}

data: {"candidates":[{"finishReason":"STOP","index":0,"groundingMetadata":{}}],"modelVersion":"x"}

"#,
                said: "One.",
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "stopped by the filter",
                bytes: r#"data: {"candidates":[{"content":{"parts":[{"text":"I"}]},"finishReason":"SAFETY","safetyRatings":[{"category":"HARM_CATEGORY_HATE_SPEECH","probability":"HIGH","blocked":true}]}]}

"#,
                said: "I",
                end: Of(ContentFilter),
                ..NOTHING
            },
            Row {
                who: "a call that the provider could not read",
                bytes: r#"data: {"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call: print(crm.get(7))"}],"usageMetadata":{"promptTokenCount":5}}

"#,
                used: Some((5, 0)),
                end: Complained("MALFORMED_FUNCTION_CALL"),
                ..NOTHING
            },
            Row {
                who: "a tool that was not offered",
                bytes: r#"data: {"candidates":[{"content":{"parts":[]},"finishReason":"UNEXPECTED_TOOL_CALL"}]}

"#,
                end: Complained("UNEXPECTED_TOOL_CALL"),
                ..NOTHING
            },
            Row {
                who: "the question itself is refused",
                bytes: r#"data: {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":5}}

"#,
                used: Some((5, 0)),
                end: Complained("PROHIBITED_CONTENT"),
                ..NOTHING
            },
            Row {
                who: "an error as a list",
                bytes: r#"[{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED"}}]"#,
                end: Complained("exhausted"),
                ..NOTHING
            },
        ],
    );
}

#[test]
fn ollama() {
    check(
        Protocol::Ollama,
        &[
            Row {
                who: "two calls in two lines, one with its text for arguments, and nanoseconds beside the counts",
                bytes: r#"{"model":"m","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[{"function":{"index":0,"name":"a","arguments":{"id":7}}}]},"done":false}
{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_x","function":{"name":"b","arguments":"{}"}}]},"done":false}
{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":79,"prompt_eval_count":5,"eval_count":3}
"#,
                thought: "Hm.",
                calls: &[("call_0", "a", r#"{"id":7}"#), ("call_x", "b", "{}")],
                used: Some((5, 3)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "an error in the middle",
                bytes: "{\"message\":{\"role\":\"assistant\",\"content\":\"Half\"},\"done\":false}\n{\"error\":\"an error was encountered while running the model\"}\n",
                said: "Half",
                end: Complained("while running the model"),
                ..NOTHING
            },
            Row {
                who: "a length limit in a document over several lines",
                bytes: "{\n \"message\": {\"role\": \"assistant\", \"content\": \"Half\"},\n \"done\": true,\n \"done_reason\": \"length\"\n}\n",
                said: "Half",
                end: Of(Length),
                ..NOTHING
            },
            Row {
                who: "something else behind the end",
                bytes: "{\"message\":{\"content\":\"Hi\"},\"done\":true}\n<html>",
                said: "Hi",
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "a stream without its last line",
                bytes: "{\"message\":{\"role\":\"assistant\",\"content\":\"Half\"},\"done\":false}\n",
                said: "Half",
                end: Cut,
                ..NOTHING
            },
        ],
    );
}

#[test]
fn cohere() {
    check(
        Protocol::Cohere,
        &[
            Row {
                who: "a plan before its calls, and counts with a point",
                bytes: r#"event: message-start
data: {"id":"1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}

event: tool-plan-delta
data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will look."}}}

event: tool-call-start
data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"call_1","type":"function","function":{"name":"crm__get","arguments":""}}}}}

event: tool-call-delta
data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"id\":7}"}}}}}

event: tool-call-end
data: {"type":"tool-call-end","index":0}

event: message-end
data: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":2.0,"output_tokens":3.0},"tokens":{"input_tokens":5.0,"output_tokens":3.0}}}}

data: [DONE]

"#,
                thought: "I will look.",
                calls: ONE,
                used: Some((5, 3)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "words with citations, null for what is not there",
                bytes: r#"data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}

data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Yes."},"tool_calls":null,"tool_plan":null}},"logprobs":null}

data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":3,"text":"Yes","sources":[]}}}}

data: {"type":"citation-end","index":0}

data: {"type":"content-end","index":0}

data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":null}}

"#,
                said: "Yes.",
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "an error at the end",
                bytes: r#"data: {"type":"message-end","delta":{"error":"internal server error","finish_reason":"ERROR"}}

"#,
                end: Complained("internal server error"),
                ..NOTHING
            },
        ],
    );
}

#[test]
fn bedrock_without_frames() {
    check(
        Protocol::Bedrock,
        &[
            Row {
                who: "events as lines, a call without input",
                bytes: r#"{"messageStart":{"role":"assistant"}}
{"contentBlockStart":{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"tooluse_1","name":"crm__list"}}}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"messageStop":{"stopReason":"tool_use"}}
{"metadata":{"usage":{"inputTokens":5,"outputTokens":3,"totalTokens":8},"metrics":{"latencyMs":1}}}
"#,
                calls: &[("tooluse_1", "crm__list", "{}")],
                used: Some((5, 3)),
                end: Of(ToolCalls),
                ..NOTHING
            },
            Row {
                who: "throttled in the middle",
                bytes: r#"{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Half"}}}
{"throttlingException":{"message":"Too many tokens, please wait before trying again."}}
"#,
                said: "Half",
                end: Complained("Too many tokens"),
                ..NOTHING
            },
            Row {
                who: "something else behind the end",
                bytes: "{\"messageStop\":{\"stopReason\":\"end_turn\"}}\n{\"metadata\":{\"usage\":{\"inputTokens\":5}}}\n<html>",
                used: Some((5, 0)),
                end: Of(Stop),
                ..NOTHING
            },
            Row {
                who: "a guardrail",
                bytes: r#"{"output":{"message":{"role":"assistant","content":[{"text":"No."}]}},"stopReason":"guardrail_intervened","usage":{"inputTokens":5,"outputTokens":3}}"#,
                said: "No.",
                used: Some((5, 3)),
                end: Of(ContentFilter),
                ..NOTHING
            },
        ],
    );
}
