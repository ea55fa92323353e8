//! What OpenAI's Responses and its imitations send, each oddity by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::json::Json;
use domain::model::{AskedCall, Finish, ModelEvent, Protocol, Reasoning, Usage};
use providers::{DecodeError, Decoder};
use serde_json::{Value, json};

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded(bytes: impl AsRef<[u8]>) -> Decoded {
    let mut decoder = Decoder::new(Protocol::OpenaiResponses);
    let mut events = Vec::new();
    let outcome = decoder.feed(bytes.as_ref(), &mut events).and_then(|()| decoder.end(&mut events));
    (events, outcome)
}

/// A stream of these events, each with its type in its data and above it.
fn stream(events: &[Value]) -> String {
    let line =
        |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("message"));
    events.iter().map(line).collect()
}

#[track_caller]
fn check(events: &[Value], expected: &[ModelEvent]) {
    assert_eq!(decoded(stream(events)), (expected.to_vec(), Ok(())));
}

/// An event of this type with these fields.
fn event(kind: &str, fields: Value) -> Value {
    let mut event = fields;
    event["type"] = json!(format!("response.{kind}"));
    event
}

fn call(id: &str, call_id: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": id, "call_id": call_id, "name": "t", "arguments": arguments})
}

fn added(index: usize, item: Value) -> Value {
    event("output_item.added", json!({"output_index": index, "item": item}))
}

fn done(index: usize, item: Value) -> Value {
    event("output_item.done", json!({"output_index": index, "item": item}))
}

fn piece(index: usize, id: &str, delta: &str) -> Value {
    event("function_call_arguments.delta", json!({"output_index": index, "item_id": id, "delta": delta}))
}

fn said(delta: &str) -> Value {
    event("output_text.delta", json!({"output_index": 0, "item_id": "msg", "delta": delta}))
}

fn completed(output: Value) -> Value {
    event("completed", json!({"response": {"object": "response", "status": "completed", "output": output}}))
}

fn incomplete(reason: &str) -> Value {
    let details = json!({"reason": reason});
    event(
        "incomplete",
        json!({"response": {"status": "incomplete", "incomplete_details": details, "output": []}}),
    )
}

