//! When a call is said to be complete, and when only that the next one began.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::model::{AskedCall, ModelEvent, Protocol};
use proptest::prelude::*;
use providers::Decoder;
use serde_json::{Value, json};

/// A call's piece: which call, whether it begins it, what it adds to the arguments.
type Piece<'a> = (u32, bool, &'a str);

fn chunk(delta: Value, reason: Value) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
    format!("data: {}\n\n", json!({"choices": [choice]}))
}

fn stream(pieces: &[Piece<'_>], reason: &str) -> String {
    let piece = |(index, begins, arguments): &Piece<'_>| {
        let mut call = json!({"index": index, "function": {"arguments": arguments}});
        if *begins {
            call["id"] = json!(format!("id-{index}"));
            call["function"]["name"] = json!("crm__get");
        }
        chunk(json!({"tool_calls": [call]}), Value::Null)
    };
    let mut text: String = pieces.iter().map(piece).collect();
    text.push_str(&chunk(json!({}), json!(reason)));
    text.push_str("data: [DONE]\n\n");
    text
}

/// Every event, whether the stream ended well or not.
fn events(bytes: &[u8]) -> Vec<ModelEvent> {
    let mut decoder = Decoder::new(Protocol::OpenaiChat);
    let mut events = Vec::new();
    // How a stream that was cut ends is told elsewhere; here only what was said before matters.
    let _ = decoder.feed(bytes, &mut events).and_then(|()| decoder.end(&mut events));
    events
}

fn followed(events: &[ModelEvent]) -> Vec<(u32, AskedCall)> {
    let followed = events.iter().filter_map(|event| match event {
        ModelEvent::CallFollowed { index, call } => Some((*index, call.clone())),
        _ => None,
    });
    followed.collect()
}

fn ready(events: &[ModelEvent]) -> Vec<(u32, AskedCall)> {
    let ready = events.iter().filter_map(|event| match event {
        ModelEvent::CallReady { index, call } => Some((*index, call.clone())),
        _ => None,
    });
    ready.collect()
}

const THREE: [Piece<'static>; 7] = [
    (0, true, ""),
    (0, false, "{\"id\":7,\"note\":\"a } \\\""),
    (0, false, "{\"}"),
    (1, true, "{\"id\":8}"),
    (2, true, "{\"id\""),
    (2, false, ":9"),
    (2, false, "9}"),
];

#[test]
fn the_next_call_s_beginning_is_said_and_the_end_confirms_it() {
    let events = events(stream(&THREE, "tool_calls").as_bytes());
    let (followed, ready) = (followed(&events), ready(&events));
    assert_eq!(ready.len(), 3);
    assert_eq!(followed, ready[..2]);
    let place = |wanted: &dyn Fn(&ModelEvent) -> bool| events.iter().position(wanted).unwrap();
    let first = place(&|event| matches!(event, ModelEvent::CallFollowed { index: 0, .. }));
    let second = place(&|event| matches!(event, ModelEvent::CallStarted { index: 1, .. }));
    assert!(first < second, "before the next one's name");
}

/// The promise that a cut call never runs rests on this: whatever the place of the cut, no call is ready, and of a call
/// it is said that it was followed only when the next call's piece came whole.
#[test]
fn a_stream_cut_at_any_byte_makes_no_call_ready() {
    let whole = stream(&THREE, "tool_calls");
    let finished = whole.find("\"finish_reason\":\"tool_calls\"").unwrap();
    let expected = ready(&events(whole.as_bytes()));
    let ends: Vec<usize> = whole.match_indices("\n\n").map(|(at, _)| at).collect();
    for cut in 0..finished {
        let events = events(&whole.as_bytes()[..cut]);
        assert_eq!(ready(&events), [], "cut at {cut}");
        let begun = events.iter().filter(|event| matches!(event, ModelEvent::CallStarted { .. })).count();
        let followed = followed(&events);
        assert_eq!(followed, expected[..begun.saturating_sub(1)], "cut at {cut}");
        // The pieces that begin the second and the third call are the fourth and the fifth of the stream.
        let sure = ends[3..5].iter().filter(|end| **end <= cut).count();
        assert!(followed.len() == sure, "cut at {cut}: {followed:?}");
    }
}

