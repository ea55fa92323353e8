//! What imitations of Chat Completions send, each oddity by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::json::Json;
use domain::model::{AskedCall, Finish, ModelEvent, Protocol, Reasoning, Usage};
use providers::{DecodeError, Decoder};
use serde_json::{Value, json};

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded(bytes: impl AsRef<[u8]>) -> Decoded {
    let mut decoder = Decoder::new(Protocol::OpenaiChat);
    let mut events = Vec::new();
    let outcome = decoder.feed(bytes.as_ref(), &mut events).and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

/// A stream of these chunks' deltas; a string ends the message with that reason, `[DONE]` ends the stream.
fn stream(parts: &[Value]) -> String {
    let line = |part: &Value| match part {
        Value::String(mark) if mark == "[DONE]" => "data: [DONE]\n\n".to_owned(),
        Value::String(reason) => {
            format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
        }
        delta => {
            format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}))
        }
    };
    parts.iter().map(line).collect()
}

fn piece(index: Option<i64>, id: Option<&str>, name: Option<&str>, arguments: Value) -> Value {
    let mut call = json!({"type": "function", "function": {"arguments": arguments}});
    if let Some(index) = index {
        call["index"] = json!(index);
    }
    if let Some(id) = id {
        call["id"] = json!(id);
    }
    if let Some(name) = name {
        call["function"]["name"] = json!(name);
    }
    json!({"tool_calls": [call]})
}

fn started(index: u32, name: &str) -> ModelEvent {
    ModelEvent::CallStarted { index, name: name.to_owned() }
}

fn ready(index: u32, id: &str, name: &str, arguments: &str) -> ModelEvent {
    let call = AskedCall { id: id.to_owned(), name: name.to_owned(), arguments: arguments.to_owned() };
    ModelEvent::CallReady { index, call }
}

fn followed(index: u32, id: &str, name: &str, arguments: &str) -> ModelEvent {
    let ModelEvent::CallReady { index, call } = ready(index, id, name, arguments) else { unreachable!() };
    ModelEvent::CallFollowed { index, call }
}

fn text(words: &str) -> ModelEvent {
    ModelEvent::Text(words.to_owned())
}

const CALLED: ModelEvent = ModelEvent::Finished(Finish::ToolCalls);
const STOPPED: ModelEvent = ModelEvent::Finished(Finish::Stop);

#[track_caller]
fn check(parts: &[Value], expected: &[ModelEvent]) {
    assert_eq!(decoded(stream(parts)), (expected.to_vec(), Ok(())));
}

#[test]
fn interleaved_calls_are_ready_at_the_end_in_their_order() {
    check(
        &[
            piece(Some(0), Some("a"), Some("crm__get"), json!("{\"id\"")),
            piece(Some(1), Some("b"), Some("crm__list"), json!("{}")),
            piece(Some(0), None, None, json!(":7}")),
            json!("tool_calls"),
            json!("[DONE]"),
        ],
        &[
            started(0, "crm__get"),
            started(1, "crm__list"),
            ready(0, "a", "crm__get", "{\"id\":7}"),
            ready(1, "b", "crm__list", "{}"),
            CALLED,
        ],
    );
}

#[test]
fn a_call_without_index_and_the_only_call_at_index_one() {
    let whole = piece(None, Some("a"), Some("t"), json!("{\"x\":1}"));
    check(&[whole, json!("stop")], &[started(0, "t"), ready(0, "a", "t", "{\"x\":1}"), CALLED]);
    let one = piece(Some(1), Some("a"), Some("t"), json!("{}"));
    check(&[one, json!("tool_calls")], &[started(0, "t"), ready(0, "a", "t", "{}"), CALLED]);
}

#[test]
fn a_piece_of_a_call_without_the_list_around_it() {
    let call =
        json!({"tool_calls": {"index": 0, "id": "", "function": {"name": "t", "arguments": {"x": 1}}}});
    check(&[call, json!("eos_token")], &[started(0, "t"), ready(0, "call_0", "t", "{\"x\":1}"), CALLED]);
}

#[test]
fn calls_without_index_are_told_apart_by_id_and_pieces_by_neither() {
    check(
        &[
            piece(None, Some("a"), Some("t"), json!("{\"x\"")),
            piece(None, None, None, json!(":1}")),
            piece(None, Some("b"), Some("t"), json!("{\"x\":2")),
            piece(None, Some("b"), None, json!("}")),
            json!("tool_calls"),
        ],
        &[
            started(0, "t"),
            followed(0, "a", "t", "{\"x\":1}"),
            started(1, "t"),
            ready(0, "a", "t", "{\"x\":1}"),
            ready(1, "b", "t", "{\"x\":2}"),
            CALLED,
        ],
    );
}

