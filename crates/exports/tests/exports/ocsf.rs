use domain::outcome::{FailureClass, Outcome};
use domain::view::CallDetail;
use exports::ocsf;
use jsonschema::Validator;
use serde_json::Value;

use crate::story::{AT, NO_TOOL, SECRET, checkpoint, detail, failed, lost, origin, row};

fn schema() -> Validator {
    let text = include_str!("../fixtures/ocsf-1.8.0-api_activity.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

fn event(detail: &CallDetail) -> Value {
    let line = ocsf::event(detail, checkpoint(), origin());
    assert_eq!(line.matches('\n').count(), 1);
    assert!(!line.contains(SECRET) && !line.contains(NO_TOOL), "{line}");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn every_event_is_one_by_the_schema() {
    let schema = schema();
    let endings = [
        (None, None),
        (Some(Outcome::Returned), None),
        (Some(Outcome::Failed), Some(FailureClass::Connect)),
        (Some(Outcome::Refused), None),
        (Some(Outcome::Cancelled), None),
        (Some(Outcome::TimedOut), None),
        (Some(Outcome::Unknown), None),
    ];
    let addresses =
        ["https://crm.example/customers/7", "http://127.0.0.1:8080/x", "http://[::1]/x", "stdio:crm", ""];
    for base in [row(), failed(), lost()] {
        for (outcome, failure) in endings {
            for (method, address) in ["GET", "POST", "PATCH", "DELETE", "tools/call"].iter().zip(addresses) {
                let mut row = base.clone();
                row.outcome = outcome;
                row.failure = failure.or(row.failure);
                let event = event(&detail(row, method, address));
                let wrong: Vec<String> = schema
                    .iter_errors(&event)
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(wrong.is_empty(), "{event:#}: {wrong:?}");
                let number = |name: &str| event[name].as_u64().unwrap();
                assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"));
            }
        }
    }
}

#[test]
fn the_schema_would_notice() {
    let mut event = event(&detail(row(), "GET", "https://crm.example/customers/7"));
    event["api"].as_object_mut().unwrap().remove("operation");
    assert!(!schema().is_valid(&event));
}

#[test]
fn an_event_says_what_happened_and_where_it_can_be_proved() {
    let returned = detail(row(), "GET", "https://crm.example/customers/7");
    let event = event(&returned);
    assert_eq!((event["activity_id"].as_u64(), event["status_id"].as_u64()), (Some(2), Some(1)));
    assert_eq!(event["time"].as_i64(), Some(AT.0 / 1_000 + 100));
    assert_eq!(event["api"]["operation"], "crm.get_customer");
    assert_eq!(event["http_request"]["url"]["hostname"], "crm.example");
    assert_eq!(event["dst_endpoint"]["port"], 443);
    let integrity = &event["unmapped"]["record_integrity"];
    assert_eq!((integrity["entry"].as_u64(), integrity["checkpoint"]["size"].as_u64()), (Some(4), Some(12)));
    assert_eq!(integrity["leaf"], returned.entries[0].leaf.as_str());
    let labels = ["level:confidential", "category:identity", "category:financial"];
    assert_eq!(event["metadata"]["labels"], serde_json::json!(labels));
}

#[test]
fn what_failed_says_how() {
    let failed = event(&detail(failed(), "POST", "https://billing.example/invoices"));
    assert_eq!((failed["activity_id"].as_u64(), failed["status_id"].as_u64()), (Some(1), Some(2)));
    assert_eq!(
        (failed["status_code"].as_str(), failed["status_detail"].as_str()),
        (Some("503"), Some("status"))
    );
    let lost = event(&detail(lost(), "", ""));
    assert_eq!(
        (lost["activity_id"].as_u64(), lost["api"]["operation"].as_str()),
        (Some(99), Some("unknown_tool"))
    );
    assert!(lost.get("http_request").is_none() && lost.get("http_response").is_none());
}