#[test]
fn a_message_that_ends_badly_makes_no_call_ready() {
    for reason in ["length", "max_tokens", "content_filter", "error", "a_reason_of_tomorrow"] {
        let events = events(stream(&THREE, reason).as_bytes());
        assert_eq!(ready(&events), [], "{reason}");
        assert_eq!(followed(&events).len(), 2, "{reason}");
    }
}

/// One vendor comes back to an earlier call after the next began.
#[test]
fn a_call_that_goes_on_after_it_was_followed_is_ready_with_other_arguments() {
    let pieces = [(0, true, "{\"id\":7}"), (1, true, "{\"id\":8}"), (0, false, "{\"id\":9}")];
    let events = events(stream(&pieces, "tool_calls").as_bytes());
    let (followed, ready) = (followed(&events), ready(&events));
    assert_eq!((followed[0].0, followed[0].1.arguments.as_str()), (0, "{\"id\":7}"));
    assert_eq!((ready[0].0, ready[0].1.arguments.as_str()), (0, "{\"id\":7}{\"id\":9}"));
    assert_eq!(followed.len(), 1, "a call is followed once");
}

#[test]
fn no_sign_without_an_object_a_name_or_a_next_call() {
    for arguments in ["", "null", "{", "{\"id\":7", "[1]", "\"a\"", "7", "{} {}", "{\"id\":7}}"] {
        let pieces = [(0, true, arguments), (1, true, "{}")];
        assert_eq!(followed(&events(stream(&pieces, "tool_calls").as_bytes())), [], "{arguments}");
    }
    let nameless = [(0, false, "{}"), (1, true, "{}")];
    assert_eq!(followed(&events(stream(&nameless, "tool_calls").as_bytes())), []);
    assert_eq!(followed(&events(stream(&[(0, true, "{}")], "tool_calls").as_bytes())), []);
}

/// What came with the end needs no sign, and with a bad end it would start calls that are void already.
#[test]
fn no_sign_in_the_piece_that_ends_the_message() {
    let call = |index: u32| json!({"index": index, "id": format!("{index}"), "function": {"name": "t", "arguments": "{}"}});
    let calls = json!({"tool_calls": [call(0), call(1)]});
    for reason in ["tool_calls", "length"] {
        let events = events(chunk(calls.clone(), json!(reason)).as_bytes());
        assert_eq!(followed(&events), [], "{reason}");
    }
    let document = json!({"choices": [{"message": calls, "finish_reason": "length"}]}).to_string();
    assert_eq!(followed(&events(document.as_bytes())), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the order of the pieces: a sign that proves wrong is followed by the call as it is.
    #[test]
    fn a_sign_is_true_or_taken_back(order in prop::collection::vec((0_u32..5, "[{}a\":1 ]{0,4}"), 0..40)) {
        let mut begun = std::collections::HashSet::new();
        let pieces: Vec<Piece<'_>> = order
            .iter()
            .map(|(index, text)| {
                let begins = begun.insert(*index);
                (*index, begins, if begins && text.len() % 2 == 0 { "{}" } else { text.as_str() })
            })
            .collect();
        let events = events(stream(&pieces, "tool_calls").as_bytes());
        let ready = ready(&events);
        prop_assert_eq!(ready.len(), begun.len());
        for (index, call) in followed(&events) {
            let asked = &ready.iter().find(|(at, _)| *at == index).unwrap().1;
            prop_assert!(asked.arguments.starts_with(&call.arguments));
            prop_assert_eq!((&asked.id, &asked.name), (&call.id, &call.name));
        }
    }
}