#[test]
fn several_calls_that_all_claim_to_be_the_first() {
    check(
        &[
            piece(Some(0), Some("a"), Some("t"), json!("{\"x\":1}")),
            piece(Some(0), Some("b"), Some("t"), json!("{\"x\":2}")),
            json!("tool_calls"),
        ],
        &[
            started(0, "t"),
            followed(0, "a", "t", "{\"x\":1}"),
            started(1, "t"),
            ready(0, "a", "t", "{\"x\":1}"),
            ready(1, "b", "t", "{\"x\":2}"),
            CALLED,
        ],
    );
}

#[test]
fn another_id_with_every_piece_is_still_one_call() {
    check(
        &[
            piece(Some(0), Some("a"), Some("t"), json!("{\"x\"")),
            piece(Some(0), Some("b"), None, json!(":1}")),
            json!("tool_calls"),
        ],
        &[started(0, "t"), ready(0, "a", "t", "{\"x\":1}"), CALLED],
    );
}

#[test]
fn arguments_that_are_null_missing_or_an_object() {
    for (arguments, written) in
        [(json!(null), "{}"), (json!(""), "{}"), (json!("null"), "{}"), (json!({"x": 1}), "{\"x\":1}")]
    {
        check(
            &[piece(Some(0), Some("a"), Some("t"), arguments), json!("tool_calls"), json!("[DONE]")],
            &[started(0, "t"), ready(0, "a", "t", written), CALLED],
        );
    }
}

#[test]
fn a_call_without_an_id_gets_one() {
    check(
        &[piece(Some(0), None, Some("t"), json!("{}")), json!("tool_calls")],
        &[started(0, "t"), ready(0, "call_0", "t", "{}"), CALLED],
    );
}

#[test]
fn the_tool_s_name_may_come_after_the_call_s_beginning() {
    check(
        &[
            piece(Some(0), Some("a"), None, json!("")),
            piece(Some(0), None, Some("t"), json!("{}")),
            json!("tool_calls"),
        ],
        &[started(0, "t"), ready(0, "a", "t", "{}"), CALLED],
    );
}

#[test]
fn without_a_good_end_no_call_is_ready() {
    let call = || piece(Some(0), Some("a"), Some("t"), json!("{\"x\":1}"));
    for (reason, finish) in [("length", Finish::Length), ("content_filter", Finish::ContentFilter)] {
        check(&[call(), json!(reason), json!("[DONE]")], &[started(0, "t"), ModelEvent::Finished(finish)]);
    }
    // Arguments that parse are no sign of completion, and neither is the stream's end mark alone.
    assert_eq!(decoded(stream(&[call()])), (vec![started(0, "t")], Err(DecodeError::Cut)));
    assert_eq!(decoded(stream(&[call(), json!("[DONE]")])), (vec![started(0, "t")], Err(DecodeError::Cut)));
    let (events, outcome) = decoded(stream(&[call(), json!("a_reason_of_tomorrow")]));
    assert_eq!(events, [started(0, "t")]);
    assert!(matches!(outcome, Err(DecodeError::Malformed(_))), "{outcome:?}");
}

#[test]
fn a_call_that_goes_on_after_the_end_is_refused() {
    let (events, outcome) = decoded(stream(&[
        piece(Some(0), Some("a"), Some("t"), json!("{}")),
        json!("tool_calls"),
        piece(Some(0), None, None, json!(" ")),
    ]));
    assert_eq!(events.len(), 2);
    assert!(matches!(outcome, Err(DecodeError::Malformed(_))), "{outcome:?}");
}

#[test]
fn words_end_with_a_reason_or_with_the_end_mark() {
    let words = || json!({"role": "assistant", "content": "Hello"});
    check(&[words(), json!("stop")], &[text("Hello"), STOPPED]);
    check(&[words(), json!("[DONE]")], &[text("Hello"), STOPPED]);
    check(&[words(), json!("a_reason_of_tomorrow")], &[text("Hello"), STOPPED]);
    assert_eq!(decoded(stream(&[words()])), (vec![text("Hello")], Err(DecodeError::Cut)));
}