fn message(text: &str) -> Value {
    json!({"type": "message", "id": "msg", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
}

fn started(index: u32) -> ModelEvent {
    ModelEvent::CallStarted { index, name: "t".to_owned() }
}

fn ready(index: u32, id: &str, arguments: &str) -> ModelEvent {
    let call = AskedCall { id: id.to_owned(), name: "t".to_owned(), arguments: arguments.to_owned() };
    ModelEvent::CallReady { index, call }
}

fn reasoned(after: u32, item: Value) -> ModelEvent {
    ModelEvent::Reasoned(Reasoning { protocol: Protocol::OpenaiResponses, after, item: Json(item) })
}

fn text(words: &str) -> ModelEvent {
    ModelEvent::Text(words.to_owned())
}

fn thinking(words: &str) -> ModelEvent {
    ModelEvent::Thinking(words.to_owned())
}

const CALLED: ModelEvent = ModelEvent::Finished(Finish::ToolCalls);
const STOPPED: ModelEvent = ModelEvent::Finished(Finish::Stop);

#[test]
fn a_call_is_ready_as_soon_as_its_item_is_done() {
    let mut decoder = Decoder::new(Protocol::OpenaiResponses);
    let mut feed = |event: Value| {
        let mut events = Vec::new();
        decoder.feed(stream(&[event]).as_bytes(), &mut events).unwrap();
        events
    };
    assert_eq!(feed(added(0, call("fc_1", "a", ""))), [started(0)]);
    assert_eq!(feed(piece(0, "fc_1", "{\"x\":1}")), []);
    let arguments = json!({"output_index": 0, "item_id": "fc_1", "arguments": "{\"x\":1}"});
    assert_eq!(
        feed(event("function_call_arguments.done", arguments)),
        [],
        "its item may still end as incomplete"
    );
    assert_eq!(feed(done(0, call("fc_1", "a", "{\"x\":1}"))), [ready(0, "a", "{\"x\":1}")]);
    assert_eq!(feed(added(1, call("fc_2", "b", ""))), [started(1)]);
    assert_eq!(feed(done(1, call("fc_2", "b", "{}"))), [ready(1, "b", "{}")]);
    assert_eq!(feed(completed(json!([]))), [CALLED]);
}

#[test]
fn pieces_of_several_calls_find_their_call_by_place_or_by_id() {
    let expected = [started(0), started(1), ready(0, "a", "{\"x\":1}"), ready(1, "b", "{\"x\":2}"), CALLED];
    let all = |pieces: [Value; 4], ends: [Value; 2]| {
        let begin = [added(0, call("fc_1", "a", "")), added(1, call("fc_2", "b", ""))];
        check(
            &[begin.to_vec(), pieces.to_vec(), ends.to_vec(), vec![completed(json!([]))]].concat(),
            &expected,
        );
    };
    // Ends that leave the arguments to the pieces show where the pieces went.
    let ends = || [done(0, call("fc_1", "a", "")), done(1, call("fc_2", "b", ""))];
    let pieces = |ids: [&str; 4]| {
        let parts = [(0, "{\"x\""), (1, "{\"x\":"), (0, ":1}"), (1, "2}")];
        [0, 1, 2, 3].map(|at| piece(parts[at].0, ids[at], parts[at].1))
    };
    all(pieces(["fc_1", "fc_2", "fc_1", "fc_2"]), ends());
    // GitHub Copilot: another id in each event, places that hold.
    all(pieces(["w", "x", "y", "z"]), [done(0, call("u", "a", "")), done(1, call("v", "b", ""))]);
    // No places.
    let without = |mut event: Value| {
        event.as_object_mut().unwrap().remove("output_index");
        event
    };
    all(pieces(["fc_1", "fc_2", "fc_1", "fc_2"]).map(without), ends().map(without));
    // One place for all.
    let one_place = |mut event: Value| {
        event["output_index"] = json!(0);
        event
    };
    all(pieces(["fc_1", "fc_2", "fc_1", "fc_2"]).map(one_place), ends().map(one_place));
}

#[test]
fn calls_that_were_not_announced_or_not_ended_or_are_only_in_the_whole() {
    let expected = [started(0), ready(0, "a", "{\"x\":1}"), started(1), ready(1, "b", "{}"), CALLED];
    let (a, b) = (|| call("fc_1", "a", "{\"x\":1}"), || call("fc_2", "b", "{}"));
    check(&[done(0, a()), done(1, b()), completed(json!([a(), b()]))], &expected);
    check(&[completed(json!([a(), b()]))], &expected);
    // A whole that gives other ids to the same calls does not make them twice as many.
    check(
        &[done(0, a()), done(1, b()), completed(json!([call("x", "y", "{}"), call("z", "w", "{}")]))],
        &expected,
    );
    let begun =
        [added(0, call("fc_1", "a", "")), piece(0, "fc_1", "{\"x\":1}"), added(1, call("fc_2", "b", ""))];
    let late = [started(0), started(1), ready(0, "a", "{\"x\":1}"), ready(1, "b", "{}"), CALLED];
    check(&[begun.to_vec(), vec![completed(json!([]))]].concat(), &late);
    check(&[begun.to_vec(), vec![completed(json!([a(), b()]))]].concat(), &late);
}

#[test]
fn arguments_that_are_missing_an_object_or_no_json() {
    for (arguments, written) in
        [(json!(""), "{}"), (json!(null), "{}"), (json!({"x": 1}), "{\"x\":1}"), (json!("{\"x\""), "{\"x\"")]
    {
        let mut item = call("fc", "a", "");
        item["arguments"] = arguments;
        check(&[done(0, item), completed(json!([]))], &[started(0), ready(0, "a", written), CALLED]);
    }
    let free =
        json!({"type": "custom_tool_call", "id": "ctc", "call_id": "a", "name": "t", "input": "print(1)"});
    check(&[done(0, free), completed(json!([]))], &[started(0), ready(0, "a", "print(1)"), CALLED]);
    let unnamed = json!({"type": "function_call", "name": "t", "arguments": "{}"});
    check(&[done(0, unnamed), completed(json!([]))], &[started(0), ready(0, "call_0", "{}"), CALLED]);
}

#[test]
fn a_call_that_was_cut_is_never_ready() {
    let whole = || done(0, call("fc_1", "a", "{}"));
    let mut cut = call("fc_2", "b", "{\"x\":");
    cut["status"] = json!("incomplete");
    let length = ModelEvent::Finished(Finish::Length);
    let expected = [started(0), ready(0, "a", "{}"), started(1), length];
    check(&[whole(), done(1, cut.clone()), incomplete("max_output_tokens")], &expected);
    // An imitation that calls every item completed, and one that never ends it.
    check(&[whole(), done(1, call("fc_2", "b", "{\"x\":")), incomplete("max_output_tokens")], &expected);
    check(
        &[whole(), added(1, call("fc_2", "b", "")), piece(1, "fc_2", "{}"), incomplete("max_tokens")],
        &expected,
    );
    let (events, outcome) = decoded(stream(&[whole(), done(1, cut), completed(json!([]))]));
    assert_eq!((&events[..], outcome), (&expected[..3], Err(DecodeError::Cut)));
    let (events, outcome) = decoded(stream(&[added(0, call("fc_1", "a", "{}"))]));
    assert_eq!((&events[..], outcome), (&[started(0)][..], Err(DecodeError::Cut)));
}

#[test]
fn a_call_that_goes_on_after_its_end_is_refused() {
    let (events, outcome) = decoded(stream(&[done(0, call("fc", "a", "{}")), piece(0, "fc", " ")]));
    assert_eq!(events.len(), 2);
    assert!(matches!(outcome, Err(DecodeError::Malformed(_))), "{outcome:?}");
}

#[test]
fn words_come_once_however_often_they_are_said() {
    let hello = [text("Hel"), text("lo"), STOPPED];
    check(
        &[said("Hel"), said("lo"), done(0, message("Hello")), completed(json!([message("Hello")]))],
        &hello,
    );
    // Without pieces, without ends, without either.
    check(&[said("Hel"), done(0, message("Hello")), completed(json!([message("Hello")]))], &hello);
    check(&[said("Hel"), completed(json!([message("Hello")]))], &hello);
    check(&[completed(json!([message("Hel"), message("lo")]))], &hello);
    // Two messages, of which nobody says that they end.
    check(&[said("Hel"), said("lo"), completed(json!([message("Hel"), message("lo")]))], &hello);
    check(&[said("Hel"), said("lo"), completed(json!(null))], &hello);
    let refused = json!({"type": "message", "content": [{"type": "refusal", "refusal": "No."}]});
    let refusal = event("refusal.delta", json!({"delta": "No."}));
    check(&[refusal, done(0, refused.clone()), completed(json!([refused]))], &[text("No."), STOPPED]);
}

#[test]
fn thoughts_are_passed_on_and_go_back_sealed_or_whole() {
    let sealed = json!({"type": "reasoning", "id": "rs", "encrypted_content": "x", "summary": [
        {"type": "summary_text", "text": "hm"},
    ]});
    let summary =
        |delta: &str| event("reasoning_summary_text.delta", json!({"delta": delta, "item_id": "rs"}));
    let a = || done(1, call("fc", "a", "{}"));
    let called = |thoughts: &[ModelEvent], back: &[ModelEvent]| {
        [thoughts, back, &[started(0), ready(0, "a", "{}"), CALLED]].concat()
    };
    let whole = || completed(json!([sealed, call("fc", "a", "{}")]));
    let back = [reasoned(0, sealed.clone())];
    check(
        &[summary("h"), summary("m"), done(0, sealed.clone()), a(), whole()],
        &called(&[thinking("h"), thinking("m")], &back),
    );
    check(&[done(0, sealed.clone()), a(), whole()], &called(&[thinking("hm")], &back));
    check(&[whole()], &called(&[thinking("hm")], &back));
    // A provider that keeps nothing refuses a summary alone; open thoughts are what they are.
    let summed =
        json!({"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]});
    check(&[done(0, summed), a(), completed(json!([]))], &called(&[thinking("hm")], &[]));
    let open =
        json!({"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}], "summary": []});
    let delta = event("reasoning_text.delta", json!({"delta": "hm"}));
    check(
        &[delta, done(0, open.clone()), a(), completed(json!([]))],
        &called(&[thinking("hm")], &[reasoned(0, open)]),
    );
}

#[test]
fn what_stood_between_thoughts_and_calls_is_known_by_its_place() {
    let sealed = |id: &str| json!({"type": "reasoning", "id": id, "encrypted_content": "x", "summary": []});
    let mut commentary = message("Wait.");
    commentary["phase"] = json!("commentary");
    check(
        &[
            done(0, sealed("rs_1")),
            said("Wait."),
            done(1, commentary),
            done(2, call("fc_1", "a", "{}")),
            done(3, sealed("rs_2")),
            done(4, call("fc_2", "b", "{}")),
            completed(json!([])),
        ],
        &[
            reasoned(0, sealed("rs_1")),
            text("Wait."),
            reasoned(0, json!({"type": "message", "length": 5, "phase": "commentary"})),
            started(0),
            ready(0, "a", "{}"),
            reasoned(1, sealed("rs_2")),
            started(1),
            ready(1, "b", "{}"),
            CALLED,
        ],
    );
}

#[test]
fn an_answer_that_is_not_complete_says_why() {
    for (reason, finish) in [
        ("max_output_tokens", Finish::Length),
        ("content_filter", Finish::ContentFilter),
        ("a_reason_of_tomorrow", Finish::Length),
    ] {
        check(&[said("Hel"), incomplete(reason)], &[text("Hel"), ModelEvent::Finished(finish)]);
    }
}

#[test]
fn a_failure_comes_after_what_was_said_and_has_its_words() {
    let failed = |error: Value| event("failed", json!({"response": {"status": "failed", "error": error}}));
    for (event, status, code, message) in [
        (failed(json!({"code": "server_error", "message": "Busy"})), None, "server_error", "Busy"),
        (failed(json!(null)), Some(503), "", "it ended its answer as `failed`"),
        (
            json!({"type": "error", "code": "rate_limit_exceeded", "message": "Busy"}),
            None,
            "rate_limit_exceeded",
            "Busy",
        ),
        (
            json!({"type": "error", "error": {"code": "overloaded", "message": "Busy"}}),
            None,
            "overloaded",
            "Busy",
        ),
        (json!({"error": {"code": 502, "message": "Busy"}}), Some(502), "502", "Busy"),
    ] {
        let (events, outcome) =
            decoded([stream(&[said("Hel")]), stream(std::slice::from_ref(&event))].concat());
        assert_eq!(events, [text("Hel")], "{event}");
        let Err(DecodeError::Complained(complaint)) = outcome else { panic!("{event}: {outcome:?}") };
        let found = (complaint.status, complaint.code.as_str(), complaint.message.as_str());
        assert_eq!(found, (status, code, message), "{event}");
    }
    let (_, outcome) = decoded("event: error\ndata: {\"message\":\"Busy\"}\n\n");
    assert!(matches!(outcome, Err(DecodeError::Complained(_))), "{outcome:?}");
    for document in [json!({"error": {"message": "Busy"}}), json!([{"error": {"message": "Busy"}}])] {
        let (_, outcome) = decoded(document.to_string());
        assert!(matches!(outcome, Err(DecodeError::Complained(_))), "{document}: {outcome:?}");
    }
}

#[test]
fn events_without_a_type_of_their_own_or_of_tomorrow() {
    let bytes = concat!(
        ": keep-alive\r\n\r\n",
        "event: response.output_text.delta\r\ndata: {\"delta\":\"\\u00e4\"}\r\n\r\n",
        "event: response.of_tomorrow\r\ndata: {\"type\":\"response.of_tomorrow\",\"delta\":{\"x\":1},\"error\":null}\r\n\r\n",
        "data: {\"type\":\"keepalive\"}\r\n\r\ndata: [DONE]\r\n\r\n",
        "event: response.completed\r\ndata: {\"response\":{\"usage\":null}}",
    );
    assert_eq!(decoded(bytes), (vec![text("ä"), STOPPED], Ok(())));
}

#[test]
fn usage_comes_with_the_end() {
    let usage = json!({
        "input_tokens": 5, "input_tokens_details": {"cached_tokens": 3},
        "output_tokens": 4, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 9,
    });
    let end = event(
        "completed",
        json!({"response": {"status": "completed", "output": [message("a")], "usage": usage}}),
    );
    let counted = ModelEvent::Usage(Usage { input: 5, output: 4, cached: 3, reasoning: 2 });
    check(&[end], &[text("a"), counted, STOPPED]);
}

#[test]
fn a_document_is_the_whole_answer_or_none() {
    let document = json!({"object": "response", "status": "completed", "error": null, "output": [
        message("Wait."), call("fc", "a", "{}"), {"type": "web_search_call", "id": "ws"},
    ]});
    let expected = [text("Wait."), started(0), ready(0, "a", "{}"), CALLED];
    assert_eq!(decoded(format!("\n{document}\n")), (expected.to_vec(), Ok(())));
    let bytes = document.to_string();
    assert_eq!(decoded(&bytes[..bytes.len() - 1]), (Vec::new(), Err(DecodeError::Cut)));
    let queued = json!({"object": "response", "status": "queued", "output": []});
    assert_eq!(decoded(queued.to_string()), (Vec::new(), Err(DecodeError::Cut)));
}

#[test]
fn what_is_not_the_protocol_is_named_and_not_repeated() {
    for (bytes, sign) in [
        ("<!DOCTYPE html><html>secret</html>", "web page"),
        ("data: {\"choices\":[{\"delta\":{\"content\":\"secret\"}}]}\n\n", "no message"),
        ("{\"choices\":[]}", "no message"),
        ("data: secret\n\n", "no JSON"),
        ("data: {\"type\":\"response.output_item.added\",\"item\":\"secret\"}\n\n", "another shape"),
        ("secret", "no message"),
    ] {
        let (events, outcome) = decoded(bytes);
        assert!(events.is_empty(), "{bytes}");
        let Err(DecodeError::Malformed(words)) = outcome else { panic!("{bytes}: {outcome:?}") };
        assert!(words.contains(sign) && !words.contains("secret"), "{bytes}: {words}");
    }
    assert_eq!(decoded(""), (Vec::new(), Err(DecodeError::Cut)));
}
