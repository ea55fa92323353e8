//! Each fault, as it is on the wire.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use rehearsal::{Fault, Plan, Rehearsal, Times};

use serde_json::json;

use crate::client::{Seen, ask, source};
use crate::conversation::chat;

/// Sends one request under a fault and one after it, which must be sound.
async fn under(fault: Fault) -> Seen {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let crm = source(&rehearsal, "crm");
    rehearsal.faults().set("crm", "/customers", fault, Times::Once);
    let patience = Duration::from_millis(400);
    let seen = ask(&crm, "/customers/1042").patience(patience).send().await;
    let sound = ask(&crm, "/customers/1042").send().await;
    assert_eq!((sound.status, sound.complete, sound.stray), (200, true, 0));
    let requests = rehearsal.requests();
    assert_eq!(requests.len(), 2, "a request is logged whatever becomes of it");
    assert_eq!(requests[0].path, "/customers/1042");
    rehearsal.stop().await;
    seen
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let seen = under(Fault::Reset).await;
    assert_eq!((seen.status, seen.error), (0, Some(ErrorKind::ConnectionReset)));
}

#[tokio::test]
async fn a_truncated_answer_ends_before_its_length() {
    let seen = under(Fault::Truncate).await;
    assert_eq!((seen.status, seen.complete), (200, false));
    assert!(!seen.body.is_empty());
    assert_eq!(seen.body.len(), seen.headers["content-length"].parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn a_wrong_length_leaves_bytes_over() {
    let seen = under(Fault::WrongLength).await;
    assert_eq!((seen.status, seen.complete), (200, true));
    assert!(seen.stray > 0);
}

#[tokio::test]
async fn a_status_comes_with_a_problem() {
    for status in [500, 502, 503] {
        let seen = under(Fault::Status(status)).await;
        assert_eq!((seen.status, &seen.json()["status"]), (status, &status.into()));
    }
}

#[tokio::test]
async fn a_rate_limit_names_its_seconds() {
    let seen = under(Fault::RateLimited { retry_after: 7 }).await;
    assert_eq!((seen.status, seen.headers["retry-after"].as_str()), (429, "7"));
}

#[tokio::test]
async fn html_comes_as_a_success() {
    let seen = under(Fault::Html).await;
    assert_eq!(seen.status, 200);
    assert!(seen.headers["content-type"].starts_with("text/html") && seen.text().contains("<script>"));
}

#[tokio::test]
async fn a_hang_answers_nothing_and_stays_open() {
    let seen = under(Fault::Hang).await;
    assert_eq!((seen.status, seen.error), (0, Some(ErrorKind::TimedOut)));
}

#[tokio::test]
async fn a_slow_drip_is_whole_in_the_end() {
    let before = Instant::now();
    let seen = under(Fault::SlowDrip { every: Duration::from_millis(5), bytes: 8 }).await;
    assert_eq!((seen.status, seen.complete), (200, true));
    assert_eq!(seen.json()["id"], 1042);
    assert!(before.elapsed() >= Duration::from_millis(5 * 10));
}

#[tokio::test]
async fn a_fault_keeps_to_its_service_its_path_and_its_times() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let (crm, people) = (source(&rehearsal, "crm"), source(&rehearsal, "people"));
    rehearsal.faults().set("crm", "/customers/1042", Fault::Status(500), Times::Always);
    for _ in 0..3 {
        assert_eq!(ask(&crm, "/customers/1042").send().await.status, 500);
    }
    assert_eq!(ask(&crm, "/customers/1043").send().await.status, 200);
    assert_eq!(ask(&people, "/employees/17").send().await.status, 200);
    rehearsal.faults().clear();
    assert_eq!(ask(&crm, "/customers/1042").send().await.status, 200);
    rehearsal.stop().await;
}

#[tokio::test]
async fn the_model_fails_like_any_service() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let asking =
        json!({ "messages": [{ "role": "user", "content": "Hi" }], "model": "rehearsal-1", "stream": true });
    rehearsal.faults().set("model", "/v1/chat", Fault::Truncate, Times::Once);
    let seen = chat(&rehearsal.model(), &asking).await;
    assert_eq!((seen.status, seen.complete), (200, false));
    assert!(!seen.text().contains("[DONE]"));
    rehearsal.faults().set("model", "/v1/chat", Fault::Status(503), Times::Once);
    assert_eq!(chat(&rehearsal.model(), &asking).await.status, 503);
    rehearsal.stop().await;
}

#[tokio::test]
async fn stopping_ends_what_hangs() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let crm = source(&rehearsal, "crm");
    rehearsal.faults().set("crm", "/", Fault::Hang, Times::Always);
    let hanging = tokio::spawn(async move { ask(&crm, "/customers").send().await });
    while rehearsal.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    tokio::time::timeout(Duration::from_secs(2), rehearsal.stop()).await.unwrap();
    assert_eq!(hanging.await.unwrap().status, 0);
}

#[tokio::test]
async fn a_reset_can_come_in_the_body_and_after_the_deed() {
    let seen = under(Fault::ResetInBody).await;
    assert_eq!((seen.status, seen.complete, seen.error), (200, false, Some(ErrorKind::ConnectionReset)));
    assert!(!seen.body.is_empty());

    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let echo = rehearsal.echo_source();
    rehearsal.faults().series("echo", "/echo", [Fault::LostAnswer, Fault::Reset]);
    for value in ["done", "not done"] {
        let seen = ask(&echo, "/echo/a").method("POST").body(&json!({ "value": value })).send().await;
        assert_eq!((seen.status, seen.error), (0, Some(ErrorKind::ConnectionReset)));
    }
    assert_eq!(rehearsal.echo_writes()["a"], ["done"]);
    rehearsal.stop().await;
}

#[tokio::test]
async fn what_stands_in_for_an_answer_is_whole() {
    let broken = under(Fault::BadJson).await;
    assert_eq!((broken.status, broken.complete), (200, true));
    assert_eq!(broken.headers["content-type"], "application/json");
    assert!(serde_json::from_slice::<serde_json::Value>(&broken.body).is_err());

    let large = under(Fault::Large { bytes: 1 << 20 }).await;
    assert_eq!((large.status, large.complete, large.body.len()), (200, true, 1 << 20));
    large.json();

    let sent_on = under(Fault::Redirect { to: "http://127.0.0.1:1/".into() }).await;
    assert_eq!((sent_on.status, &*sent_on.headers["location"]), (302, "http://127.0.0.1:1/"));

    let answer = Fault::Answer {
        status: 503,
        headers: vec![("Retry-After".into(), "Tue, 30 Jun 2026 10:00:02 GMT".into())],
        body: "later".into(),
    };
    let seen = under(answer).await;
    assert_eq!((seen.status, seen.text()), (503, "later"));
    assert_eq!(seen.headers["retry-after"], "Tue, 30 Jun 2026 10:00:02 GMT");
}

#[tokio::test]
async fn a_series_strikes_in_its_order_at_its_path_and_below() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let echo = rehearsal.echo_source();
    rehearsal.faults().series("echo", "/echo/7", [Fault::Sound, Fault::Status(503), Fault::Status(500)]);
    let mut statuses = Vec::new();
    for target in ["/echo/7", "/echo/70", "/echo/7?ms=1", "/echo/7", "/echo/7"] {
        statuses.push(ask(&echo, target).send().await.status);
    }
    assert_eq!(statuses, [200, 200, 503, 500, 200]);
    rehearsal.stop().await;
}