fn thinking(words: &str) -> ModelEvent {
    ModelEvent::Thinking(words.to_owned())
}

fn reasoned(item: Value) -> ModelEvent {
    ModelEvent::Reasoned(Reasoning { protocol: Protocol::OpenaiChat, after: 0, item: Json(item) })
}

#[test]
fn reasoning_is_thought_and_a_refusal_is_said() {
    check(
        &[
            json!({"reasoning_content": "h", "content": null}),
            json!({"reasoning_content": "m", "reasoning": "m", "content": ""}),
            json!({"content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "so"}]},
                {"type": "text", "text": "Yes"},
            ]}),
            json!({"reasoning": {"effort": "low"}, "reasoning_content": null}),
            json!({"refusal": "No."}),
            json!("stop"),
        ],
        &[
            thinking("h"),
            thinking("m"),
            thinking("so"),
            text("Yes"),
            text("No."),
            reasoned(json!({"reasoning_content": "hm"})),
            STOPPED,
        ],
    );
}

/// OpenRouter wants these back as if they had come whole.
#[test]
fn details_of_reasoning_are_put_together() {
    let details =
        |reasoning: &str, details: Value| json!({"reasoning": reasoning, "reasoning_details": details});
    let part = |text: &str| json!([{"type": "reasoning.text", "text": text, "index": 0, "format": "anthropic-claude-v1"}]);
    check(
        &[
            details("h", part("h")),
            details("m", part("m")),
            json!({"reasoning_details": [{"type": "reasoning.text", "signature": "s", "text": null, "index": 0}]}),
            json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "index": 1}]}),
            json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": "y", "index": 1}]}),
            json!({"content": "Yes", "reasoning_details": []}),
            json!("stop"),
        ],
        &[
            thinking("h"),
            thinking("m"),
            text("Yes"),
            reasoned(json!({"reasoning_details": [
                {"type": "reasoning.text", "text": "hm", "signature": "s", "index": 0, "format": "anthropic-claude-v1"},
                {"type": "reasoning.encrypted", "data": "x", "index": 1},
                {"type": "reasoning.encrypted", "data": "y", "index": 1},
            ]})),
            STOPPED,
        ],
    );
}

#[test]
fn tokens_that_were_kept_or_thought_go_by_several_names() {
    for (usage, cached, reasoning) in [
        (
            json!({"prompt_tokens_details": {"cached_tokens": 2}, "completion_tokens_details": {"reasoning_tokens": 1}}),
            2,
            1,
        ),
        (json!({"prompt_cache_hit_tokens": 2, "prompt_cache_miss_tokens": 1}), 2, 0),
        (json!({"cached_tokens": 2, "reasoning_tokens": 1}), 2, 1),
        (
            json!({"prompt_tokens_details": null, "completion_tokens_details": {"reasoning_tokens": null}}),
            0,
            0,
        ),
    ] {
        let mut chunk = json!({"choices": [], "usage": usage});
        chunk["usage"]["prompt_tokens"] = json!(3);
        chunk["usage"]["completion_tokens"] = json!(4);
        let (events, _) = decoded(format!("data: {chunk}\n\n"));
        assert_eq!(events, [ModelEvent::Usage(Usage { input: 3, output: 4, cached, reasoning })], "{chunk}");
    }
}

#[test]
fn usage_in_a_chunk_without_choices_in_every_chunk_or_in_none() {
    let usage = |input, output| ModelEvent::Usage(Usage { input, output, ..Usage::default() });
    let mut bytes = stream(&[json!({"content": "a"}), json!("stop")]);
    bytes.push_str(
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n",
    );
    assert_eq!(decoded(bytes).0, [text("a"), usage(3, 4), STOPPED]);

    let every = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n";
    let last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}]}\n\n";
    let (events, _) = decoded([every, every, last].concat());
    assert_eq!(events, [usage(3, 1), text("a"), text("a"), usage(3, 2), STOPPED]);
}

#[test]
fn a_mark_comments_carriage_returns_and_data_over_several_lines() {
    let bytes = "\u{feff}: OPENROUTER PROCESSING\r\n\r\nevent: message\r\nid: 1\r\ndata: {\"choices\":[{\"delta\":\r\n\
                 data: {\"content\":\"ä€\"},\r\ndata: \"finish_reason\":\"stop\"}]}\r\n\r\n:\r\n\r\ndata: [DONE]\r\n\r\n";
    let whole = decoded(bytes);
    assert_eq!(whole, (vec![text("ä€"), STOPPED], Ok(())));
    for chunk in 1..9 {
        let mut decoder = Decoder::new(Protocol::OpenaiChat);
        let mut events = Vec::new();
        for bytes in bytes.as_bytes().chunks(chunk) {
            decoder.feed(bytes, &mut events).unwrap();
        }
        decoder.end(&mut events).unwrap();
        assert_eq!(events, whole.0, "in chunks of {chunk}");
    }
}

