use domain::fact::Stopped;
use exports::otlp;
use serde_json::Value;

use crate::story::{AT, NO_TOOL, SECRET, conversation, origin, row, turn, turn_id};

fn spans(spans: Option<Vec<otlp::Span>>) -> Vec<Value> {
    let line = &otlp::request(spans.unwrap(), origin());
    assert_eq!(line.matches('\n').count(), 1);
    assert!(!line.contains(SECRET) && !line.contains(NO_TOOL), "{line}");
    let request: Value = serde_json::from_str(line).unwrap();
    mapped(&request);
    let scope = &request["resourceSpans"][0]["scopeSpans"][0];
    scope["spans"].as_array().unwrap().clone()
}

/// Holds a request to the JSON mapping of OTLP's protocol buffers, name by name: a name that the messages lack fails.
fn mapped(request: &Value) {
    let hexadecimal = |value: &Value, length: usize| {
        let text = value.as_str().unwrap();
        let digits = text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        assert!(digits && text.bytes().any(|byte| byte != b'0'), "{text}");
    };
    each(request, "resourceSpans", &["resource", "scopeSpans", "schemaUrl"], |spans| {
        attributes(&spans["resource"]);
        each(spans, "scopeSpans", &["scope", "spans", "schemaUrl"], |scope| {
            assert!(scope["scope"]["name"].is_string() && scope["scope"]["version"].is_string());
            let names = [
                "traceId",
                "spanId",
                "parentSpanId",
                "name",
                "kind",
                "startTimeUnixNano",
                "endTimeUnixNano",
                "attributes",
                "status",
            ];
            each(scope, "spans", &names, |span| {
                hexadecimal(&span["traceId"], 32);
                hexadecimal(&span["spanId"], 16);
                span.get("parentSpanId").into_iter().for_each(|parent| hexadecimal(parent, 16));
                assert!(span["name"].is_string() && (1..=5).contains(&span["kind"].as_u64().unwrap()));
                let time = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
                assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"));
                attributes(span);
                let status = span.get("status").map(|status| status["code"].as_u64().unwrap());
                assert_eq!(status == Some(2), attribute(span, "error.type").is_some());
            });
        });
    });
}

fn each(object: &Value, name: &str, names: &[&str], check: impl Fn(&Value)) {
    for item in object[name].as_array().unwrap() {
        let strange = item.as_object().unwrap().keys().find(|key| !names.contains(&key.as_str()));
        assert_eq!(strange, None, "in {name}");
        check(item);
    }
}

fn attributes(object: &Value) {
    let mut seen = Vec::new();
    each(object, "attributes", &["key", "value"], |attribute| any(&attribute["value"]));
    for attribute in object["attributes"].as_array().unwrap() {
        assert!(!seen.contains(&&attribute["key"]), "{attribute} stands twice");
        seen.push(&attribute["key"]);
    }
}

fn any(value: &Value) {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "stringValue" => assert!(value.is_string()),
        "intValue" => assert!(value.as_str().unwrap().parse::<i64>().is_ok()),
        "boolValue" => assert!(value.is_boolean()),
        "arrayValue" => value["values"].as_array().unwrap().iter().for_each(any),
        other => panic!("no such value: {other}"),
    }
}

fn attribute<'a>(span: &'a Value, key: &str) -> Option<&'a Value> {
    let attributes = span["attributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["key"] == key)?["value"].as_object()?.values().next()
}

#[test]
fn a_turn_is_a_trace_of_its_model_and_its_calls() {
    let (view, models) = turn();
    let trace = otlp::turn(&view, conversation(), &models, origin());
    let spans = spans(trace.clone());
    let names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "invoke_agent Tieout",
            "chat rehearsal",
            "execute_tool crm.get_customer",
            "execute_tool billing.create_invoice",
            "execute_tool unknown_tool"
        ]
    );
    // The trace is the turn's ULID, and all its spans hang below one.
    let ulid: ulid::Ulid = turn_id().to_string()["turn_".len()..].parse().unwrap();
    assert!(spans.iter().all(|span| span["traceId"] == format!("{:032x}", u128::from(ulid))));
    assert!(spans[0].get("parentSpanId").is_none());
    assert!(spans[1..].iter().all(|span| span["parentSpanId"] == spans[0]["spanId"]));
    let mut ids: Vec<&str> = spans.iter().map(|span| span["spanId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), spans.len());
    assert_eq!(otlp::turn(&view, conversation(), &models, origin()), trace);
}

#[test]
fn spans_say_what_the_conventions_ask_for() {
    let (view, models) = turn();
    let spans = spans(otlp::turn(&view, conversation(), &models, origin()));
    let said =
        |span: usize, key: &str| attribute(&spans[span], key).map(|value| value.as_str().unwrap().to_owned());
    let text = |text: &str| Some(text.to_owned());
    let operations = [0, 1, 2, 3].map(|span| said(span, "gen_ai.operation.name").unwrap());
    assert_eq!(operations, ["invoke_agent", "chat", "execute_tool", "execute_tool"]);
    assert_eq!([0, 1, 2].map(|span| spans[span]["kind"].as_u64().unwrap()), [1, 3, 1]);
    assert_eq!(said(0, "gen_ai.conversation.id"), Some(conversation().to_string()));
    assert_eq!(said(1, "gen_ai.provider.name"), text("openai"));
    assert_eq!((said(1, "server.address"), said(1, "server.port")), (text("eu.api.openai.com"), text("443")));
    assert_eq!(
        (said(1, "gen_ai.usage.input_tokens"), said(1, "gen_ai.usage.output_tokens")),
        (text("900"), text("40"))
    );
    assert_eq!(said(2, "gen_ai.tool.call.id"), Some(row().call.to_string()));
    assert_eq!((said(2, "tieout.label.level"), said(2, "error.type")), (text("confidential"), None));
    assert_eq!((said(3, "error.type"), said(4, "error.type")), (text("503"), text("unknown_tool")));
    let nanos = |micros: i64| Some((micros * 1_000).to_string());
    let time = |span: usize, name: &str| spans[span][name].as_str().map(str::to_owned);
    assert_eq!(time(0, "endTimeUnixNano"), nanos(AT.0 + 2_000_000));
    assert_eq!(time(1, "endTimeUnixNano"), nanos(AT.0 + 95_000));
    assert_eq!(time(2, "startTimeUnixNano"), nanos(AT.0 + 100_000));
    assert_eq!(time(2, "endTimeUnixNano"), nanos(AT.0 + 240_000));
}

#[test]
fn a_turn_that_stopped_failed_and_one_that_goes_on_is_none_yet() {
    let (mut view, models) = turn();
    view.answer = None;
    assert_eq!(otlp::turn(&view, conversation(), &models, origin()), None);
    view.stopped = Some(Stopped::StepLimit);
    let spans = spans(otlp::turn(&view, conversation(), &models, origin()));
    assert_eq!(attribute(&spans[0], "error.type").unwrap(), "step_limit");
    // It ended when the last of it did.
    assert_eq!(spans[0]["endTimeUnixNano"], ((AT.0 + 550_000) * 1_000).to_string());
}

#[test]
fn a_call_by_hand_is_a_trace_of_its_own() {
    assert_eq!(otlp::call(&row()), None);
    let mut by_hand = row();
    by_hand.turn = None;
    let spans = spans(otlp::call(&by_hand));
    assert_eq!(spans.len(), 1);
    assert!(spans[0].get("parentSpanId").is_none());
    by_hand.outcome = None;
    assert_eq!(otlp::call(&by_hand), None);
}