#[test]
fn the_last_event_may_lack_its_empty_line_but_not_its_end() {
    let bytes = stream(&[json!({"content": "a"}), json!("stop")]);
    assert_eq!(decoded(bytes.trim_end()), (vec![text("a"), STOPPED], Ok(())));
    assert_eq!(decoded(&bytes[..bytes.len() - 6]), (vec![text("a")], Err(DecodeError::Cut)));
}

#[test]
fn an_error_within_the_stream_comes_after_what_was_said() {
    for (error, status, message) in [
        ("data: {\"error\":{\"message\":\"Busy\",\"code\":503}}\n\n", Some(503), "Busy"),
        ("event: error\ndata: {\"message\":\"Busy\",\"type\":\"x\"}\n\n", None, "Busy"),
        ("data: {\"error\":\"Busy\"}\n\n", None, "Busy"),
        (
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\",\"error\":{\"code\":502,\"message\":\"Busy\"}}]}\n\n",
            Some(502),
            "Busy",
        ),
    ] {
        let (events, outcome) = decoded([stream(&[json!({"content": "a"})]).as_str(), error].concat());
        assert_eq!(events, [text("a")], "{error}");
        let Err(DecodeError::Complained(complaint)) = outcome else { panic!("{error}: {outcome:?}") };
        assert_eq!((complaint.status, complaint.message.as_str()), (status, message), "{error}");
    }
}

#[test]
fn a_whole_answer_in_one_document() {
    let document = json!({"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"content": "Wait.", "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "t", "arguments": "{\"x\":1}"}},
        {"id": "b", "type": "function", "function": {"name": "u", "arguments": "{}"}},
    ]}}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}});
    let expected = vec![
        ModelEvent::Usage(Usage { input: 1, output: 2, ..Usage::default() }),
        text("Wait."),
        started(0, "t"),
        started(1, "u"),
        ready(0, "a", "t", "{\"x\":1}"),
        ready(1, "b", "u", "{}"),
        CALLED,
    ];
    assert_eq!(decoded(format!("\n  \n{document}\n")), (expected, Ok(())));
    let bytes = document.to_string();
    assert_eq!(decoded(&bytes[..bytes.len() - 1]), (Vec::new(), Err(DecodeError::Cut)));
}

#[test]
fn what_is_not_the_protocol_is_named_and_not_repeated() {
    for (bytes, sign) in [
        ("<!DOCTYPE html><html>secret</html>", "web page"),
        ("event: message_start\ndata: {\"type\":\"message_start\",\"secret\":1}\n\n", "no message"),
        ("{\"output\":\"secret\"}", "no message"),
        ("data: secret\n\n", "no JSON"),
        ("data: {\"choices\":\"secret\"}\n\n", "another shape"),
        ("secret", "no message"),
    ] {
        let (events, outcome) = decoded(bytes);
        assert!(events.is_empty(), "{bytes}");
        let Err(DecodeError::Malformed(words)) = outcome else { panic!("{bytes}: {outcome:?}") };
        assert!(words.contains(sign) && !words.contains("secret"), "{bytes}: {words}");
    }
    assert_eq!(decoded(""), (Vec::new(), Err(DecodeError::Cut)));
}

/// Twelve megabytes in one line, in small chunks: with a decoder that looks at a line again with every chunk this is a
/// matter of hours.
#[test]
fn a_very_long_line_is_read_once() {
    let long = "x".repeat(12 << 20);
    let bytes = stream(&[piece(Some(0), Some("a"), Some("t"), json!(format!("\"{long}\""))), json!("stop")]);
    let mut decoder = Decoder::new(Protocol::OpenaiChat);
    let mut events = Vec::new();
    for chunk in bytes.as_bytes().chunks(512) {
        decoder.feed(chunk, &mut events).unwrap();
    }
    decoder.end(&mut events).unwrap();
    let ModelEvent::CallReady { call, .. } = &events[1] else { panic!("{:?}", events.len()) };
    assert_eq!(call.arguments.len(), long.len() + 2);
}
